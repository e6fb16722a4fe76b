//! What a straight line over the batch sizes leaves.

use super::contrast::curve_weights;
use super::estimate::{Estimate, Interval};
use super::scale::AccuracyScale;

/// The curvature of the baseline's accuracy over log2(batch size).
#[derive(Clone, Debug, PartialEq)]
pub struct Curvature {
    /// coefficient of the square of log2(batch size)
    pub quadratic: Estimate,
    pub interval: Option<Interval>,
    /// lack of fit: that a straight line leaves nothing
    pub p_value: f64,
    /// chance of error of both
    pub alpha: f64,
}

/// The part of the effect's chance of error that a curve has besides.
const PART: f64 = 0.2;

impl Curvature {
    /// Of the baseline's complete instances. Nothing for fewer than three batch sizes.
    ///
    /// Lack of fit is the smallest p-value of Student's tests of the polynomial contrasts of degree 2 and above, times
    /// their number (Bonferroni). Unlike the F test it assumes nothing about how batch sizes are correlated within an
    /// instance or which of them varies most.
    pub fn of(batch_sizes: &[u32], instances: &[Vec<f64>], examples: Option<u32>, alpha: f64) -> Option<Self> {
        let weights = curve_weights(batch_sizes);
        let estimate =
            |weights: &Vec<f64>| AccuracyScale::Accuracy.estimate(weights, instances, examples)?.with_spread();
        let estimates: Vec<Estimate> = weights.iter().filter_map(estimate).collect();
        let quadratic = *estimates.first()?;
        let least = estimates.iter().filter_map(Estimate::p_value).reduce(f64::min)?;
        let p_value = (least * estimates.len() as f64).min(1.0);
        let alpha = PART * alpha;
        Some(Self { quadratic, interval: quadratic.interval(alpha), p_value, alpha })
    }

    /// Whether a straight line does not describe the batch sizes.
    pub fn is_shown(&self) -> bool {
        self.p_value <= self.alpha
    }
}
