//! Layer norm, RMS norm and none: residual connection, dropout and normalization in one pass over the rows.

use super::elementwise::{dot, sum};
use super::normalization::{
    Affine, NormGradients, ResidualSum, RowNorm, RowNormKind, SavedNorm, residual_row_backward,
};
use crate::model::vectorised::vectorised;

vectorised! {
    /// `y = norm(z) * gain + bias`; `normalized` \[R, H\] and `scales` \[R\] are kept for the backward pass.
    pub fn forward(
        norm: RowNorm,
        z: ResidualSum<'_>,
        affine: Affine<'_>,
        normalized: &mut [f32],
        scales: &mut [f32],
        y: &mut [f32],
    ) {
        let Affine { gain, bias } = affine;
        let width = gain.len();
        let rows = normalized.chunks_exact_mut(width).zip(y.chunks_exact_mut(width));
        for (row, ((normalized, y), scale)) in rows.zip(scales).enumerate() {
            z.row(row, normalized);
            *scale = match norm.kind {
                RowNormKind::Layer => {
                    let mean = sum(normalized) / width as f32;
                    for z in normalized.iter_mut() {
                        *z -= mean;
                    }
                    1.0 / (dot(normalized, normalized) / width as f32 + norm.epsilon).sqrt()
                }
                RowNormKind::Rms => 1.0 / (dot(normalized, normalized) / width as f32 + norm.epsilon).sqrt(),
                RowNormKind::None => 1.0,
            };
            for (((z, y), gain), bias) in normalized.iter_mut().zip(y).zip(gain).zip(bias) {
                *z *= *scale;
                *y = *z * gain + bias;
            }
        }
    }

    /// The gradient of y \[R, H\] becomes that of z, in place; that of `x + x_bias` goes to `dx`. Gradients of vectors are
    /// added to `sums`.
    pub fn backward(
        norm: RowNorm,
        gradient: &mut [f32],
        saved: &SavedNorm,
        gain: &[f32],
        mask: &[f32],
        dx: &mut [f32],
        sums: &mut NormGradients,
    ) {
        let width = gain.len();
        let NormGradients { gain: d_gain, bias: d_bias, x_bias: d_x_bias } = sums;
        let (d_gain, d_bias) = (d_gain.as_mut_slice(), d_bias.as_mut_slice());
        let rows = gradient.chunks_exact_mut(width).zip(saved.normalized.chunks_exact(width)).zip(&saved.scales);
        for (row, (((g, z), scale), dx)) in rows.zip(dx.chunks_exact_mut(width)).enumerate() {
            for ((((g, z), gain), d_gain), d_bias) in
                g.iter_mut().zip(z).zip(gain).zip(d_gain.iter_mut()).zip(d_bias.iter_mut())
            {
                *d_gain += *g * z;
                *d_bias += *g;
                *g *= gain;
            }
            let along = if norm.kind == RowNormKind::None { 0.0 } else { dot(g, z) / width as f32 };
            let mean = if norm.kind == RowNormKind::Layer { sum(g) / width as f32 } else { 0.0 };
            for (g, z) in g.iter_mut().zip(z) {
                *g = (*g - mean - z * along) * scale;
            }
            residual_row_backward(g, mask, row, dx, d_x_bias);
        }
    }
}
