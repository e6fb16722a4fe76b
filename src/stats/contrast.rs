//! The slope over batch sizes: one number per instance.

/// Weights of the linear contrast on log2(batch size): their product with the accuracies of one instance, in the order
/// of the batch sizes, is the least-squares slope per doubling (Montgomery, Design and Analysis of Experiments, 3.5.4
/// and 10.2). `None` for fewer than two different sizes.
pub fn slope_weights(batch_sizes: &[u32]) -> Option<Vec<f64>> {
    let doublings: Vec<f64> = batch_sizes.iter().map(|size| f64::from(*size).log2()).collect();
    let centre = super::estimate::mean(&doublings)?;
    let squares: f64 = doublings.iter().map(|x| (x - centre).powi(2)).sum();
    (squares > 0.0 && squares.is_finite()).then(|| doublings.iter().map(|x| (x - centre) / squares).collect())
}

/// The weighted sum. Weights that add to 0 are applied to distances from the first value: equal values give exactly 0.
pub fn contrast(weights: &[f64], values: &[f64]) -> f64 {
    let first = values.first().copied().unwrap_or(0.0);
    weights.iter().zip(values).map(|(weight, value)| weight * (value - first)).sum()
}
