//! The p-value of what a verdict rejects.

use super::estimate::two_sided_p;
use super::fieller::Ratio;
use super::scale::PairedSlopes;
use super::verdict::{MAIN, MINOR, Verdict};

/// A p-value and its hypothesis. It is not adjusted: a verdict needs one of at most the finding's `alpha`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PValue {
    pub p: f64,
    /// what it is the p-value of
    pub hypothesis: &'static str,
}

/// Of the hypothesis that the verdict rejects; where it rejects none, that the slope does not change. The larger of the
/// scales', as a claim needs both.
pub(super) fn p_value(verdict: Verdict, scales: &[PairedSlopes]) -> Option<PValue> {
    // tail areas are doubled, so that p is at most alpha exactly where the interval of level 1 - alpha says so
    let below = |share: Ratio, bound: f64| two_sided_p(share.t_above(bound).max(0.0), share.freedom());
    let above = |share: Ratio, bound: f64| two_sided_p((-share.t_above(bound)).max(0.0), share.freedom());
    let largest = |p: &dyn Fn(Ratio) -> Option<f64>| {
        let each: Option<Vec<f64>> = scales.iter().map(|slopes| p(slopes.share?)).collect();
        each?.into_iter().reduce(f64::max)
    };
    let (p, hypothesis) = match verdict {
        Verdict::Explains { reverses: true } => (largest(&|share| below(share, 1.0)), "share of at most 100 %"),
        Verdict::Explains { reverses: false } => (largest(&|share| below(share, MAIN)), "share below 50 %"),
        Verdict::Contributes => (largest(&|share| below(share, 0.0)), "share of at most 0 %"),
        Verdict::Hides => (largest(&|share| above(share, 0.0)), "share of at least 0 %"),
        Verdict::RuledOut => {
            let either = |share| Some(below(share, -MINOR)?.max(above(share, MINOR)?));
            (largest(&either), "share beyond 25 % either way")
        }
        Verdict::Changed(_) | Verdict::NotSeparable | Verdict::DependsOnScale => {
            let each: Option<Vec<f64>> = scales.iter().map(|slopes| slopes.change.with_spread()?.p_value()).collect();
            (each.and_then(|each| each.into_iter().reduce(f64::max)), "no change of the slope")
        }
        _ => (None, ""),
    };
    Some(PValue { p: p.filter(|p| p.is_finite())?, hypothesis })
}
