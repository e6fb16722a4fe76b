//! A linear map `y = x W^T`, W \[out, in\], without its bias, and its two gradients.

use super::elementwise::transpose;
use super::matmul::{Matrix, WriteMode, matmul};
use super::workspace::resized;
use crate::model::vectorised::Simd;

#[derive(Clone, Copy)]
pub struct Linear<'w> {
    weight: &'w [f32],
    inputs: usize,
    outputs: usize,
}

impl<'w> Linear<'w> {
    /// `weight` \[out, in\], with this many outputs.
    pub fn new(weight: &'w [f32], outputs: usize) -> Self {
        Self { weight, inputs: weight.len() / outputs, outputs }
    }

    /// `y = x W^T`: \[N, in\] -> \[N, out\]. `transposed` is a buffer for W^T.
    pub fn forward(self, x: &[f32], transposed: &mut Vec<f32>, y: &mut [f32]) {
        let Self { weight, inputs, outputs } = self;
        let rows = x.len() / inputs;
        let right = if rows == 1 || transposing_pays() {
            let transposed = resized(transposed, weight.len());
            transpose(weight, inputs, transposed);
            Matrix::new(transposed, inputs, outputs)
        } else {
            Matrix::new(weight, outputs, inputs).transposed()
        };
        matmul(y, outputs, WriteMode::Replace, 1.0, Matrix::new(x, rows, inputs), right);
    }

    /// `dx (+)= dy W`: \[N, out\] -> \[N, in\]
    pub fn input_gradient(self, dy: &[f32], mode: WriteMode, dx: &mut [f32]) {
        let Self { weight, inputs, outputs } = self;
        let dy = Matrix::new(dy, dy.len() / outputs, outputs);
        matmul(dx, inputs, mode, 1.0, dy, Matrix::new(weight, outputs, inputs));
    }

    /// `dW (+)= dy^T x`: \[N, out\], \[N, in\] -> \[out, in\]
    pub fn weight_gradient(self, dy: &[f32], x: &[f32], mode: WriteMode, d_weight: &mut [f32]) {
        let rows = dy.len() / self.outputs;
        let (dy, x) = (Matrix::new(dy, rows, self.outputs), Matrix::new(x, rows, self.inputs));
        matmul(d_weight, self.inputs, mode, 1.0, dy.transposed(), x);
    }
}

/// Whether a product is faster with its right operand made contiguous first. With AVX-512 `gemm` takes twice the time
/// otherwise; with AVX2 transposing costs more than it saves. The bits are the same either way, except for a single row,
/// which `gemm` sums in another order.
fn transposing_pays() -> bool {
    Simd::widest() == Simd::Avx512
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_map_gives_the_bits_of_a_transposed_weight_whether_it_transposes_or_not() {
        let numbers = |count: usize| (0..count).map(|i| (i as f32 * 0.37).sin()).collect::<Vec<_>>();
        for (rows, inputs, outputs) in [(1, 256, 768), (2, 256, 256), (50, 256, 1024), (107, 1024, 256), (9, 384, 1536)]
        {
            let (x, weight) = (numbers(rows * inputs), numbers(inputs * outputs));
            let mut transposed = vec![0.0; weight.len()];
            transpose(&weight, inputs, &mut transposed);
            let (mut expected, mut y) = (vec![0.0; rows * outputs], vec![0.0; rows * outputs]);
            let right = Matrix::new(&transposed, inputs, outputs);
            matmul(&mut expected, outputs, WriteMode::Replace, 1.0, Matrix::new(&x, rows, inputs), right);
            Linear::new(&weight, outputs).forward(&x, &mut Vec::new(), &mut y);
            assert!(y == expected, "{rows} x {inputs} x {outputs}");
        }
    }
}
