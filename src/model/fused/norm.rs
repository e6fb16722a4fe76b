//! Either kind of normalization, over rows or over columns, with the residual connection and dropout in front of it.

use super::batch_norm;
use super::normalize::{self, Saved, Statistics};
use super::workspace::room;

/// `y = norm(residual + mask * (x + x_bias)) * gain + bias`, all \[T, H\]; an empty mask drops nothing. Batch norm uses
/// its batch's statistics where `training`, otherwise those in `saved`.
#[allow(clippy::too_many_arguments)]
pub fn forward(
    (statistics, epsilon): (Statistics, f32),
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
    match statistics {
        Statistics::Rows(rows) => {
            let normalized = room(&mut saved.normalized, x.len());
            let scales = room(&mut saved.scales, x.len() / gain.len());
            normalize::forward(rows, epsilon, x, x_bias, mask, residual, gain, bias, normalized, scales, y);
        }
        Statistics::Columns => batch_norm::forward(training, x, x_bias, mask, residual, gain, bias, saved, y),
    }
}

/// What a way back adds up over the tokens, each \[H\].
pub struct VectorGradients {
    pub gain: Vec<f32>,
    pub bias: Vec<f32>,
    pub x_bias: Vec<f32>,
}

/// From the gradient of y: that of the sum before the norm replaces it, that of `x + x_bias` goes to `dx`.
pub fn backward(
    statistics: Statistics,
    dy: &mut [f32],
    saved: &Saved,
    mask: &[f32],
    gain: &[f32],
    dx: &mut [f32],
) -> VectorGradients {
    let zeros = || vec![0.0; gain.len()];
    let mut sums = VectorGradients { gain: zeros(), bias: zeros(), x_bias: zeros() };
    let VectorGradients { gain: d_gain, bias: d_bias, x_bias: d_x_bias } = &mut sums;
    match statistics {
        Statistics::Rows(rows) => {
            let (normalized, scales) = (&saved.normalized[..dy.len()], &saved.scales[..dy.len() / gain.len()]);
            normalize::backward(rows, dy, normalized, scales, mask, gain, d_gain, d_bias, dx, d_x_bias);
        }
        Statistics::Columns => batch_norm::backward(dy, saved, mask, gain, d_gain, d_bias, dx, d_x_bias),
    }
    sums
}
