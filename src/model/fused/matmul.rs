//! Products of matrices that lie in slices.

use super::elementwise::transpose;
use super::workspace::room;
use crate::model::vectorised::Simd;

/// A matrix in a slice: element (row, column) is at `row * row_stride + column * column_stride`.
#[derive(Clone, Copy)]
pub struct Matrix<'m> {
    values: &'m [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'m> Matrix<'m> {
    /// Rows one after the other.
    pub fn new(values: &'m [f32], rows: usize, columns: usize) -> Self {
        Self::strided(values, rows, columns, columns)
    }

    /// Rows that begin `row_stride` apart: some columns of a wider matrix.
    pub fn strided(values: &'m [f32], rows: usize, columns: usize, row_stride: usize) -> Self {
        assert!(
            rows == 0 || columns == 0 || (rows - 1) * row_stride + columns <= values.len(),
            "a matrix leaves its slice"
        );
        Self { values, rows, columns, row_stride, column_stride: 1 }
    }

    #[must_use]
    pub fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }
}

/// What becomes of the numbers that the result's place holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Into {
    Replace,
    Add,
}

/// `result (+)= scale * left right`; rows of the result begin `row_stride` apart.
pub fn matmul(result: &mut [f32], row_stride: usize, into: Into, scale: f32, left: Matrix<'_>, right: Matrix<'_>) {
    let (rows, columns, inner) = (left.rows, right.columns, left.columns);
    assert_eq!(inner, right.rows, "inner dimensions of a product");
    assert!(columns <= row_stride || rows <= 1, "rows of a result overlap");
    assert!(
        rows == 0 || columns == 0 || (rows - 1) * row_stride + columns <= result.len(),
        "a result leaves its slice"
    );
    // SAFETY: the three assertions above and the one where a matrix is made keep every element that is read or
    // written inside its slice; `result` is borrowed mutably, so it overlaps neither operand.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            inner,
            result.as_mut_ptr(),
            1,
            row_stride as isize,
            into == Into::Add,
            left.values.as_ptr(),
            left.column_stride as isize,
            left.row_stride as isize,
            right.values.as_ptr(),
            right.column_stride as isize,
            right.row_stride as isize,
            1.0,
            scale,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

/// `y = x W^T` with W \[out, in\], without the bias. `turned` is room for W^T, where that is made.
pub fn map(x: &[f32], weight: &[f32], inside: usize, turned: &mut Vec<f32>, y: &mut [f32]) {
    let (rows, outside) = (x.len() / inside, weight.len() / inside);
    let right = if rows == 1 || turning_pays() {
        let turned = room(turned, weight.len());
        transpose(weight, inside, turned);
        Matrix::new(turned, inside, outside)
    } else {
        Matrix::new(weight, outside, inside).transposed()
    };
    matmul(y, outside, Into::Replace, 1.0, Matrix::new(x, rows, inside), right);
}

/// Whether a product is sooner done when the rows of its right side are first laid one after the other. With AVX-512
/// `gemm` needs twice the time otherwise; with AVX2 the turning costs more than it saves. The bits are the same either
/// way, but for a single row, whose sums it makes in another order.
fn turning_pays() -> bool {
    Simd::widest() == Simd::Avx512
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_the_plain_loops() {
        let left: Vec<f32> = (0..15).map(|i| i as f32 * 0.5 - 3.0).collect(); // 3 x 5
        let right: Vec<f32> = (0..20).map(|i| 2.0 - i as f32 * 0.25).collect(); // 5 x 4
        let mut result = vec![1.0; 3 * 6];
        matmul(&mut result, 6, Into::Add, 2.0, Matrix::new(&left, 3, 5), Matrix::new(&right, 5, 4));
        for row in 0..3 {
            for column in 0..6 {
                let product: f32 = (0..5).map(|i| left[row * 5 + i] * right[i * 4 + column.min(3)]).sum();
                let expected = if column < 4 { 1.0 + 2.0 * product } else { 1.0 };
                assert!((result[row * 6 + column] - expected).abs() < 1e-4);
            }
        }
        let mut transposed = vec![0.0; 12];
        let (left, right) = (Matrix::new(&left, 3, 5), Matrix::new(&right, 5, 4));
        matmul(&mut transposed, 3, Into::Replace, 2.0, right.transposed(), left.transposed());
        for row in 0..3 {
            for column in 0..4 {
                assert!((transposed[column * 3 + row] - (result[row * 6 + column] - 1.0)).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn a_map_gives_the_bits_of_a_turned_weight_whether_it_turns_it_or_not() {
        let numbers = |count: usize| (0..count).map(|i| (i as f32 * 0.37).sin()).collect::<Vec<_>>();
        for (rows, inside, outside) in [(1, 256, 768), (2, 256, 256), (50, 256, 1024), (107, 1024, 256), (9, 384, 1536)]
        {
            let (x, weight) = (numbers(rows * inside), numbers(inside * outside));
            let mut turned = vec![0.0; weight.len()];
            transpose(&weight, inside, &mut turned);
            let (mut expected, mut y) = (vec![0.0; rows * outside], vec![0.0; rows * outside]);
            let right = Matrix::new(&turned, inside, outside);
            matmul(&mut expected, outside, Into::Replace, 1.0, Matrix::new(&x, rows, inside), right);
            map(&x, &weight, inside, &mut Vec::new(), &mut y);
            assert!(y == expected, "{rows} x {inside} x {outside}");
        }
    }

    #[test]
    #[should_panic(expected = "leaves its slice")]
    fn a_result_that_is_too_small_is_refused() {
        matmul(&mut [0.0; 5], 3, Into::Replace, 1.0, Matrix::new(&[1.0; 4], 2, 2), Matrix::new(&[1.0; 6], 2, 3));
    }
}
