//! Any of the norms, with the residual connection and dropout in front of it.

use super::buffer::resized;
use super::normalization::{Affine, NormGradients, Normalization, ResidualSum, SavedNorm};
use super::{batch_norm, row_norm};

/// `y = norm(z) * gain + bias`, \[R, H\]. Batch norm takes the statistics of the batch where `training`, otherwise those
/// in `saved`.
pub fn forward(
    normalization: Normalization,
    training: bool,
    z: ResidualSum<'_>,
    affine: Affine<'_>,
    saved: &mut SavedNorm,
    y: &mut [f32],
) {
    match normalization {
        Normalization::Rows(norm) => {
            let normalized = resized(&mut saved.normalized, y.len());
            let scales = resized(&mut saved.scales, y.len() / affine.gain.len());
            row_norm::forward(norm, z, affine, normalized, scales, y);
        }
        Normalization::Columns => batch_norm::forward(training, z, affine, saved, y),
    }
}

/// The gradient of y \[R, H\] becomes that of z, in place; that of `x + x_bias` goes to `dx`.
pub fn backward(
    normalization: Normalization,
    gradient: &mut [f32],
    saved: &SavedNorm,
    gain: &[f32],
    mask: &[f32],
    dx: &mut [f32],
) -> NormGradients {
    let mut sums = NormGradients::zeros(gain.len());
    match normalization {
        Normalization::Rows(norm) => row_norm::backward(norm, gradient, saved, gain, mask, dx, &mut sums),
        Normalization::Columns => batch_norm::backward(gradient, saved, gain, mask, dx, &mut sums),
    }
    sums
}
