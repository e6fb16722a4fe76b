//! A linear map `y = x W^T`, W \[out, in\], without its bias, and its two gradients, in either precision.

use super::bf16::{LeftOperand, RightOperand, packing_product, product};
use super::buffer::resized;
use super::matmul::{Matrix, WriteMode, matmul};
use super::transpose::transpose;
use crate::domain::choice::Precision;
use crate::model::vectorised::Simd;

#[derive(Clone, Copy)]
pub struct LinearMap<'w> {
    weight: &'w [f32],
    inputs: usize,
    outputs: usize,
    precision: Precision,
    version: u64,
}

/// A weight as the right operand of products in bfloat16, packed once an update.
#[derive(Default)]
pub struct PackedWeight {
    forward: VersionedOperand,
    backward: VersionedOperand,
}

#[derive(Default)]
struct VersionedOperand {
    /// of the weight when it was packed
    version: Option<u64>,
    operand: RightOperand,
}

impl VersionedOperand {
    fn packed(&mut self, version: u64, weight: Matrix<'_>) -> &RightOperand {
        if self.version != Some(version) {
            self.operand.pack(weight);
            self.version = Some(version);
        }
        &self.operand
    }
}

/// Temporary buffers of a product.
#[derive(Default)]
pub struct ProductBuffers {
    /// \[in, out\] a weight transposed
    transposed: Vec<f32>,
    left: LeftOperand,
    right: RightOperand,
}

impl ProductBuffers {
    /// `result = scale * left right`; in bfloat16, operands are packed for this product alone.
    pub fn multiply(
        &mut self,
        precision: Precision,
        result: &mut [f32],
        row_stride: usize,
        scale: f32,
        left: Matrix<'_>,
        right: Matrix<'_>,
    ) {
        match precision {
            Precision::F32 => matmul(result, row_stride, WriteMode::Replace, scale, left, right),
            Precision::Bf16 => {
                self.left.pack(left);
                packing_product(result, row_stride, WriteMode::Replace, scale, &self.left, right, &mut self.right);
            }
        }
    }

    /// `result (+)= left weight`. For few rows a weight is packed panel by panel, which needs no memory; for many it is packed
    /// once an update, as a whole.
    fn with_weight(
        &mut self,
        result: &mut [f32],
        row_stride: usize,
        mode: WriteMode,
        weight: Matrix<'_>,
        packed: &mut VersionedOperand,
        version: u64,
    ) {
        if self.left.is_small() && !weight.is_contiguous() {
            packing_product(result, row_stride, mode, 1.0, &self.left, weight, &mut self.right);
        } else {
            product(result, row_stride, mode, 1.0, &self.left, packed.packed(version, weight));
        }
    }
}

impl<'w> LinearMap<'w> {
    /// `weight` \[out, in\], with this many outputs; another `version` after every change of it.
    pub fn new(weight: &'w [f32], outputs: usize, precision: Precision, version: u64) -> Self {
        Self { weight, inputs: weight.len() / outputs, outputs, precision, version }
    }

    /// `y = x W^T`: \[N, in\] -> \[N, out\]
    pub fn forward(self, x: &[f32], packed: &mut PackedWeight, buffers: &mut ProductBuffers, y: &mut [f32]) {
        let Self { weight, inputs, outputs, .. } = self;
        let rows = x.len() / inputs;
        let (x, weight) = (Matrix::new(x, rows, inputs), Matrix::new(weight, outputs, inputs));
        if self.precision == Precision::Bf16 {
            buffers.left.pack(x);
            buffers.with_weight(y, outputs, WriteMode::Replace, weight.transposed(), &mut packed.forward, self.version);
            return;
        }
        let right = if rows == 1 || transposing_pays() {
            let transposed = resized(&mut buffers.transposed, self.weight.len());
            transpose(self.weight, inputs, transposed);
            Matrix::new(transposed, inputs, outputs)
        } else {
            weight.transposed()
        };
        matmul(y, outputs, WriteMode::Replace, 1.0, x, right);
    }

    /// `dx (+)= dy W`: \[N, out\] -> \[N, in\]
    pub fn input_gradient(
        self,
        dy: &[f32],
        packed: &mut PackedWeight,
        buffers: &mut ProductBuffers,
        mode: WriteMode,
        dx: &mut [f32],
    ) {
        let Self { inputs, outputs, .. } = self;
        let (dy, weight) = (Matrix::new(dy, dy.len() / outputs, outputs), Matrix::new(self.weight, outputs, inputs));
        if self.precision == Precision::Bf16 {
            buffers.left.pack(dy);
            buffers.with_weight(dx, inputs, mode, weight, &mut packed.backward, self.version);
        } else {
            matmul(dx, inputs, mode, 1.0, dy, weight);
        }
    }

    /// `dW (+)= dy^T x`: \[N, out\], \[N, in\] -> \[out, in\]
    pub fn weight_gradient(
        self,
        dy: &[f32],
        x: &[f32],
        buffers: &mut ProductBuffers,
        mode: WriteMode,
        d_weight: &mut [f32],
    ) {
        let Self { inputs, outputs, .. } = self;
        let rows = dy.len() / outputs;
        let (dy, x) = (Matrix::new(dy, rows, outputs), Matrix::new(x, rows, inputs));
        if self.precision == Precision::Bf16 {
            buffers.left.pack(dy.transposed());
            packing_product(d_weight, inputs, mode, 1.0, &buffers.left, x, &mut buffers.right);
        } else {
            matmul(d_weight, inputs, mode, 1.0, dy.transposed(), x);
        }
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
            let (packed, buffers) = (&mut PackedWeight::default(), &mut ProductBuffers::default());
            LinearMap::new(&weight, outputs, Precision::F32, 0).forward(&x, packed, buffers, &mut y);
            assert!(y == expected, "{rows} x {inputs} x {outputs}");
        }
    }

    /// Forward, and both gradients: they differ in the order of sums alone.
    #[test]
    fn in_bfloat16_it_is_the_composed_linear_map() {
        use crate::model::linear::Linear as Composed;
        use candle_core::{Device, Tensor, Var};
        let numbers = |count: usize, step: f32| (0..count).map(|i| (i as f32 * step).sin()).collect::<Vec<_>>();
        for (rows, inputs, outputs) in [(1, 8, 3), (2, 256, 256), (50, 96, 200), (107, 260, 100), (9, 33, 51)] {
            let (values, weight, given) =
                (numbers(rows * inputs, 0.37), numbers(inputs * outputs, 0.73), numbers(rows * outputs, 0.91));
            let x = Var::from_slice(&values, (rows, inputs), &Device::Cpu).unwrap();
            let w = Var::from_slice(&weight, (outputs, inputs), &Device::Cpu).unwrap();
            let bias = Tensor::zeros(outputs, candle_core::DType::F32, &Device::Cpu).unwrap();
            let y = Composed::new(w.as_tensor().clone(), bias, Precision::Bf16).forward(&x).unwrap();
            let dy = Tensor::from_slice(&given, (rows, outputs), &Device::Cpu).unwrap();
            let gradients = (&y * &dy).unwrap().sum_all().unwrap().backward().unwrap();
            let expected = [&y, gradients.get(&x).unwrap(), gradients.get(&w).unwrap()]
                .map(|tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap());

            let linear = LinearMap::new(&weight, outputs, Precision::Bf16, 7);
            let (packed, buffers) = (&mut PackedWeight::default(), &mut ProductBuffers::default());
            let mut found = [vec![0.0; rows * outputs], vec![0.0; rows * inputs], vec![1.0; inputs * outputs]];
            let [y, dx, d_weight] = &mut found;
            linear.forward(&values, packed, buffers, y);
            linear.input_gradient(&given, packed, buffers, WriteMode::Replace, dx);
            linear.weight_gradient(&given, &values, buffers, WriteMode::Replace, d_weight);
            for (found, expected) in found.iter().zip(&expected) {
                let difference = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0f32, f32::max);
                let largest = expected.iter().copied().map(f32::abs).fold(0f32, f32::max);
                assert!(difference <= 1e-5 * largest, "{rows} x {inputs} x {outputs}: {difference} of {largest}");
            }
        }
    }

    /// Of many rows: for few it is packed every time.
    #[test]
    fn a_weight_is_packed_anew_for_another_version_alone() {
        const ROWS: usize = 50_000;
        let (x, mut weight) = (vec![1.0; ROWS * 8], vec![1.0; 16]);
        let (packed, buffers) = (&mut PackedWeight::default(), &mut ProductBuffers::default());
        let mut forward = |weight: &[f32], version| {
            let mut y = vec![0.0; ROWS * 2];
            LinearMap::new(weight, 2, Precision::Bf16, version).forward(&x, packed, buffers, &mut y);
            [y[0], y[ROWS * 2 - 1]]
        };
        forward(&weight, 0);
        weight.fill(2.0);
        assert_eq!(forward(&weight, 0), [8.0, 8.0]);
        assert_eq!(forward(&weight, 1), [16.0, 16.0]);
    }
}
