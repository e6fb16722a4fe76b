//! A linear map of the composed blocks, `y = x W^T + b`, in either precision.

use super::fused::bf16::round;
use super::fused::matmul::{Matrix, WriteMode, matmul};
use super::parameters::{Views, floats, with_floats};
use crate::domain::choice::Precision;
use candle_core::{CpuStorage, CustomOp2, Device, Layout, Result, Shape, Tensor};
use candle_nn::Module;

#[derive(Clone)]
pub struct Linear {
    /// \[out, in\]
    weight: Tensor,
    /// \[out\]
    bias: Tensor,
    precision: Precision,
}

impl Linear {
    pub fn load(views: Views<'_>, name: &str, precision: Precision) -> Result<Self> {
        let (weight, bias) = (views.get(&format!("{name}.weight"))?, views.get(&format!("{name}.bias"))?);
        Ok(Self::new(weight, bias, precision))
    }

    pub fn new(weight: Tensor, bias: Tensor, precision: Precision) -> Self {
        Self { weight, bias, precision }
    }

    /// Some of the outputs, in this precision.
    pub fn narrow(&self, first: usize, count: usize, precision: Precision) -> Result<Self> {
        Ok(Self::new(self.weight.narrow(0, first, count)?, self.bias.narrow(0, first, count)?, precision))
    }

    /// \[N, in\] -> \[N, out\]
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match self.precision {
            Precision::F32 => candle_nn::Linear::new(self.weight.clone(), Some(self.bias.clone())).forward(x),
            Precision::Bf16 => {
                x.contiguous()?.apply_op2(&self.weight.contiguous()?, RoundedProduct)?.broadcast_add(&self.bias)
            }
        }
    }
}

/// `y = x W^T` of rounded operands: \[N, in\], \[out, in\] -> \[N, out\]. Its two gradients are products of rounded operands
/// too.
struct RoundedProduct;

/// \[rows, columns\] -> the product of two rounded matrices.
fn product(rows: usize, columns: usize, of: impl FnOnce(&mut [f32])) -> Vec<f32> {
    let mut result = vec![0.0; rows * columns];
    of(&mut result);
    result
}

fn rounded(values: &[f32]) -> Vec<f32> {
    values.iter().map(|value| round(*value)).collect()
}

impl CustomOp2 for RoundedProduct {
    fn name(&self) -> &'static str {
        "bf16-product"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let ((rows, inputs), (outputs, _)) = (x_layout.shape().dims2()?, layout.shape().dims2()?);
        let (x, weight) = (rounded(floats(x, x_layout)?), rounded(floats(weight, layout)?));
        let y = product(rows, outputs, |y| {
            let (x, weight) = (Matrix::new(&x, rows, inputs), Matrix::new(&weight, outputs, inputs));
            matmul(y, outputs, WriteMode::Replace, 1.0, x, weight.transposed());
        });
        Ok((CpuStorage::F32(y), Shape::from((rows, outputs))))
    }

    fn bwd(&self, x: &Tensor, weight: &Tensor, _: &Tensor, dy: &Tensor) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let ((rows, inputs), (outputs, _)) = (x.dims2()?, weight.dims2()?);
        let [of_x, of_weight, of_dy] =
            [with_floats(x, rounded)?, with_floats(weight, rounded)?, with_floats(dy, rounded)?];
        let dy = Matrix::new(&of_dy, rows, outputs);
        let dx = product(rows, inputs, |dx| {
            matmul(dx, inputs, WriteMode::Replace, 1.0, dy, Matrix::new(&of_weight, outputs, inputs));
        });
        let d_weight = product(outputs, inputs, |d_weight| {
            matmul(d_weight, inputs, WriteMode::Replace, 1.0, dy.transposed(), Matrix::new(&of_x, rows, inputs));
        });
        let tensor = |values, tensor: &Tensor| Tensor::from_vec(values, tensor.shape(), &Device::Cpu);
        Ok((Some(tensor(dx, x)?), Some(tensor(d_weight, weight)?)))
    }
}
