//! Residual connection, dropout and normalization in one pass over the rows, and back.
//!
//! Batch norm, whose statistics are of columns, has a module of its own.

use super::elementwise::{dot, sum};
use crate::domain::arm::Norm;
use crate::model::vectorised::vectorised;
use std::ops::Range;

/// How much rows vary, for the way back.
#[derive(Default)]
pub struct Saved {
    /// \[T, H\] the normalized input, before gain and bias
    pub normalized: Vec<f32>,
    /// what each row \[T\] was multiplied by, or with batch norm each column \[H\]
    pub scales: Vec<f32>,
    /// \[H\] with batch norm: of the batch while training, the running ones at evaluation
    pub mean: Vec<f32>,
    /// \[H\] likewise
    pub variance: Vec<f32>,
}

/// Which statistics of a row: with the mean taken out or not; or none at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    Layer,
    Rms,
    None,
}

/// Of what there are statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistics {
    Rows(Rows),
    /// batch norm
    Columns,
}

impl Statistics {
    pub fn of(norm: Norm) -> Self {
        match norm {
            Norm::Layer => Self::Rows(Rows::Layer),
            Norm::Rms => Self::Rows(Rows::Rms),
            Norm::None => Self::Rows(Rows::None),
            Norm::Batch => Self::Columns,
        }
    }
}

/// A row of a mask; empty where the mask is.
#[inline(always)]
pub fn row_of<'m>(mask: &'m [f32], row: &Range<usize>) -> &'m [f32] {
    if mask.is_empty() { mask } else { &mask[row.clone()] }
}

/// `z = residual + mask * (x + x_bias)`
#[inline(always)]
pub fn residual_row(x: &[f32], x_bias: &[f32], mask: &[f32], residual: &[f32], z: &mut [f32]) {
    let sums = z.iter_mut().zip(x).zip(x_bias).zip(residual);
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

/// The way back of that for x, whose bias gets the sum.
#[inline(always)]
pub fn dropped_row(gradient: &[f32], mask: &[f32], dx: &mut [f32], d_x_bias: &mut [f32]) {
    if mask.is_empty() {
        dx.copy_from_slice(gradient);
    } else {
        for ((dx, g), m) in dx.iter_mut().zip(gradient).zip(mask) {
            *dx = g * m;
        }
    }
    for (d_x_bias, dx) in d_x_bias.iter_mut().zip(dx.iter()) {
        *d_x_bias += dx;
    }
}

vectorised! {
    /// `y = norm(residual + mask * (x + x_bias)) * gain + bias`; an empty mask drops nothing. All \[T, H\].
    #[allow(clippy::too_many_arguments)]
    pub fn forward(
        rows: Rows,
        epsilon: f32,
        x: &[f32],
        x_bias: &[f32],
        mask: &[f32],
        residual: &[f32],
        gain: &[f32],
        bias: &[f32],
        normalized: &mut [f32],
        scales: &mut [f32],
        y: &mut [f32],
    ) {
        let width = gain.len();
        for (row, scale) in scales.iter_mut().enumerate() {
            let range = row * width..(row + 1) * width;
            let z = &mut normalized[range.clone()];
            let (x, residual) = (&x[range.clone()], &residual[range.clone()]);
            residual_row(x, x_bias, row_of(mask, &range), residual, z);
            *scale = match rows {
                Rows::Layer => {
                    let mean = sum(z) / width as f32;
                    for z in z.iter_mut() {
                        *z -= mean;
                    }
                    1.0 / (dot(z, z) / width as f32 + epsilon).sqrt()
                }
                Rows::Rms => 1.0 / (dot(z, z) / width as f32 + epsilon).sqrt(),
                Rows::None => 1.0,
            };
            for (((z, y), gain), bias) in z.iter_mut().zip(&mut y[range]).zip(gain).zip(bias) {
                *z *= *scale;
                *y = *z * gain + bias;
            }
        }
    }

    /// From the gradient of y: that of the sum before the norm replaces it, that of `x + x_bias` goes to `dx`, and
    /// those of gain, bias and x_bias are added to theirs.
    #[allow(clippy::too_many_arguments)]
    pub fn backward(
        rows: Rows,
        gradient: &mut [f32],
        normalized: &[f32],
        scales: &[f32],
        mask: &[f32],
        gain: &[f32],
        d_gain: &mut [f32],
        d_bias: &mut [f32],
        dx: &mut [f32],
        d_x_bias: &mut [f32],
    ) {
        let width = gain.len();
        for (row, scale) in scales.iter().enumerate() {
            let range = row * width..(row + 1) * width;
            let (g, z) = (&mut gradient[range.clone()], &normalized[range.clone()]);
            for ((((g, z), gain), d_gain), d_bias) in
                g.iter_mut().zip(z).zip(gain).zip(d_gain.iter_mut()).zip(d_bias.iter_mut())
            {
                *d_gain += *g * z;
                *d_bias += *g;
                *g *= gain;
            }
            let along = if rows == Rows::None { 0.0 } else { dot(g, z) / width as f32 };
            let mean = if rows == Rows::Layer { sum(g) / width as f32 } else { 0.0 };
            for (g, z) in g.iter_mut().zip(z) {
                *g = (*g - mean - z * along) * scale;
            }
            dropped_row(g, row_of(mask, &range), &mut dx[range], d_x_bias);
        }
    }
}
