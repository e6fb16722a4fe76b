//! Power: what a sweep of this size can detect.

use super::estimate::{Estimate, upper_t};

/// The power that the sizes below are computed for.
const POWER: f64 = 0.8;

/// Upper bound of a suggested number of instances.
pub const MOST_INSTANCES: usize = 1000;

/// Standard error of an accuracy measured on this many examples: √(p (1 - p) / examples), of a binomial share.
pub fn binomial_error(accuracy: f64, examples: u32) -> f64 {
    (accuracy * (1.0 - accuracy) / f64::from(examples.max(1))).max(0.0).sqrt()
}

/// Standard deviation within groups, each around its own mean (Montgomery, Design and Analysis of Experiments, 3.3).
/// Nothing where no group has two values.
pub fn pooled_sd(groups: &[Estimate]) -> Option<f64> {
    let spread = groups.iter().filter_map(|group| Some((group.sd?.powi(2), (group.n - 1) as f64)));
    let (squares, freedom) = spread.fold((0.0, 0.0), |(sum, all), (variance, n)| (sum + variance * n, all + n));
    (freedom > 0.0).then(|| (squares / freedom).sqrt())
}

/// The smallest true mean that an interval at `alpha` excludes 0 for in four of five such samples:
/// (t(1 - alpha/2) + t(0.8)) sd / √n (Bloom 1995, "Minimum detectable effects", Evaluation Review 19).
pub fn minimal_detectable(sd: f64, n: usize, alpha: f64) -> Option<f64> {
    Some((upper_t(alpha / 2.0, n)? + upper_t(1.0 - POWER, n)?) * sd / (n as f64).sqrt())
}

/// The fewest instances with which a mean of this size is detectable; nothing beyond [`MOST_INSTANCES`].
pub fn instances_needed(sd: f64, size: f64, alpha: f64) -> Option<usize> {
    let enough = |n: &usize| minimal_detectable(sd, *n, alpha).is_some_and(|least| least <= size);
    // the detectable size falls with the number of instances, so that bisection finds the smallest
    let all: Vec<usize> = (2..=MOST_INSTANCES).collect();
    all.get(all.partition_point(|n| !enough(n))).copied()
}
