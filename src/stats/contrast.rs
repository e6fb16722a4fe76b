//! Contrasts over batch sizes: one number per instance.

/// Weights of the linear contrast on log2(batch size): their product with the accuracies of one instance, in the order
/// of the batch sizes, is the least-squares slope per doubling (Montgomery, Design and Analysis of Experiments, 3.5.4
/// and 10.2). `None` for fewer than two different sizes.
pub fn slope_weights(batch_sizes: &[u32]) -> Option<Vec<f64>> {
    let doublings: Vec<f64> = batch_sizes.iter().map(|size| f64::from(*size).log2()).collect();
    let centre = super::estimate::mean(&doublings)?;
    let squares: f64 = doublings.iter().map(|x| (x - centre).powi(2)).sum();
    (squares > 0.0 && squares.is_finite()).then(|| doublings.iter().map(|x| (x - centre) / squares).collect())
}

/// Weights of the polynomial contrasts of degree 2 and above on log2(batch size), each orthogonal to all of lower degree
/// (Montgomery, Design and Analysis of Experiments, 3.5.1): their product with the accuracies of one instance is the
/// coefficient of log2(batch size) to that power. Together they hold all that a straight line leaves.
pub fn curve_weights(batch_sizes: &[u32]) -> Vec<Vec<f64>> {
    let doublings: Vec<f64> = batch_sizes.iter().map(|size| f64::from(*size).log2()).collect();
    let Some(centre) = super::estimate::mean(&doublings) else { return Vec::new() };
    let (mut lower, mut weights): (Vec<Vec<f64>>, Vec<Vec<f64>>) = (Vec::new(), Vec::new());
    for degree in 0..batch_sizes.len() as i32 {
        let mut powers: Vec<f64> = doublings.iter().map(|x| (x - centre).powi(degree)).collect();
        // twice, as rounding leaves something of the lower degrees
        for other in lower.iter().chain(&lower) {
            let part: f64 = powers.iter().zip(other).map(|(a, b)| a * b).sum();
            powers.iter_mut().zip(other).for_each(|(power, other)| *power -= part * other);
        }
        let squares: f64 = powers.iter().map(|x| x * x).sum();
        if squares.is_nan() || squares <= 1e-12 {
            return Vec::new();
        }
        if degree >= 2 {
            weights.push(powers.iter().map(|power| power / squares).collect());
        }
        lower.push(powers.iter().map(|power| power / squares.sqrt()).collect());
    }
    weights
}

/// The weighted sum. Weights that add to 0 are applied to distances from the first value: equal values give exactly 0.
pub fn contrast(weights: &[f64], values: &[f64]) -> f64 {
    let first = values.first().copied().unwrap_or(0.0);
    weights.iter().zip(values).map(|(weight, value)| weight * (value - first)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_are_what_a_line_leaves() {
        let sizes = [2, 8, 16, 32, 64];
        let weights = curve_weights(&sizes);
        assert_eq!(weights.len(), 3);
        let of = |accuracy: fn(f64) -> f64| -> Vec<f64> {
            let values: Vec<f64> = sizes.iter().map(|size| accuracy(f64::from(*size).log2())).collect();
            weights.iter().map(|weights| contrast(weights, &values)).collect()
        };
        assert!(of(|x| 0.9 - 0.02 * x).iter().all(|curve| curve.abs() < 1e-12));
        let curved = of(|x| 0.9 - 0.02 * x + 0.003 * x * x);
        assert!((curved[0] - 0.003).abs() < 1e-12 && curved[1].abs() < 1e-12, "{curved:?}");
        assert!(curve_weights(&[2, 8]).is_empty() && curve_weights(&[8, 8, 8]).is_empty());
    }
}
