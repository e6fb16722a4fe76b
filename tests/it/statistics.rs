//! Our statistics against scipy's and statsmodels' (`golden/statistics/make.py`), and properties that hold for any numbers.

use crate::support::fixture;
use batchscope::plan::known_causes;
use batchscope::stats::{
    Answer, Cause, Estimate, Evidence, Interval, Look, Outcome, Outcomes, Question, RatioInterval, binomial_error,
    contrast, instances_needed, judge, minimal_detectable, pooled_sd, ratio_interval, slope_weights,
};
use proptest::prelude::*;
use serde_json::Value;

fn reference() -> Value {
    serde_json::from_slice(&std::fs::read(fixture("golden/statistics/reference.json")).unwrap()).unwrap()
}

fn cases<'v>(reference: &'v Value, name: &str) -> &'v Vec<Value> {
    let cases = reference[name].as_array().unwrap();
    assert!(!cases.is_empty(), "{name}");
    cases
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

#[track_caller]
fn same(ours: f64, theirs: f64) {
    let close = (ours - theirs).abs() <= 1e-9 * theirs.abs().max(1e-3);
    assert!(close, "{ours} is not {theirs}");
}

#[test]
fn means_intervals_and_p_values_are_scipys() {
    for case in cases(&reference(), "samples") {
        let estimate = Estimate::of(&numbers(&case["values"])).unwrap();
        let interval = estimate.interval(number(&case["alpha"])).unwrap();
        same(estimate.mean, number(&case["mean"]));
        same(estimate.sd.unwrap(), number(&case["sd"]));
        same(interval.low, number(&case["low"]));
        same(interval.high, number(&case["high"]));
        same(estimate.p_value().unwrap(), number(&case["p_value"]));
    }
}

#[test]
fn slopes_are_those_of_least_squares() {
    for case in cases(&reference(), "slopes") {
        let sizes: Vec<u32> = numbers(&case["batch_sizes"]).into_iter().map(|size| size as u32).collect();
        let weights = slope_weights(&sizes).unwrap();
        same(contrast(&weights, &numbers(&case["accuracies"])), number(&case["slope"]));
    }
}

#[test]
fn fiellers_interval_is_the_set_of_ratios_that_the_t_test_does_not_reject() {
    let mut kinds = Vec::new();
    for case in cases(&reference(), "fieller") {
        let (top, bottom) = (numbers(&case["numerators"]), numbers(&case["denominators"]));
        let (kind, interval) = match ratio_interval(&top, &bottom, number(&case["alpha"])) {
            RatioInterval::Bounded(interval) => ("bounded", Some(interval)),
            RatioInterval::Complement(gap) => ("complement", Some(gap)),
            RatioInterval::Line => ("line", None),
        };
        assert_eq!(kind, case["kind"]);
        if let Some(interval) = interval {
            same(interval.low, number(&case["low"]));
            same(interval.high, number(&case["high"]));
        }
        kinds.push(kind);
    }
    assert!(["bounded", "complement", "line"].iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
}

#[test]
fn what_could_be_detected_follows_from_scipys_quantiles() {
    let reference = reference();
    for case in cases(&reference, "power") {
        let (sd, alpha) = (number(&case["sd"]), number(&case["alpha"]));
        let least = minimal_detectable(sd, number(&case["n"]) as usize, alpha).unwrap();
        same(least, number(&case["detectable"]));
        let needed = instances_needed(sd, number(&case["size"]), alpha).unwrap();
        assert_eq!(needed, number(&case["needed"]) as usize);
    }
    let noise = &reference["noise"];
    let groups = noise["groups"].as_array().unwrap();
    let groups: Vec<Estimate> = groups.iter().map(|group| Estimate::of(&numbers(group)).unwrap()).collect();
    same(pooled_sd(&groups).unwrap(), number(&noise["pooled_sd"]));
    let binomial = binomial_error(number(&noise["accuracy"]), number(&noise["examples"]) as u32);
    same(binomial, number(&noise["binomial_error"]));
}

#[test]
fn zero_and_one_values_have_no_interval() {
    assert_eq!(Estimate::of(&[]), None);
    let one = Estimate::of(&[0.7]).unwrap();
    assert_eq!((one.mean, one.sd, one.interval(0.05), one.p_value()), (0.7, None, None, None));
    assert_eq!(ratio_interval(&[], &[], 0.05), RatioInterval::Line);
    assert_eq!(ratio_interval(&[0.1], &[0.2], 0.05), RatioInterval::Line);
    assert_eq!(slope_weights(&[8]), None);
    assert_eq!(slope_weights(&[]), None);
}

#[test]
fn fewer_than_three_instances_are_never_a_verdict() {
    let outcome = |batch_size, accuracy| Outcome { batch_size, iid: 0, accuracy, one_class: false };
    let judgement = judge(&Question {
        known: known_causes(),
        batch_sizes: vec![2, 8],
        baseline: [outcome(2, 0.8), outcome(8, 0.7)].into_iter().collect(),
        causes: Vec::new(),
        design: None,
        looks: Vec::new(),
        planned: 1,
        majority_share: None,
        validation_examples: None,
    });
    assert!(!judgement.is_complete() && judgement.effect.interval.is_none());
    assert!(Answer::from(&judgement).answer.contains("Preliminary, 1 of 3 instances"));
}

#[test]
fn equal_values_have_an_interval_of_one_point() {
    let equal = Estimate::of(&[0.1; 3]).unwrap();
    assert_eq!((equal.sd, equal.interval(0.05)), (Some(0.0), Some(Interval { low: 0.1, high: 0.1 })));
    let ratio = ratio_interval(&[0.1; 4], &[0.2; 4], 0.05);
    assert_eq!(ratio, RatioInterval::Bounded(Interval { low: 0.5, high: 0.5 }));
    assert_eq!(ratio_interval(&[0.1; 4], &[0.0; 4], 0.05), RatioInterval::Line, "a ratio to nothing");
    assert_eq!(ratio_interval(&[0.0; 4], &[0.0; 4], 0.05), RatioInterval::Line);
    assert_eq!(contrast(&slope_weights(&[2, 8, 64]).unwrap(), &[0.7; 3]), 0.0, "no slope at all");
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
}

fn shifted(interval: Interval, scale: f64, shift: f64) -> Interval {
    let (a, b) = (interval.low * scale + shift, interval.high * scale + shift);
    Interval { low: a.min(b), high: a.max(b) }
}

fn close_intervals(a: Interval, b: Interval) -> bool {
    close(a.low, b.low) && close(a.high, b.high)
}

fn pairs() -> impl Strategy<Value = Vec<(f64, f64)>> {
    proptest::collection::vec((-1.0..1.0f64, -1.0..1.0f64), 2..12)
}

proptest! {
    #[test]
    fn an_interval_follows_scale_shift_and_sign(
        values in proptest::collection::vec(-1.0..1.0f64, 2..12),
        scale in prop_oneof![-5.0..-0.1f64, 0.1..5.0f64],
        shift in -3.0..3.0f64,
    ) {
        let interval = |values: &[f64]| Estimate::of(values).unwrap().interval(0.05).unwrap();
        let moved: Vec<f64> = values.iter().map(|x| scale * x + shift).collect();
        prop_assert!(close_intervals(interval(&moved), shifted(interval(&values), scale, shift)));
        let mut reversed = values.clone();
        reversed.reverse();
        prop_assert!(close_intervals(interval(&reversed), interval(&values)));
    }

    #[test]
    fn a_ratio_does_not_depend_on_units_signs_or_order(pairs in pairs(), scale in prop_oneof![-5.0..-0.1f64, 0.1..5.0f64]) {
        let ratio = |pairs: &[(f64, f64)], scale: f64| {
            let (top, bottom): (Vec<f64>, Vec<f64>) = pairs.iter().map(|(t, b)| (scale * t, scale * b)).unzip();
            ratio_interval(&top, &bottom, 0.05)
        };
        let reversed: Vec<_> = pairs.iter().rev().copied().collect();
        for other in [ratio(&pairs, scale), ratio(&reversed, 1.0)] {
            match (ratio(&pairs, 1.0), other) {
                (RatioInterval::Bounded(a), RatioInterval::Bounded(b))
                | (RatioInterval::Complement(a), RatioInterval::Complement(b)) => prop_assert!(close_ratio(a, b)),
                (a, b) => prop_assert_eq!(a, b),
            }
        }
    }

    #[test]
    fn a_ratio_always_holds_its_own_estimate(pairs in pairs()) {
        let (top, bottom): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let ratio = top.iter().sum::<f64>() / bottom.iter().sum::<f64>();
        prop_assert!(holds_nearly(ratio_interval(&top, &bottom, 0.05), ratio));
    }

    #[test]
    fn more_error_allowed_is_a_shorter_interval(values in proptest::collection::vec(-1.0..1.0f64, 2..12)) {
        let estimate = Estimate::of(&values).unwrap();
        let (wide, narrow) = (estimate.interval(0.001).unwrap(), estimate.interval(0.1).unwrap());
        prop_assert!(wide.low <= narrow.low && narrow.high <= wide.high);
    }

    /// Whatever instances are there, an answer is made, every number in it is one, and their order means nothing.
    #[test]
    fn any_outcomes_have_an_answer(
        outcomes in proptest::collection::btree_map((0..2usize, 0..3usize, 0..4u32), 0..4u32, 0..24),
        planned in 0..4usize,
        looks in proptest::collection::vec((1..5usize, 0..3usize), 0..4),
        majority_share in proptest::option::of(0.0..1.0f64),
    ) {
        let answer = |backwards: bool, introduction: bool| {
            let of_arm = |wanted: usize| -> Outcomes {
                let mut found: Vec<Outcome> = outcomes
                    .iter()
                    .filter(|((arm, _, _), _)| *arm == wanted)
                    .map(|(&(_, size, iid), &hits)| {
                        let (batch_size, accuracy) = ([2, 8, 64][size], f64::from(hits) / 3.0);
                        Outcome { batch_size, iid, accuracy, one_class: false }
                    })
                    .collect();
                if backwards {
                    found.reverse();
                }
                found.into_iter().collect()
            };
            let evidence = if introduction { Evidence::Introduction(of_arm(1)) } else { Evidence::Removal(of_arm(1)) };
            let causes = vec![Cause { arm: "arm".into(), name: "dropout".into(), changes: "dropout=off".into(), evidence }];
            let looks = looks.iter().map(|&(instances, causes)| Look { instances, causes, ..Look::default() }).collect();
            let (baseline, batch_sizes) = (of_arm(0), vec![64, 2, 8]);
            let validation_examples = Some(20);
            judge(&Question {
                known: known_causes(),
                batch_sizes, baseline, causes, design: None, looks, planned, majority_share, validation_examples,
            })
        };
        for introduction in [false, true] {
            let judgement = answer(false, introduction);
            prop_assert_eq!(&judgement, &answer(true, introduction));
            let text = serde_json::to_string(&Answer::from(&judgement)).unwrap() + &format!("{judgement:?}");
            prop_assert!(!text.contains("NaN") && !text.contains("inf"), "{}", text);
        }
    }
}

fn close_ratio(a: Interval, b: Interval) -> bool {
    // where the denominator is barely not 0, ends lie far out and rounding shows
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * (1.0 + a.abs().max(b.abs()));
    near(a.low, b.low) && near(a.high, b.high)
}

fn holds_nearly(interval: RatioInterval, ratio: f64) -> bool {
    let tolerance = 1e-9 * (1.0 + ratio.abs());
    interval.holds(ratio) || interval.holds(ratio - tolerance) || interval.holds(ratio + tolerance)
}
