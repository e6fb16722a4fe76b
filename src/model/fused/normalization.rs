//! What the norms have in common: their input, their parameters, and what their backward pass needs and gives.

use crate::domain::choice::Norm;
use crate::domain::model::ModelConfig;
use std::ops::Range;

/// Over what a norm takes its statistics.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Normalization {
    /// over the features of each token
    Rows(RowNorm),
    /// over the tokens of the batch, for each feature: batch norm
    Columns,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowNorm {
    pub kind: RowNormKind,
    pub epsilon: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowNormKind {
    Layer,
    Rms,
    /// gain and bias alone
    None,
}

impl Normalization {
    pub fn of(norm: Norm, config: &ModelConfig) -> Self {
        let rows = |kind| Self::Rows(RowNorm { kind, epsilon: config.layer_norm_eps as f32 });
        match norm {
            Norm::Layer => rows(RowNormKind::Layer),
            Norm::Rms => rows(RowNormKind::Rms),
            Norm::None => rows(RowNormKind::None),
            Norm::Batch => Self::Columns,
        }
    }
}

/// What a norm normalizes: `z = residual + mask * (x + x_bias)`, each \[R, H\] but the bias.
#[derive(Clone, Copy)]
pub struct ResidualSum<'a> {
    /// output of a linear map, before its bias
    pub x: &'a [f32],
    /// \[H\]
    pub x_bias: &'a [f32],
    /// dropout scales; empty without dropout
    pub mask: &'a [f32],
    pub residual: &'a [f32],
}

impl ResidualSum<'_> {
    /// One row of z, \[H\].
    #[inline(always)]
    pub fn row(self, row: usize, z: &mut [f32]) {
        let range = row * z.len()..(row + 1) * z.len();
        let mask = mask_row(self.mask, &range);
        let sums = z.iter_mut().zip(&self.x[range.clone()]).zip(self.x_bias).zip(&self.residual[range]);
        if mask.is_empty() {
            for (((z, x), b), r) in sums {
                *z = r + (x + b);
            }
        } else {
            for ((((z, x), b), r), m) in sums.zip(mask) {
                *z = r + (x + b) * m;
            }
        }
    }
}

/// Backward through one row of the sum: from the gradient of z to that of x, which is added to that of `x_bias`. The
/// gradient of the residual is that of z.
#[inline(always)]
pub fn residual_row_backward(dz: &[f32], mask: &[f32], row: usize, dx: &mut [f32], d_x_bias: &mut [f32]) {
    let mask = mask_row(mask, &(row * dz.len()..(row + 1) * dz.len()));
    if mask.is_empty() {
        dx.copy_from_slice(dz);
    } else {
        for ((dx, dz), m) in dx.iter_mut().zip(dz).zip(mask) {
            *dx = dz * m;
        }
    }
    for (d_x_bias, dx) in d_x_bias.iter_mut().zip(dx.iter()) {
        *d_x_bias += dx;
    }
}

#[inline(always)]
fn mask_row<'m>(mask: &'m [f32], row: &Range<usize>) -> &'m [f32] {
    if mask.is_empty() { mask } else { &mask[row.clone()] }
}

/// A norm's parameters, each \[H\].
#[derive(Clone, Copy)]
pub struct Affine<'a> {
    pub gain: &'a [f32],
    pub bias: &'a [f32],
}

/// What a norm's forward pass keeps for its backward pass.
#[derive(Default)]
pub struct SavedNorm {
    /// \[R, H\] z normalized, before gain and bias
    pub normalized: Vec<f32>,
    /// reciprocal deviation of each row \[R\], or with batch norm of each column \[H\]
    pub scales: Vec<f32>,
    /// \[H\] with batch norm: of the batch in training, the running mean at evaluation
    pub mean: Vec<f32>,
    /// \[H\] likewise
    pub variance: Vec<f32>,
}

/// Gradients that sum over the tokens, each \[H\].
pub struct NormGradients {
    pub gain: Vec<f32>,
    pub bias: Vec<f32>,
    pub x_bias: Vec<f32>,
}

impl NormGradients {
    pub fn zeros(hidden: usize) -> Self {
        let zeros = || vec![0.0; hidden];
        Self { gain: zeros(), bias: zeros(), x_bias: zeros() }
    }
}
