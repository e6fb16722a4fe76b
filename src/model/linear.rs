//! A linear map of the composed blocks, `y = x W^T + b`, in either precision.

use super::parameters::Views;
use super::rounded_product::rounded_product;
use crate::domain::choice::Precision;
use candle_core::{Result, Tensor};
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
            Precision::Bf16 => rounded_product(x, &self.weight, 1.0)?.broadcast_add(&self.bias),
        }
    }
}
