//! Verdicts on simulated sweeps with known truth: the coverage of intervals, and the rate of wrong verdicts.
//!
//! Every number is drawn from a seeded stream, so a test gives the same counts on every machine.

use batchscope::domain::random::{Key, Purpose};
use batchscope::plan::known_causes;
use batchscope::stats::{
    ALPHA, Cause, Estimate, Evidence, Judgement, Look, Outcome, Outcomes, Question, Untestable, Verdict, contrast,
    judge, ratio_interval, slope_weights,
};

pub const SIZES: [u32; 5] = [2, 8, 16, 32, 64];
pub const MAJORITY: f64 = 0.68;

/// How accuracies come about.
#[derive(Clone, Copy)]
pub struct World {
    /// of the baseline, per doubling
    pub slope: f64,
    /// accuracy in the middle of the batch sizes
    pub middle: f64,
    /// standard deviation of an instance's own slope, which all its arms share
    pub slope_sd: f64,
    /// standard deviation of an instance's own level, which all its arms share
    pub level_sd: f64,
    /// standard deviation of one run
    pub run_sd: f64,
    /// validation examples, each right or wrong by chance; none: accuracies are exact
    pub examples: Option<u32>,
}

pub const PLAIN: World =
    World { slope: -0.012, middle: 0.79, slope_sd: 0.001, level_sd: 0.01, run_sd: 0.008, examples: None };

/// What an arm does to the truth.
#[derive(Clone, Copy, Debug)]
pub enum Truth {
    /// takes this share of the slope away
    Removal(f64),
    /// adds this to the slope
    Introduction(f64),
    /// always answers with the largest class
    Dull,
    /// rises only this part as far above the largest class
    Weak(f64),
    /// is right but for this much, whatever the batch size
    Ceiling(f64),
}

impl World {
    fn accuracy(self, sweep: Key, arm: u64, truth: Truth, batch_size: u32, iid: u32) -> f64 {
        let instance = sweep.with(iid.into());
        let own = instance.with(arm).with(batch_size.into());
        let x = f64::from(batch_size).log2() - centre();
        let slope = self.slope + self.slope_sd * instance.normal(0);
        let level = self.middle + self.level_sd * instance.normal(1) + self.run_sd * own.normal(0);
        let p = match truth {
            Truth::Removal(share) => level + (1.0 - share) * slope * x,
            Truth::Introduction(change) => level + (slope + change) * x,
            Truth::Dull => return MAJORITY,
            Truth::Weak(part) => MAJORITY + part * (level + slope * x - MAJORITY),
            Truth::Ceiling(wrong) => 1.0 - wrong + self.run_sd * own.normal(0) / 4.0,
        };
        match self.examples {
            None => p.min(1.0),
            Some(examples) => {
                let threshold = (p.clamp(0.0, 1.0) * 2f64.powi(32)) as u64;
                let right = (0..examples).filter(|example| u64::from(own.bits(*example)) < threshold).count();
                right as f64 / f64::from(examples)
            }
        }
    }

    pub fn outcomes(self, sweep: Key, arm: u64, truth: Truth, instances: u32) -> Outcomes {
        let cells = (0..instances).flat_map(|iid| SIZES.map(|batch_size| (iid, batch_size)));
        let outcome = |(iid, batch_size)| {
            let accuracy = self.accuracy(sweep, arm, truth, batch_size, iid);
            Outcome { batch_size, iid, accuracy, one_class: false }
        };
        cells.map(outcome).collect()
    }

    /// The question about arms of these truths, with their numbers, after earlier looks.
    pub fn question(self, sweep: Key, arms: &[(u64, Truth)], instances: u32, looks: &[Look]) -> Question {
        let causes = arms.iter().map(|&(number, truth)| {
            let outcomes = self.outcomes(sweep, number + 1, truth, instances);
            let introduced = matches!(truth, Truth::Introduction(_));
            let evidence = if introduced { Evidence::Introduction(outcomes) } else { Evidence::Removal(outcomes) };
            let [arm, name, changes] = ["arm", "cause", "change"].map(|of| format!("{of}-{number}"));
            Cause { arm, name, changes, evidence }
        });
        Question {
            known: known_causes(),
            batch_sizes: SIZES.to_vec(),
            baseline: self.outcomes(sweep, 0, Truth::Removal(0.0), instances),
            causes: causes.collect(),
            design: None,
            looks: looks.to_vec(),
            planned: instances as usize,
            majority_share: Some(MAJORITY),
            validation_examples: self.examples,
        }
    }

    fn judge(self, sweep: Key, truths: &[Truth], instances: u32, looks: &[Look]) -> Judgement {
        let arms: Vec<(u64, Truth)> = (0..).zip(truths.iter().copied()).collect();
        judge(&self.question(sweep, &arms, instances, looks))
    }
}

fn centre() -> f64 {
    SIZES.iter().map(|size| f64::from(*size).log2()).sum::<f64>() / SIZES.len() as f64
}

pub fn sweep(seed: u64, number: u64) -> Key {
    Key::new(seed, Purpose::Initialise).with(number)
}

/// Share of many sweeps for which something holds.
pub fn share(seed: u64, sweeps: u64, holds: impl Fn(Key) -> bool) -> f64 {
    (0..sweeps).filter(|number| holds(sweep(seed, *number))).count() as f64 / sweeps as f64
}

/// Instances at each look: planned, then added to after peeking.
const LOOKS: [u32; 3] = [5, 10, 20];

fn looks(world: World, key: Key, truths: &[Truth]) -> Vec<Judgement> {
    let mut looks = Vec::new();
    let judge = |instances: &u32| {
        let judgement = world.judge(key, truths, *instances, &looks);
        looks.push(judgement.look.clone());
        judgement
    };
    LOOKS.iter().map(judge).collect()
}

#[test]
fn one_look_at_one_interval_holds_the_truth_as_often_as_it_says() {
    let weights = slope_weights(&SIZES).unwrap();
    for (seed, examples) in [(1, None), (2, Some(408)), (3, Some(184))] {
        for (instances, removed) in [(5, 0.0), (5, 0.3), (10, 0.3), (10, 1.0)] {
            let world = World { examples, ..PLAIN };
            let slopes = |key: Key, arm: u64, truth: Truth| -> Vec<f64> {
                let outcomes = world.outcomes(key, arm, truth, instances).complete(&SIZES);
                outcomes.values().map(|accuracies| contrast(&weights, accuracies)).collect()
            };
            let of_slope = share(seed, 1500, |key| {
                let slopes = slopes(key, 0, Truth::Removal(0.0));
                Estimate::of(&slopes).unwrap().interval(ALPHA).unwrap().holds(world.slope)
            });
            let of_share = share(seed, 1500, |key| {
                let baseline = slopes(key, 0, Truth::Removal(0.0));
                let arm = slopes(key, 1, Truth::Removal(removed));
                let lost: Vec<f64> = baseline.iter().zip(arm).map(|(baseline, arm)| baseline - arm).collect();
                ratio_interval(&lost, &baseline, ALPHA).holds(removed)
            });
            for covered in [of_slope, of_share] {
                assert!((0.93..=0.97).contains(&covered), "{covered} of share {removed}, {examples:?} examples");
            }
        }
    }
}

#[test]
fn all_intervals_cover_the_truth_over_all_looks() {
    let truths = [Truth::Removal(0.0), Truth::Removal(0.3), Truth::Removal(1.0), Truth::Introduction(0.0)];
    for (seed, examples) in [(11, None), (12, Some(408))] {
        let world = World { examples, ..PLAIN };
        let holds = |judgement: &Judgement| {
            let causes = judgement.causes.iter().zip(truths).all(|(finding, truth)| {
                let truth = match truth {
                    Truth::Removal(share) => share,
                    Truth::Introduction(change) => change,
                    _ => unreachable!("no such arm here"),
                };
                // an interval without ends holds whatever is true
                finding.interval.is_none_or(|interval| interval.holds(truth))
            });
            (causes, judgement.effect.interval.unwrap().holds(world.slope))
        };
        let causes = share(seed, 800, |key| looks(world, key, &truths).iter().all(|j| holds(j).0));
        let effect = share(seed, 800, |key| looks(world, key, &truths).iter().all(|j| holds(j).1));
        println!("simultaneous: causes {causes}, effect {effect}");
        assert!(causes >= 0.94 && effect >= 0.94, "causes {causes}, effect {effect}, {examples:?} examples");
    }
}

/// Whether a verdict claims what is not so.
pub fn is_wrong(verdict: Verdict, truth: Truth, slope: f64) -> bool {
    let share = match truth {
        Truth::Removal(share) if slope != 0.0 => share,
        // of nothing there is no share
        _ => f64::NAN,
    };
    let is_so = match verdict {
        Verdict::Explains { reverses: true } => share > 1.0,
        Verdict::Explains { reverses: false } => share >= 0.5,
        Verdict::Hides => share < 0.0,
        Verdict::RuledOut => share.abs() <= 0.25,
        Verdict::Contributes => share > 0.0,
        Verdict::Changed(claimed) => matches!(truth, Truth::Introduction(change) if claimed * change > 0.0),
        // these claim nothing
        Verdict::Preliminary { .. } | Verdict::Untestable(_) | Verdict::NoEffect | Verdict::NotSeparable => true,
        Verdict::Curved | Verdict::DependsOnScale | Verdict::NoMixing => true,
    };
    !is_so
}

/// Share of sweeps that claim anything that is not so, on the effect or on a cause, at any of three looks.
fn wrong(seed: u64, sweeps: u64, world: World, truths: &[Truth]) -> f64 {
    let wrong = share(seed, sweeps, |key| {
        looks(world, key, truths).iter().any(|judgement| {
            let effect = judgement.effect.is_shown() && judgement.effect.slope.unwrap().mean * world.slope <= 0.0;
            let mut verdicts = judgement.causes.iter().zip(truths);
            effect || verdicts.any(|(finding, truth)| is_wrong(finding.verdict.unwrap(), *truth, world.slope))
        })
    });
    println!("{wrong} wrong at slope {}, {:?} examples, {truths:?}", world.slope, world.examples);
    wrong
}

#[test]
fn fewer_than_one_sweep_in_twenty_claims_anything_that_is_not_so() {
    use Truth::{Introduction, Removal};
    let causes: [&[Truth]; 3] = [
        &[Removal(0.0), Removal(0.3), Removal(1.0), Introduction(0.0)],
        // just outside what a verdict claims
        &[Removal(0.26), Removal(0.49), Removal(-0.01), Introduction(0.0)],
        &[Removal(0.49)],
    ];
    for (seed, slope, examples) in
        [(21, -0.012, None), (22, -0.012, Some(408)), (23, -0.02, Some(184)), (24, -0.003, None)]
    {
        for truths in causes {
            assert!(wrong(seed, 300, World { slope, examples, ..PLAIN }, truths) < 0.05);
        }
    }
}

/// The least favourable sweeps there are: one question, and the truth that nothing is there. More of them, for their
/// rate is near its bound.
#[test]
fn nothing_is_seldom_taken_for_something() {
    let nothing = Truth::Introduction(0.0);
    for (seed, slope) in [(26, 0.0), (27, -0.02)] {
        assert!(wrong(seed, 2500, World { slope, ..PLAIN }, &[nothing]) < 0.05);
    }
    assert!(wrong(28, 400, World { slope: 0.0, examples: Some(184), ..PLAIN }, &[nothing, Truth::Removal(0.0)]) < 0.05);
}

#[test]
fn a_clear_truth_is_found() {
    let truths = [Truth::Removal(1.0), Truth::Removal(0.0), Truth::Removal(-0.8), Truth::Introduction(-0.008)];
    let world = World { run_sd: 0.005, examples: None, ..PLAIN };
    for (number, expected) in ["explains", "ruled out", "hides", "would have changed"].iter().enumerate() {
        let found = share(31, 200, |key| {
            let judgement = world.judge(key, &truths, 20, &[]);
            judgement.causes[number].verdict.unwrap().to_string().starts_with(expected)
        });
        assert!(found > 0.9, "{expected}: {found}");
    }
}

#[test]
fn arms_that_do_not_learn_are_never_judged() {
    for (seed, examples) in [(41, None), (42, Some(408)), (43, Some(184))] {
        let world = World { examples, ..PLAIN };
        for truth in [Truth::Dull, Truth::Weak(0.0), Truth::Weak(0.2)] {
            let silent = share(seed, 400, |key| {
                let verdict = world.judge(key, &[truth], 5, &[]).causes[0].verdict;
                matches!(verdict, Some(Verdict::Untestable(Untestable::DoesNotLearn { .. })))
            });
            assert_eq!(silent, 1.0, "{truth:?}, {examples:?} examples");
        }
    }
}

#[test]
fn ceilings_are_recognised() {
    for (seed, examples) in [(51, None), (52, Some(408)), (53, Some(184))] {
        let world = World { examples, ..PLAIN };
        for truth in [Truth::Ceiling(0.0), Truth::Ceiling(0.005)] {
            let silent = share(seed, 400, |key| {
                let verdict = world.judge(key, &[truth], 5, &[]).causes[0].verdict;
                matches!(verdict, Some(Verdict::Untestable(Untestable::Ceiling { .. })))
            });
            assert_eq!(silent, 1.0, "{truth:?}, {examples:?} examples");
        }
        // far from the ceiling it is not mentioned
        let silent = share(seed, 100, |key| {
            let verdict = world.judge(key, &[Truth::Removal(0.3)], 5, &[]).causes[0].verdict;
            matches!(verdict, Some(Verdict::Untestable(_)))
        });
        assert!(silent < 0.05, "{silent} of arms that learn are silent");
    }
}
