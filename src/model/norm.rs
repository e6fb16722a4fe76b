//! The four normalizations a model can be trained with. Gain and bias are the same parameters in all of them.

use super::parameters::Views;
use crate::domain::choice::Norm;
use crate::domain::model::ModelConfig;
use candle_core::{D, Result, Tensor};

/// Added to batch variances, as PyTorch's BatchNorm1d does.
pub const BATCH_NORM_EPSILON: f64 = 1e-5;
/// Weight of the newest batch in the running statistics.
const BATCH_NORM_MOMENTUM: f32 = 0.1;

/// Running mean and variance of every feature, both \[H\]: updated in training, used at evaluation.
#[derive(Clone, Debug)]
pub struct RunningStatistics {
    pub mean: Vec<f32>,
    pub variance: Vec<f32>,
}

impl RunningStatistics {
    pub fn new(hidden: usize) -> Self {
        Self { mean: vec![0.0; hidden], variance: vec![1.0; hidden] }
    }

    /// Moves towards the statistics of a batch of `count` tokens. `variance` is biased; the running one is unbiased.
    pub fn update(&mut self, mean: &[f32], variance: &[f32], count: usize) {
        let unbiased = if count > 1 { count as f32 / (count - 1) as f32 } else { 1.0 };
        for (running, new) in self.mean.iter_mut().zip(mean) {
            *running += BATCH_NORM_MOMENTUM * (new - *running);
        }
        for (running, new) in self.variance.iter_mut().zip(variance) {
            *running += BATCH_NORM_MOMENTUM * (new * unbiased - *running);
        }
    }
}

/// A normalization: its kind and its parameters.
pub struct Normalize {
    pub kind: Norm,
    /// of layer and rms norm
    pub epsilon: f64,
    /// \[H\]
    pub gain: Tensor,
    /// \[H\]
    pub bias: Tensor,
}

impl Normalize {
    pub fn load(views: Views<'_>, name: &str, kind: Norm, config: &ModelConfig) -> Result<Self> {
        let (gain, bias) = (views.get(&format!("{name}.weight"))?, views.get(&format!("{name}.bias"))?);
        Ok(Self { kind, epsilon: config.layer_norm_eps, gain, bias })
    }

    /// x \[T, H\] -> \[T, H\]. With batch norm, `running` is updated when `training`.
    pub fn forward(&self, x: &Tensor, running: &mut RunningStatistics, training: bool) -> Result<Tensor> {
        let normalized = match self.kind {
            Norm::Layer => {
                let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
                divide_by_deviation(&centred, &centred.sqr()?.mean_keepdim(D::Minus1)?, self.epsilon)?
            }
            Norm::Rms => divide_by_deviation(x, &x.sqr()?.mean_keepdim(D::Minus1)?, self.epsilon)?,
            Norm::Batch if training => {
                let mean = x.mean_keepdim(0)?; // [1, H]
                let centred = x.broadcast_sub(&mean)?;
                let variance = centred.sqr()?.mean_keepdim(0)?; // [1, H]
                let numbers = |tensor: &Tensor| tensor.detach().flatten_all()?.to_vec1::<f32>();
                running.update(&numbers(&mean)?, &numbers(&variance)?, x.dim(0)?);
                divide_by_deviation(&centred, &variance, BATCH_NORM_EPSILON)?
            }
            Norm::Batch => {
                let row = |values: &[f32]| Tensor::from_slice(values, (1, values.len()), x.device());
                let centred = x.broadcast_sub(&row(&running.mean)?)?;
                divide_by_deviation(&centred, &row(&running.variance)?, BATCH_NORM_EPSILON)?
            }
            Norm::None => x.clone(),
        };
        normalized.broadcast_mul(&self.gain)?.broadcast_add(&self.bias)
    }
}

fn divide_by_deviation(x: &Tensor, variance: &Tensor, epsilon: f64) -> Result<Tensor> {
    x.broadcast_div(&(variance + epsilon)?.sqrt()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    fn normalize(kind: Norm) -> Normalize {
        let device = &Device::Cpu;
        Normalize {
            kind,
            epsilon: 1e-12,
            gain: Tensor::new(&[1f32, 2.0], device).unwrap(),
            bias: Tensor::new(&[0f32, 1.0], device).unwrap(),
        }
    }

    fn forward(kind: Norm, x: &[[f32; 2]], training: bool) -> (Vec<Vec<f32>>, RunningStatistics) {
        let x = Tensor::from_slice(x.as_flattened(), (x.len(), 2), &Device::Cpu).unwrap();
        let mut running = RunningStatistics::new(2);
        let y = normalize(kind).forward(&x, &mut running, training).unwrap();
        (y.to_vec2().unwrap(), running)
    }

    #[test]
    fn each_norm_does_what_its_paper_says() {
        assert_eq!(forward(Norm::Layer, &[[1.0, 3.0]], true).0, [[-1.0, 3.0]]);
        // root mean square of (3, 4) is sqrt(12.5)
        let rms = forward(Norm::Rms, &[[3.0, 4.0]], true).0;
        assert!((rms[0][0] - 0.848_528).abs() < 1e-5 && (rms[0][1] - (2.0 * 1.131_371 + 1.0)).abs() < 1e-5, "{rms:?}");
        assert_eq!(forward(Norm::None, &[[3.0, 4.0]], true).0, [[3.0, 9.0]]);
        let batch = forward(Norm::Batch, &[[1.0, 10.0], [3.0, 30.0]], true).0;
        for (value, expected) in batch.concat().iter().zip([-1.0, -1.0, 1.0, 3.0]) {
            assert!((value - expected).abs() < 1e-5, "{batch:?}");
        }
    }

    #[test]
    fn batch_norm_keeps_the_unbiased_variance_and_uses_it_at_evaluation() {
        let (_, running) = forward(Norm::Batch, &[[1.0, 10.0], [3.0, 30.0]], true);
        assert_eq!(running.mean, [0.2, 2.0]);
        assert_eq!(running.variance, [1.0 + 0.1 * (2.0 - 1.0), 1.0 + 0.1 * (200.0 - 1.0)]);
        // evaluation with untouched statistics (mean 0, variance 1) is the affine map alone
        let (y, after) = forward(Norm::Batch, &[[1.0, 10.0]], false);
        assert!((y[0][1] - 21.0).abs() < 1e-3);
        assert_eq!(after.mean, [0.0, 0.0]);
    }
}
