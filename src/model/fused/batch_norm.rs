//! Batch normalization in place of the norm over rows: statistics of every feature over all tokens of the batch (Ioffe,
//! Szegedy 2015, algorithm 1, and its backward pass in section 3).

use super::buffer::resized;
use super::normalization::{Affine, NormGradients, ResidualSum, SavedNorm, residual_row_backward};
use crate::model::norm::BATCH_NORM_EPSILON;
use crate::model::vectorised::vectorised;

/// `y = norm(z) * gain + bias`, \[T, H\]. In training, mean and variance are those of the batch and stay in `saved`;
/// otherwise those in `saved` are used.
pub fn forward(training: bool, z: ResidualSum<'_>, affine: Affine<'_>, saved: &mut SavedNorm, y: &mut [f32]) {
    let hidden = affine.gain.len();
    let normalized = resized(&mut saved.normalized, y.len());
    residual_sum(z, hidden, normalized);
    if training {
        saved.mean = vec![0.0; hidden];
        saved.variance = vec![0.0; hidden];
        statistics(normalized, &mut saved.mean, &mut saved.variance);
    }
    saved.scales = saved.variance.iter().map(|variance| 1.0 / (variance + BATCH_NORM_EPSILON as f32).sqrt()).collect();
    normalize(normalized, &saved.mean, &saved.scales, affine, y);
}

/// The gradient of y \[T, H\] becomes that of z, in place; that of `x + x_bias` goes to `dx`. Gradients of vectors are
/// added to `sums`.
pub fn backward(
    gradient: &mut [f32],
    saved: &SavedNorm,
    gain: &[f32],
    mask: &[f32],
    dx: &mut [f32],
    sums: &mut NormGradients,
) {
    let z = &saved.normalized[..gradient.len()];
    let tokens = (gradient.len() / gain.len()) as f32;
    let (mut along, mut mean) = (vec![0.0; gain.len()], vec![0.0; gain.len()]);
    column_sums(gradient, z, &mut along, &mut mean);
    for ((total, part), (other, too)) in sums.gain.iter_mut().zip(&along).zip(sums.bias.iter_mut().zip(&mean)) {
        *total += part;
        *other += too;
    }
    for value in along.iter_mut().chain(&mut mean) {
        *value /= tokens;
    }
    let scale: Vec<f32> = saved.scales.iter().zip(gain).map(|(scale, gain)| scale * gain).collect();
    let columns = ColumnStatistics { mean: &mean, along: &along, scale: &scale };
    columns_backward(gradient, z, columns, mask, dx, &mut sums.x_bias);
}

/// Of every column, \[H\].
#[derive(Clone, Copy)]
struct ColumnStatistics<'c> {
    /// mean of the gradient
    mean: &'c [f32],
    /// mean of the gradient times the normalized input
    along: &'c [f32],
    /// gain over deviation
    scale: &'c [f32],
}

vectorised! {
    fn residual_sum(sum: ResidualSum<'_>, width: usize, z: &mut [f32]) {
        for (row, z) in z.chunks_exact_mut(width).enumerate() {
            sum.row(row, z);
        }
    }

    /// Mean and (biased) variance of every column, added to zeros.
    fn statistics(z: &[f32], mean: &mut [f32], variance: &mut [f32]) {
        let tokens = (z.len() / mean.len()) as f32;
        for row in z.chunks_exact(mean.len()) {
            for (mean, z) in mean.iter_mut().zip(row) {
                *mean += z;
            }
        }
        for mean in mean.iter_mut() {
            *mean /= tokens;
        }
        for row in z.chunks_exact(mean.len()) {
            for ((variance, mean), z) in variance.iter_mut().zip(mean.iter()).zip(row) {
                *variance += (z - mean) * (z - mean);
            }
        }
        for variance in variance.iter_mut() {
            *variance /= tokens;
        }
    }

    fn normalize(z: &mut [f32], mean: &[f32], scales: &[f32], affine: Affine<'_>, y: &mut [f32]) {
        let Affine { gain, bias } = affine;
        let width = mean.len();
        for (z, y) in z.chunks_exact_mut(width).zip(y.chunks_exact_mut(width)) {
            let (columns, affine) = (mean.iter().zip(scales), gain.iter().zip(bias));
            for (((z, y), (mean, scale)), (gain, bias)) in z.iter_mut().zip(y).zip(columns).zip(affine) {
                *z = (*z - mean) * scale;
                *y = *z * gain + bias;
            }
        }
    }

    /// Adds every column's sum of `g z` to `along`, and of g to `sum`.
    fn column_sums(gradient: &[f32], z: &[f32], along: &mut [f32], sum: &mut [f32]) {
        let width = sum.len();
        for (g, z) in gradient.chunks_exact(width).zip(z.chunks_exact(width)) {
            for (((g, z), along), sum) in g.iter().zip(z).zip(along.iter_mut()).zip(sum.iter_mut()) {
                *along += g * z;
                *sum += g;
            }
        }
    }

    /// `g = (g - mean - z along) scale`, then through the mask.
    fn columns_backward(
        gradient: &mut [f32],
        z: &[f32],
        columns: ColumnStatistics<'_>,
        mask: &[f32],
        dx: &mut [f32],
        d_x_bias: &mut [f32],
    ) {
        let ColumnStatistics { mean, along, scale } = columns;
        let width = mean.len();
        let rows = gradient.chunks_exact_mut(width).zip(z.chunks_exact(width)).zip(dx.chunks_exact_mut(width));
        for (row, ((g, z), dx)) in rows.enumerate() {
            let columns = mean.iter().zip(along).zip(scale);
            for ((g, z), ((mean, along), scale)) in g.iter_mut().zip(z).zip(columns) {
                *g = (*g - mean - z * along) * scale;
            }
            residual_row_backward(g, mask, row, dx, d_x_bias);
        }
    }
}
