//! Intervals over instances and validation examples together, on simulated sweeps: both are drawn anew each time.

use crate::calibration::{MAJORITY, SIZES, share};
use batchscope::domain::random::Key;
use batchscope::stats::{Cause, Evidence, Outcome, Outcomes, Question, judge};

const EXAMPLES: u64 = 100;
const INSTANCES: u32 = 10;

/// The chance that a run is right on an example. Half of the examples lose 9 points per doubling and half gain 5, so that
/// which examples there are matters more than seeds.
fn chance(sweep: Key, iid: u32, example: u64, batch_size: u32, left: f64) -> f64 {
    let own = sweep.with(1).with(example);
    let slope = if own.normal(0) < 0.0 { -0.09 } else { 0.05 };
    let level = 0.66 + 0.03 * own.normal(1) + 0.01 * sweep.with(2).with(iid.into()).normal(0);
    level + left * slope * (f64::from(batch_size).log2() - 3.8)
}

/// The mean slope per doubling over all examples that there could be.
const SLOPE: f64 = -0.02;

/// The bits of every run of an arm that leaves this part of every example's slope.
fn runs(sweep: Key, arm: u64, left: f64) -> Vec<(u32, u32, Vec<bool>)> {
    let run = |(iid, batch_size): (u32, u32)| {
        let own = sweep.with(3).with(arm).with(iid.into()).with(batch_size.into());
        let right = |example: u64| {
            let threshold = (chance(sweep, iid, example, batch_size, left).clamp(0.0, 1.0) * 2f64.powi(32)) as u64;
            u64::from(own.bits(example as u32)) < threshold
        };
        (batch_size, iid, (0..EXAMPLES).map(right).collect())
    };
    (0..INSTANCES).flat_map(|iid| SIZES.map(|size| (iid, size))).map(run).collect()
}

fn outcomes(runs: &[(u32, u32, Vec<bool>)], marked: bool) -> Outcomes {
    let accuracy = |bits: &[bool]| bits.iter().filter(|right| **right).count() as f64 / bits.len() as f64;
    let outcome = |(batch_size, iid, bits): &(u32, u32, Vec<bool>)| Outcome {
        batch_size: *batch_size,
        iid: *iid,
        accuracy: accuracy(bits),
        one_class: false,
    };
    let mut outcomes: Outcomes = runs.iter().map(outcome).collect();
    for (batch_size, iid, bits) in runs.iter().filter(|_| marked) {
        outcomes.mark(*batch_size, *iid, bits);
    }
    outcomes
}

fn question(sweep: Key, marked: bool) -> Question {
    let arm = |number: u64, left: f64| outcomes(&runs(sweep, number, left), marked);
    let cause =
        |name: &str, evidence: Evidence| Cause { arm: name.into(), name: name.into(), changes: name.into(), evidence };
    Question {
        batch_sizes: SIZES.to_vec(),
        baseline: arm(0, 1.0),
        causes: vec![cause("half", Evidence::Removal(arm(1, 0.5))), cause("more", Evidence::Introduction(arm(2, 1.2)))],
        known: Vec::new(),
        design: None,
        looks: Vec::new(),
        planned: INSTANCES as usize,
        // lower than any cell: whether arms learn is not the question here
        majority_share: Some(MAJORITY - 0.4),
        validation_examples: Some(EXAMPLES as u32),
    }
}

#[test]
fn intervals_over_both_hold_what_those_over_instances_miss() {
    let sweeps = 300;
    let held = share(81, sweeps, |key| {
        let judgement = judge(&question(key, true));
        judgement.effect.over_examples.unwrap().interval.holds(SLOPE)
    });
    // level 97.5 %
    assert!((0.955..=0.995).contains(&held), "{held}");
    let held_alone = share(81, sweeps, |key| {
        let judgement = judge(&question(key, false));
        assert!(judgement.effect.over_examples.is_none(), "without bits nothing is said");
        judgement.effect.interval.unwrap().holds(SLOPE)
    });
    assert!(held_alone < 0.9, "{held_alone}");
}

#[test]
fn shares_and_changes_have_such_intervals_too() {
    let (mut shown, mut held) = (0, 0);
    for number in 0..300 {
        let judgement = judge(&question(crate::calibration::sweep(82, number), true));
        for (finding, truth) in judgement.causes.iter().zip([0.5, 0.2 * SLOPE]) {
            let Some(interval) = finding.over_examples else { continue };
            shown += 1;
            held += u32::from(interval.holds(truth));
        }
    }
    // level 98.75 %
    assert!(shown > 100 && f64::from(held) > 0.96 * f64::from(shown), "{held} of {shown}");
}

#[test]
fn a_difference_that_other_examples_would_not_show_is_named() {
    let found = (0..200).find_map(|number| {
        let judgement = judge(&question(crate::calibration::sweep(83, number), true));
        (judgement.effect.survives() == Some(false)).then_some(judgement)
    });
    let judgement = found.expect("with half of the examples against it, seeds alone are too sure in some sweep");
    let page = batchscope::export::report("example", &judgement, None);
    assert!(page.contains("with other validation examples it might not show"), "{page}");
    let answer = serde_json::to_value(batchscope::stats::Answer::from(&judgement)).unwrap();
    assert_eq!(answer["effect"]["over_examples"]["survives"], false);
}

/// Bits that do not add up to the accuracy are of another run.
#[test]
fn bits_of_another_accuracy_are_not_used() {
    let mut question = question(crate::calibration::sweep(84, 0), true);
    let outcomes = question.outcomes_mut(0).unwrap();
    let before = outcomes.clone();
    outcomes.mark(2, 0, &[true; 100]);
    assert_eq!(*outcomes, before);
    assert!(question.outcomes_mut(9).is_none());
}
