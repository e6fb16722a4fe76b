//! Batch normalization in place of the norm over rows: statistics of every feature over all tokens of the batch (Ioffe,
//! Szegedy 2015, algorithm 1, and its backward pass in section 3).

use super::normalize::{Saved, dropped_row, residual_row, row_of};
use super::workspace::room;
use crate::model::norm::BATCH_NORM_EPSILON;
use crate::model::vectorised::vectorised;

/// `y = norm(residual + mask * (x + x_bias)) * gain + bias`, all \[T, H\]; an empty mask drops nothing. Where
/// `training`, mean and variance are those of the batch and stay in `saved`; otherwise those in `saved` are used.
#[allow(clippy::too_many_arguments)]
pub fn forward(
    training: bool,
    x: &[f32],
    x_bias: &[f32],
    mask: &[f32],
    residual: &[f32],
    gain: &[f32],
    bias: &[f32],
    saved: &mut Saved,
    y: &mut [f32],
) {
    let z = room(&mut saved.normalized, x.len());
    residual_sum(x, x_bias, mask, residual, z);
    if training {
        saved.mean = vec![0.0; gain.len()];
        saved.variance = vec![0.0; gain.len()];
        statistics(z, &mut saved.mean, &mut saved.variance);
    }
    saved.scales = saved.variance.iter().map(|variance| 1.0 / (variance + BATCH_NORM_EPSILON as f32).sqrt()).collect();
    normalize(z, &saved.mean, &saved.scales, gain, bias, y);
}

/// From the gradient of y: that of the sum before the norm replaces it, that of `x + x_bias` goes to `dx`, and those of
/// gain, bias and x_bias are added to theirs.
#[allow(clippy::too_many_arguments)]
pub fn backward(
    gradient: &mut [f32],
    saved: &Saved,
    mask: &[f32],
    gain: &[f32],
    d_gain: &mut [f32],
    d_bias: &mut [f32],
    dx: &mut [f32],
    d_x_bias: &mut [f32],
) {
    let z = &saved.normalized[..gradient.len()];
    let tokens = (gradient.len() / gain.len()) as f32;
    let (mut along, mut sum) = (vec![0.0; gain.len()], vec![0.0; gain.len()]);
    column_sums(gradient, z, &mut along, &mut sum);
    for ((total, part), (other, too)) in d_gain.iter_mut().zip(&along).zip(d_bias.iter_mut().zip(&sum)) {
        *total += part;
        *other += too;
    }
    for value in along.iter_mut().chain(&mut sum) {
        *value /= tokens;
    }
    let scale: Vec<f32> = saved.scales.iter().zip(gain).map(|(scale, gain)| scale * gain).collect();
    back(gradient, z, &sum, &along, &scale, mask, dx, d_x_bias);
}

vectorised! {
    /// `z = residual + mask * (x + x_bias)`
    fn residual_sum(x: &[f32], x_bias: &[f32], mask: &[f32], residual: &[f32], z: &mut [f32]) {
        let width = x_bias.len();
        for (row, z) in z.chunks_exact_mut(width).enumerate() {
            let range = row * width..(row + 1) * width;
            residual_row(&x[range.clone()], x_bias, row_of(mask, &range), &residual[range], z);
        }
    }

    /// Mean and (biased) variance of every column, which begin at 0.
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

    fn normalize(z: &mut [f32], mean: &[f32], scales: &[f32], gain: &[f32], bias: &[f32], y: &mut [f32]) {
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

    /// `g = (g - mean - z along) scale`, and on through the mask.
    #[allow(clippy::too_many_arguments)]
    fn back(
        gradient: &mut [f32],
        z: &[f32],
        mean: &[f32],
        along: &[f32],
        scale: &[f32],
        mask: &[f32],
        dx: &mut [f32],
        d_x_bias: &mut [f32],
    ) {
        let width = mean.len();
        for (row, (g, dx)) in gradient.chunks_exact_mut(width).zip(dx.chunks_exact_mut(width)).enumerate() {
            let range = row * width..(row + 1) * width;
            let columns = mean.iter().zip(along).zip(scale);
            for ((g, z), ((mean, along), scale)) in g.iter_mut().zip(&z[range.clone()]).zip(columns) {
                *g = (*g - mean - z * along) * scale;
            }
            dropped_row(g, row_of(mask, &range), dx, d_x_bias);
        }
    }
}
