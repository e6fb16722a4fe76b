//! Random weights of losses that give a batch the gradient noise of a smaller one (Wu et al. 2020, arXiv 1906.07405).

use crate::domain::random::Key;

/// Weights of the losses of a batch of `pairs`, which give its mean gradient the covariance of a batch of `of`, at most as
/// many.
///
/// With weights 1 + xi, where the xi of a batch of B have the sum 0 and the variance v each, the mean gradient has the
/// covariance S / B of the examples' gradients from the choice of the batch and v S / B from the weights. Together that is
/// S / b for v = B / b - 1. The sum of 0 keeps the mean gradient of equal examples what it is.
pub fn loss_weights(key: Key, pairs: u32, of: u32) -> Vec<f32> {
    let normal: Vec<f64> = (0..u64::from(pairs)).map(|place| key.normal(place)).collect();
    let count = f64::from(pairs);
    let mean = normal.iter().sum::<f64>() / count;
    let variance = count / f64::from(of) - 1.0;
    // subtracting the mean takes 1 / B of the variance away
    let scale = (variance * count / (count - 1.0).max(1.0)).sqrt();
    normal.iter().map(|draw| (1.0 + scale * (draw - mean)) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random::Purpose;

    #[test]
    fn weights_have_the_mean_1_and_the_variance_of_the_formula() {
        let key = Key::new(3, Purpose::LossWeights);
        for (pairs, of) in [(64, 8), (8, 2), (2, 1)] {
            let variance = f64::from(pairs) / f64::from(of) - 1.0;
            let (mut squares, draws) = (0.0, 4000);
            for draw in 0..draws {
                let weights = loss_weights(key.with(draw), pairs, of);
                let mean = weights.iter().map(|weight| f64::from(*weight)).sum::<f64>() / f64::from(pairs);
                assert!((mean - 1.0).abs() < 1e-5, "{pairs} as {of}: {mean}");
                squares += weights.iter().map(|weight| f64::from(weight - 1.0).powi(2)).sum::<f64>();
            }
            let found = squares / f64::from(pairs) / draws as f64;
            assert!((found / variance - 1.0).abs() < 0.1, "{pairs} as {of}: variance {found}, expected {variance}");
        }
        assert!(loss_weights(key, 8, 8).iter().all(|weight| *weight == 1.0), "its own noise is no change");
    }
}
