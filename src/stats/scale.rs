//! The scales on which accuracies are judged.

use super::contrast::contrast;
use super::estimate::Estimate;
use super::fieller::{Covariances, Ratio};
use super::outcomes::{Pairs, cells};

/// A claim needs both. On the one alone, an arm that is better everywhere has a smaller slope: the same change of the log-odds
/// is fewer points near 100 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AccuracyScale {
    Accuracy,
    LogOdds,
}

pub(super) const SCALES: [AccuracyScale; 2] = [AccuracyScale::Accuracy, AccuracyScale::LogOdds];

/// Validation examples where their number is not known: keeps the log-odds of 0 and 1 finite.
const EXAMPLES: u32 = 1000;

impl AccuracyScale {
    /// An accuracy on this scale; the empirical logit, ln((hits + ½) / (misses + ½)) (Cox 1970, Analysis of Binary Data, 3.2).
    pub fn of(self, accuracy: f64, examples: Option<u32>) -> f64 {
        match self {
            AccuracyScale::Accuracy => accuracy,
            AccuracyScale::LogOdds => {
                let (hits, misses) = hits_and_misses(accuracy, examples);
                (hits / misses).ln()
            }
        }
    }

    /// The variance of rounding a share to a multiple of 1 / examples, 1 / (12 examples²), on this scale.
    pub fn rounding(self, accuracy: f64, examples: Option<u32>) -> f64 {
        let Some(count) = examples else { return 0.0 };
        let step = 1.0 / f64::from(count.max(1));
        let step = match self {
            AccuracyScale::Accuracy => step,
            AccuracyScale::LogOdds => {
                let (hits, misses) = hits_and_misses(accuracy, examples);
                let p = hits / (hits + misses);
                step / (p * (1.0 - p))
            }
        };
        step * step / 12.0
    }

    /// The contrast of each instance.
    pub fn contrasts(self, weights: &[f64], instances: &[Vec<f64>], examples: Option<u32>) -> Vec<f64> {
        let scaled = |accuracies: &Vec<f64>| -> Vec<f64> { accuracies.iter().map(|a| self.of(*a, examples)).collect() };
        instances.iter().map(|accuracies| contrast(weights, &scaled(accuracies))).collect()
    }

    /// The least variance of such a contrast: that of rounding. Instances that happen to tie show less.
    pub fn floor(self, weights: &[f64], instances: &[Vec<f64>], examples: Option<u32>) -> f64 {
        let of = |(weight, cell): (&f64, Estimate)| weight * weight * self.rounding(cell.mean, examples);
        weights.iter().zip(cells(instances)).map(of).sum()
    }

    /// The mean contrast.
    pub fn estimate(self, weights: &[f64], instances: &[Vec<f64>], examples: Option<u32>) -> Option<Estimate> {
        let contrasts = self.contrasts(weights, instances, examples);
        Some(Estimate::of(&contrasts)?.at_least(self.floor(weights, instances, examples).sqrt()))
    }
}

fn hits_and_misses(accuracy: f64, examples: Option<u32>) -> (f64, f64) {
    let examples = f64::from(examples.unwrap_or(EXAMPLES));
    let hits = accuracy.clamp(0.0, 1.0) * examples;
    (hits + 0.5, examples - hits + 0.5)
}

/// Slopes of the instances that are complete in the baseline and in an arm, on one scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PairedSlopes {
    pub baseline: Estimate,
    pub arm: Estimate,
    /// arm minus baseline
    pub change: Estimate,
    /// of the baseline's slope, that the arm does not have; needs two pairs
    pub share: Option<Ratio>,
}

impl PairedSlopes {
    /// `None` without pairs.
    pub fn of(scale: AccuracyScale, weights: &[f64], pairs: &Pairs, examples: Option<u32>) -> Option<Self> {
        let baseline = scale.contrasts(weights, &pairs.baseline, examples);
        let arm = scale.contrasts(weights, &pairs.arm, examples);
        let lost: Vec<f64> = baseline.iter().zip(&arm).map(|(baseline, arm)| baseline - arm).collect();
        let loss = Estimate::of(&lost)?;
        let of_baseline = scale.floor(weights, &pairs.baseline, examples);
        let of_both = of_baseline + scale.floor(weights, &pairs.arm, examples);
        let floor = Covariances { top: of_both, bottom: of_baseline, both: of_baseline };
        Some(Self {
            baseline: Estimate::of(&baseline)?.at_least(of_baseline.sqrt()),
            arm: Estimate::of(&arm)?,
            change: Estimate { mean: -loss.mean, ..loss }.at_least(of_both.sqrt()),
            share: Ratio::of(&lost, &baseline).map(|share| share.with_floor(floor)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_odds_are_finite_and_those_of_the_share() {
        assert!((AccuracyScale::LogOdds.of(0.8, Some(1_000_000)) - 4f64.ln()).abs() < 1e-5);
        for accuracy in [0.0, 1.0] {
            assert!(
                AccuracyScale::LogOdds.of(accuracy, None).is_finite()
                    && AccuracyScale::LogOdds.of(accuracy, Some(1)).is_finite()
            );
        }
    }

    #[test]
    fn tied_instances_are_as_sure_as_the_size_of_the_validation_set_allows() {
        let tied = vec![vec![0.9, 0.8]; 3];
        let sd = |examples| AccuracyScale::Accuracy.estimate(&[-0.5, 0.5], &tied, examples).unwrap().sd.unwrap();
        assert_eq!(sd(None), 0.0);
        assert!((sd(Some(100)) - (0.5 * 1e-4 / 12.0f64).sqrt()).abs() < 1e-12);
    }
}
