//! What each rule of the verdicts guards against, on simulated sweeps: every test here failed under rules without it.

use crate::calibration::{MAJORITY, PLAIN, SIZES, Truth, World, is_wrong, share};
use batchscope::domain::random::Key;
use batchscope::stats::{
    Answer, Cause, Design, Evidence, Judgement, Look, Outcome, Outcomes, Proof, Question, Role, Untestable, Verdict,
    judge,
};
use std::collections::BTreeMap;

const NOTHING: World = World { slope: 0.0, ..PLAIN };

/// Whoever may stop whenever an interval leaves 0 finds it there in one sweep of seven.
#[test]
fn what_is_preliminary_shows_no_interval() {
    for number in 0..200 {
        let key = crate::calibration::sweep(61, number);
        let whole = NOTHING.question(key, &[(0, Truth::Removal(1.0)), (1, Truth::Introduction(0.0))], 19, &[]);
        for instances in 2..20 {
            let seen = |outcomes: &Outcomes| -> Outcomes {
                let complete = outcomes.complete(&SIZES).into_iter().filter(|(iid, _)| *iid < instances);
                let cells = complete.flat_map(|(iid, accuracies)| {
                    SIZES.into_iter().zip(accuracies).map(move |(batch_size, accuracy)| Outcome {
                        batch_size,
                        iid,
                        accuracy,
                        one_class: false,
                    })
                });
                cells.collect()
            };
            let causes = whole.causes.iter().map(|cause| match &cause.evidence {
                Evidence::Removal(arm) => Cause { evidence: Evidence::Removal(seen(arm)), ..cause.clone() },
                Evidence::Introduction(arm) => Cause { evidence: Evidence::Introduction(seen(arm)), ..cause.clone() },
                Evidence::Proof(_) => cause.clone(),
            });
            let question =
                Question { baseline: seen(&whole.baseline), causes: causes.collect(), planned: 20, ..whole.clone() };
            let judgement = judge(&question);
            let causes = judgement.causes.iter().all(|finding| finding.interval.is_none() && finding.p_value.is_none());
            let cells = judgement.cells.iter().all(|cell| cell.interval.is_none());
            assert!(!judgement.effect.is_shown() && judgement.effect.interval.is_none() && causes && cells);
            assert!(judgement.effect.p_value.is_none() && judgement.effect.curve.is_none());
        }
    }
}

/// All 26 sets of two and more of five batch sizes, the whole first.
fn sets_of_sizes() -> Vec<Vec<u32>> {
    let of =
        |set: u32| -> Vec<u32> { (0..5).filter(|place| (set >> place) & 1 == 1).map(|place| SIZES[place]).collect() };
    (1..32).rev().map(of).filter(|sizes| sizes.len() >= 2).collect()
}

#[test]
fn trying_sets_of_batch_sizes_does_not_find_an_effect() {
    let sets = sets_of_sizes();
    assert_eq!(sets.len(), 26);
    let found = share(62, 1000, |key| {
        let question = NOTHING.question(key, &[], 5, &[]);
        let mut looks: Vec<Look> = Vec::new();
        sets.iter().any(|sizes| {
            let judgement = judge(&Question { batch_sizes: sizes.clone(), looks: looks.clone(), ..question.clone() });
            looks.push(judgement.look.clone());
            judgement.effect.is_shown()
        })
    });
    assert!(found < 0.05, "{found}");
}

#[test]
fn trying_one_arm_after_the_other_does_not_find_a_cause() {
    let world = World { slope: -0.02, ..PLAIN };
    let found = share(63, 1000, |key| {
        let mut looks: Vec<Look> = Vec::new();
        (0..8).any(|number| {
            let truth = Truth::Introduction(0.0);
            let judgement = judge(&world.question(key, &[(number, truth)], 5, &looks));
            looks.push(judgement.look.clone());
            is_wrong(judgement.causes[0].verdict.unwrap(), truth, world.slope)
        })
    });
    assert!(found < 0.05, "{found}");
}

fn outcomes(accuracy: impl Fn(u32, u32) -> f64, instances: u32) -> Outcomes {
    let cells = (0..instances).flat_map(|iid| SIZES.map(|batch_size| (iid, batch_size)));
    let outcome =
        |(iid, batch_size)| Outcome { batch_size, iid, accuracy: accuracy(iid, batch_size), one_class: false };
    cells.map(outcome).collect()
}

fn question(baseline: Outcomes, causes: Vec<(&str, Evidence)>, planned: usize, examples: Option<u32>) -> Question {
    let cause = |(name, evidence): (&str, Evidence)| Cause {
        arm: format!("no-{name}"),
        name: name.into(),
        changes: name.into(),
        evidence,
    };
    Question {
        batch_sizes: SIZES.to_vec(),
        baseline,
        causes: causes.into_iter().map(cause).collect(),
        known: Vec::new(),
        design: None,
        looks: Vec::new(),
        planned,
        majority_share: Some(MAJORITY),
        validation_examples: examples,
    }
}

fn doublings(batch_size: u32) -> f64 {
    f64::from(batch_size).log2()
}

/// Two instances of 20 examples that tie had an interval of width 0, and "explained 100 % [100 % to 100 %]".
#[test]
fn instances_that_tie_are_not_certain() {
    let sloped = |instances| outcomes(|_, size| 1.0 - 0.05 * (doublings(size) - 1.0).round() / 2.0 - 0.05, instances);
    let flat = |instances| Evidence::Removal(outcomes(|_, _| 0.85, instances));
    let two = judge(&question(sloped(2), vec![("dropout", flat(2))], 2, Some(20)));
    assert!(!two.is_complete() && two.effect.interval.is_none() && two.causes[0].interval.is_none());
    assert_eq!(two.causes[0].verdict, Some(Verdict::Preliminary { done: 2, planned: 3 }));

    let three = judge(&question(sloped(3), vec![("dropout", flat(3))], 3, Some(20)));
    let interval = three.effect.interval.unwrap();
    assert!(interval.high - interval.low > 0.01, "rounding to one example in 20 alone is more: {interval:?}");
    assert!(three.causes[0].interval.is_none_or(|share| share.high - share.low > 0.1), "{:?}", three.causes[0]);
    let unknown = judge(&question(sloped(3), vec![("dropout", flat(3))], 3, None));
    assert!(unknown.effect.interval.is_none() && !unknown.effect.is_shown(), "how sure they are cannot be told");
}

#[test]
fn a_baseline_that_does_not_learn_says_nothing() {
    // always the largest class, but for a few examples and a trend among these
    let dull = |key: Key, arm: u64| {
        outcomes(
            |iid, size| {
                let own = key.with(arm).with(iid.into()).with(size.into());
                MAJORITY - 0.001 * doublings(size) + 0.001 * own.normal(0)
            },
            5,
        )
    };
    for number in 0..100 {
        let key = crate::calibration::sweep(64, number);
        let causes = vec![
            ("dropout", Evidence::Removal(dull(key, 1))),
            ("dropout_at_evaluation", Evidence::Introduction(dull(key, 2))),
        ];
        let judgement = judge(&question(dull(key, 0), causes, 5, Some(408)));
        assert_eq!((judgement.effect.is_shown(), judgement.effect.learns), (false, Some(false)));
        for finding in &judgement.causes {
            assert_eq!(finding.verdict, Some(Verdict::Untestable(Untestable::Baseline)));
        }
        assert!(judgement.effect_sentence().starts_with("The baseline does not learn"));
    }
}

/// "Batch norm would have changed the slope by +0.80": it learned nothing, so that was minus the baseline's slope.
#[test]
fn an_introduction_that_does_not_learn_or_is_at_the_ceiling_says_nothing() {
    for (accuracy, words) in
        [(MAJORITY, "arm does not learn: says nothing"), (0.995, "arm is at the ceiling: says nothing")]
    {
        for number in 0..100 {
            let key = crate::calibration::sweep(65, number);
            let clear = World { slope: -0.02, ..PLAIN }.outcomes(key, 0, Truth::Removal(0.0), 5);
            let broken = Evidence::Introduction(outcomes(|_, _| accuracy, 5));
            let judgement = judge(&question(clear, vec![("norm", broken)], 5, Some(408)));
            let finding = &judgement.causes[0];
            assert_eq!(finding.verdict.unwrap().to_string(), words);
            assert!(finding.change.is_none() && finding.interval.is_none());
        }
    }
}

/// The same slope of the log-odds, once around 80 % and once around 95 %: fewer points, and no explanation.
#[test]
fn an_arm_that_is_better_everywhere_is_no_explanation() {
    let logistic = |x: f64| 1.0 / (1.0 + (-x).exp());
    let world = |key: Key, arm: u64, level: f64| {
        outcomes(
            |iid, size| {
                let own = key.with(iid.into()).with(arm).with(size.into());
                logistic(level - 0.1 * (doublings(size) - 3.6) + 0.02 * own.normal(0))
            },
            20,
        )
    };
    let claims = share(66, 200, |key| {
        let arm = Evidence::Removal(world(key, 1, 2.944));
        let judgement = judge(&question(world(key, 0, 1.386), vec![("dropout", arm)], 20, Some(5000)));
        assert!(judgement.effect.is_shown());
        let finding = &judgement.causes[0];
        assert!(finding.interval.unwrap().low > 0.5, "on the scale of accuracy it explains: {finding:?}");
        matches!(finding.verdict.unwrap(), Verdict::Explains { .. } | Verdict::Contributes)
    });
    assert!(claims < 0.03, "{claims}");
}

#[test]
fn a_curve_is_not_called_a_line() {
    let shaped = |key: Key, shape: &dyn Fn(u32) -> f64| {
        outcomes(
            |iid, size| {
                let instance = key.with(iid.into());
                0.82 + 0.01 * instance.normal(1) + shape(size) + 0.006 * instance.with(size.into()).normal(0)
            },
            10,
        )
    };
    let judged = |key: Key, shape: &dyn Fn(u32) -> f64| {
        let arm = Evidence::Removal(shaped(key.with(1), &|_| 0.0));
        judge(&question(shaped(key, shape), vec![("dropout", arm)], 10, Some(1000)))
    };
    // an inverted U
    let peak = |size: u32| -0.006 * (doublings(size) - 3.6).powi(2);
    let seen = share(67, 200, |key| {
        let judgement = judged(key, &peak);
        judgement.effect.is_curved()
            && judgement.effect_sentence().contains("accuracy is highest at batch size")
            && judgement.effect.curve.as_ref().unwrap().interval.unwrap().high < 0.0
    });
    assert!(seen > 0.95, "{seen}");
    let silent = share(67, 200, |key| {
        let judgement = judged(key, &peak);
        judgement.effect.is_shown() || judgement.causes[0].verdict != Some(Verdict::NoEffect)
    });
    assert!(silent > 0.95, "{silent}: batch sizes that differ are not `no effect`");
    // all of it between the two largest
    let seen = share(68, 200, |key| {
        let sentence = judged(key, &|size| if size == 64 { -0.05 } else { 0.0 }).effect_sentence();
        sentence.contains("the largest step is from batch size 32 to 64")
    });
    assert!(seen > 0.95, "{seen}");
    // a straight line is called curved as often as its level says, half of one per cent
    let wrong = share(69, 2000, |key| judged(key, &|size| -0.008 * doublings(size)).effect.is_curved());
    assert!(wrong < 0.01, "{wrong}");
}

#[test]
fn the_invariance_check_rules_out_the_mixing_of_examples_and_no_more() {
    let proof = |depends_on_batch| Proof {
        depends_on_batch,
        norm: "layer norm".into(),
        largest_difference: if depends_on_batch { 0.3 } else { 0.0 },
        with_batch_norm: 0.3,
    };
    let judged = |proof| {
        let clear =
            World { slope: -0.02, ..PLAIN }.outcomes(crate::calibration::sweep(70, 0), 0, Truth::Removal(0.0), 5);
        judge(&question(clear, vec![("norm", Evidence::Proof(proof))], 5, Some(408)))
    };
    let passed = judged(proof(false));
    assert_eq!(passed.causes[0].verdict.unwrap().to_string(), "does not mix examples");
    let sentence = passed.sentence(&passed.causes[0]);
    assert!(sentence.contains("rules out that the normalization mixes the examples of a batch"), "{sentence}");
    assert!(sentence.contains("whatever else a normalization does is not tested"), "{sentence}");
    assert_eq!(judged(proof(true)).causes[0].verdict, Some(Verdict::NotSeparable));
}

/// An arm without whose change the effect is half as large again is no main cause, but it is not without influence.
#[test]
fn ruled_out_means_equivalent() {
    let world = World { run_sd: 0.003, slope: -0.02, ..PLAIN };
    for (removed, expected) in [(0.0, 0.9), (-0.5, 0.0), (0.26, 0.025), (-0.26, 0.025)] {
        let ruled_out = share(71, 200, |key| {
            let judgement = judge(&world.question(key, &[(0, Truth::Removal(removed))], 20, &[]));
            judgement.causes[0].verdict == Some(Verdict::RuledOut)
        });
        let holds = if expected > 0.5 { ruled_out > expected } else { ruled_out <= expected };
        assert!(holds, "{ruled_out} of arms that take {removed} away");
    }
}

#[test]
fn several_whole_explanations_are_read_as_one() {
    let world = World { slope: -0.02, run_sd: 0.004, ..PLAIN };
    let key = crate::calibration::sweep(72, 0);
    let removed = |arm| Evidence::Removal(world.outcomes(key, arm, Truth::Removal(1.0), 20));
    let baseline = || world.outcomes(key, 0, Truth::Removal(0.0), 20);
    let answer = |causes| Answer::from(&judge(&question(baseline(), causes, 20, None))).answer;
    let one = answer(vec![("dropout", removed(1))]);
    assert!(!one.contains("Any one of"), "{one}");
    let two = answer(vec![("dropout", removed(1)), ("updates_of", removed(2))]);
    assert!(two.contains("Any one of the arms no-dropout, no-updates_of takes the effect away by itself"), "{two}");
    assert!(two.contains("An arm that makes all these changes together would test it."), "{two}");
    let joint = answer(vec![("dropout", removed(1)), ("updates_of", removed(2)), ("dropout+updates_of", removed(3))]);
    assert!(joint.contains("Arm no-dropout+updates_of makes all these changes together."), "{joint}");
}

/// The table showed the p-value of another hypothesis than the verdict's.
#[test]
fn a_verdict_is_given_exactly_where_its_own_p_value_allows() {
    let truths = [0.0, 0.3, 0.55, 0.8, 1.0, 1.3, -0.4];
    let mut claims = 0;
    for number in 0..300 {
        let truth = Truth::Removal(truths[number as usize % truths.len()]);
        let world = World { slope: -0.02, run_sd: 0.005, ..PLAIN };
        let judgement = judge(&world.question(crate::calibration::sweep(73, number), &[(0, truth)], 10, &[]));
        let finding = &judgement.causes[0];
        let Some(p) = finding.p_value else { continue };
        let expected = match finding.verdict.unwrap() {
            Verdict::Explains { reverses: true } => "share of at most 100 %",
            Verdict::Explains { reverses: false } => "share below 50 %",
            Verdict::Contributes => "share of at most 0 %",
            Verdict::Hides => "share of at least 0 %",
            Verdict::RuledOut => "share beyond 25 % either way",
            _ => {
                assert_eq!(p.hypothesis, "no change of the slope");
                continue;
            }
        };
        assert_eq!(p.hypothesis, expected);
        assert!(p.p <= finding.alpha * (1.0 + 1e-9), "{finding:?}");
        claims += 1;
    }
    assert!(claims > 150, "{claims}");
}

/// With alpha / 2^k at look k, what is there is found less often at the fourth look than with a group-sequential bound.
#[test]
fn later_looks_keep_their_power() {
    let world = World { slope: -0.0022, ..PLAIN };
    let instances = [5, 6, 8, 10];
    let (mut bounded, mut halved) = (0, 0);
    for number in 0..400 {
        let mut looks: Vec<Look> = Vec::new();
        let (mut found, mut would) = (false, false);
        for (n, look) in instances.iter().zip(1..) {
            let judgement = judge(&world.question(crate::calibration::sweep(74, number), &[], *n, &looks));
            looks.push(judgement.look.clone());
            found |= judgement.effect.is_shown();
            would |= !judgement.effect.slope.unwrap().interval(0.05 / 2f64.powi(look)).unwrap().holds(0.0);
        }
        bounded += u32::from(found);
        halved += u32::from(would);
    }
    assert!(bounded > halved, "{bounded} with the bound, {halved} with halves");
}

/// A sweep in which the cumulative rate alone matters, `failing`: but accumulated batches are not what they should be.
fn taken_apart(key: Key, failing: f64) -> Judgement {
    let accuracy = |place: u64, iid: u32, doublings: f64| {
        let instance = key.with(iid.into());
        0.83 + 0.012 * doublings + 0.01 * instance.normal(0) + 0.006 * instance.with(place).normal(0)
    };
    let cell = |(role, place, doublings): (Role, u64, f64)| -> (Role, BTreeMap<u32, f64>) {
        let of =
            |iid: u32| (iid, accuracy(place, iid, doublings) + if role == Role::Accumulated { failing } else { 0.0 });
        (role, (0..10).map(of).collect())
    };
    let cells = [
        (Role::Small, 1, 0.0),
        (Role::Large, 2, -3.0),
        (Role::LargeRate, 3, 0.0),
        (Role::LargeUpdates, 4, 0.0),
        (Role::LargeUpdatesNoise, 5, 0.0),
        (Role::LargeRateBetas, 6, 0.0),
        // the same run as the large batch's, up to rounding
        (Role::Accumulated, 2, -3.0),
    ]
    .map(cell);
    let cells = BTreeMap::from(cells);
    let outcomes = |batch_size: u32, role: Role| {
        cells[&role].iter().map(move |(iid, accuracy)| Outcome {
            batch_size,
            iid: *iid,
            accuracy: *accuracy,
            one_class: false,
        })
    };
    let baseline: Outcomes = outcomes(8, Role::Small).chain(outcomes(64, Role::Large)).collect();
    let design = Some(Design { small: 8, large: 64, cells });
    judge(&Question { batch_sizes: vec![8, 64], design, ..question(baseline, Vec::new(), 10, Some(5000)) })
}

#[test]
fn planned_contrasts_find_what_matters_and_little_else() {
    const SWEEPS: u64 = 500;
    let (mut found, mut wrong) = (0, 0);
    for number in 0..SWEEPS {
        let separation = taken_apart(crate::calibration::sweep(75, number), 0.0).separation.unwrap();
        assert!((separation.alpha - 0.005).abs() < 1e-9, "five contrasts share what a first look spends on causes");
        let shown: Vec<&str> =
            separation.contrasts.iter().filter(|contrast| contrast.is_shown()).map(|contrast| contrast.about).collect();
        found += u64::from(shown.contains(&"cumulative learning rate"));
        wrong += u64::from(shown.iter().any(|about| *about != "cumulative learning rate"));
    }
    assert!(10 * found > 9 * SWEEPS && 20 * wrong < SWEEPS, "{found} found, {wrong} wrong of {SWEEPS}");
}

#[test]
fn a_failed_control_voids_the_contrasts() {
    let holds = taken_apart(crate::calibration::sweep(76, 0), 0.0);
    let page = batchscope::export::report("example", &holds, None);
    for words in
        ["The negative control holds", "The cumulative learning rate matters by itself", "| number of updates |"]
    {
        assert!(page.contains(words), "no `{words}` in\n{page}");
    }
    let fails = taken_apart(crate::calibration::sweep(76, 0), 0.03);
    let page = batchscope::export::report("example", &fails, None);
    assert!(page.contains("The negative control fails") && !page.contains("matters by itself"), "{page}");
    let answer = serde_json::to_value(Answer::from(&fails)).unwrap();
    assert_eq!(answer["separation"]["control"], "fails");
    assert!(answer["separation"]["contrasts"].as_array().unwrap().iter().all(|contrast| contrast["shown"] == false));
}
