//! A product of rounded operands as an operation of candle's graph: the definition that `fused::bf16` is compared with.

use super::fused::bf16::round;
use super::fused::matmul::{Matrix, WriteMode, matmul};
use super::parameters::{floats, with_floats};
use candle_core::{CpuStorage, CustomOp2, D, Device, Layout, Result, Shape, Tensor};

/// `y = scale * x w^T` of operands rounded to bfloat16: \[.., N, in\], \[.., out, in\] -> \[.., N, out\]. Both gradients are
/// products of rounded operands too.
pub fn rounded_product(x: &Tensor, w: &Tensor, scale: f32) -> Result<Tensor> {
    x.contiguous()?.apply_op2(&w.contiguous()?, RoundedProduct { scale })
}

struct RoundedProduct {
    scale: f32,
}

/// Sizes of an operand's matrices.
fn size(shape: &Shape) -> Result<[usize; 2]> {
    Ok([shape.dim(D::Minus2)?, shape.dim(D::Minus1)?])
}

fn rounded(values: &[f32]) -> Vec<f32> {
    values.iter().map(|value| round(*value)).collect()
}

impl RoundedProduct {
    /// One product for each pair of matrices: \[.., rows, inner\], \[.., inner, columns\] -> \[.., rows, columns\].
    fn of_each<'m>(
        &self,
        [rows, columns]: [usize; 2],
        operands: impl Iterator<Item = (Matrix<'m>, Matrix<'m>)>,
    ) -> Vec<f32> {
        let mut results = Vec::new();
        for (left, right) in operands {
            let start = results.len();
            results.resize(start + rows * columns, 0.0);
            matmul(&mut results[start..], columns, WriteMode::Replace, self.scale, left, right);
        }
        results
    }
}

/// The matrices of an operand.
fn matrices(values: &[f32], [rows, columns]: [usize; 2]) -> impl Iterator<Item = Matrix<'_>> {
    values.chunks_exact((rows * columns).max(1)).map(move |values| Matrix::new(values, rows, columns))
}

impl CustomOp2 for RoundedProduct {
    fn name(&self) -> &'static str {
        "bf16-product"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        w: &CpuStorage,
        w_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let ([rows, inputs], [outputs, _]) = (size(x_layout.shape())?, size(w_layout.shape())?);
        let (x, w) = (rounded(floats(x, x_layout)?), rounded(floats(w, w_layout)?));
        let operands = matrices(&x, [rows, inputs]).zip(matrices(&w, [outputs, inputs]).map(Matrix::transposed));
        let y = self.of_each([rows, outputs], operands);
        let mut shape = x_layout.dims().to_vec();
        shape.pop();
        shape.push(outputs);
        Ok((CpuStorage::F32(y), Shape::from(shape)))
    }

    fn bwd(&self, x: &Tensor, w: &Tensor, _: &Tensor, dy: &Tensor) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let ([rows, inputs], [outputs, _]) = (size(x.shape())?, size(w.shape())?);
        let [of_x, of_w, of_dy] = [with_floats(x, rounded)?, with_floats(w, rounded)?, with_floats(dy, rounded)?];
        let dy = || matrices(&of_dy, [rows, outputs]);
        let dx = self.of_each([rows, inputs], dy().zip(matrices(&of_w, [outputs, inputs])));
        let transposed = dy().map(Matrix::transposed);
        let dw = self.of_each([outputs, inputs], transposed.zip(matrices(&of_x, [rows, inputs])));
        let tensor = |values, of: &Tensor| Tensor::from_vec(values, of.shape(), &Device::Cpu);
        Ok((Some(tensor(dx, x)?), Some(tensor(dw, w)?)))
    }
}
