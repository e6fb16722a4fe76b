//! Products of matrices that are views of slices.

use std::ops::Range;

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
    /// Contiguous rows.
    pub fn new(values: &'m [f32], rows: usize, columns: usize) -> Self {
        Self::strided(values, rows, columns, columns)
    }

    /// Rows that begin `row_stride` apart: some columns of a wider matrix.
    ///
    /// # Panics
    /// when the matrix extends beyond the slice.
    pub fn strided(values: &'m [f32], rows: usize, columns: usize, row_stride: usize) -> Self {
        assert!(fits(values, rows, columns, row_stride), "a matrix extends beyond its slice");
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

impl<'m> Matrix<'m> {
    pub fn rows(self) -> usize {
        self.rows
    }

    pub fn columns(self) -> usize {
        self.columns
    }

    /// Some rows and columns.
    pub fn part(self, rows: Range<usize>, columns: Range<usize>) -> Self {
        assert!(rows.end <= self.rows && columns.end <= self.columns, "a part of a matrix");
        let start = rows.start * self.row_stride + columns.start * self.column_stride;
        let values = self.values.get(start..).unwrap_or_default();
        Self { values, rows: rows.len(), columns: columns.len(), ..self }
    }

    /// Whether the elements of a row are adjacent; otherwise those of a column are.
    pub fn is_contiguous(self) -> bool {
        self.column_stride == 1
    }

    /// A row whose elements are adjacent.
    pub fn row(self, row: usize) -> &'m [f32] {
        assert!(self.is_contiguous(), "a row of a transposed matrix");
        &self.values[row * self.row_stride..][..self.columns]
    }
}

/// Whether every element lies inside the slice, and its stride is one that a pointer can be moved by.
pub(super) fn fits(values: &[f32], rows: usize, columns: usize, row_stride: usize) -> bool {
    if rows == 0 || columns == 0 {
        return true;
    }
    let end = (rows - 1).checked_mul(row_stride).and_then(|start| start.checked_add(columns));
    end.is_some_and(|end| end <= values.len()) && isize::try_from(row_stride).is_ok()
}

/// What happens to the values that a result overwrites or adds to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteMode {
    Replace,
    Add,
}

/// `result (+)= scale * left right`; rows of the result begin `row_stride` apart.
///
/// # Panics
/// when the sizes do not agree, or rows of the result overlap or extend beyond the slice.
pub fn matmul(result: &mut [f32], row_stride: usize, mode: WriteMode, scale: f32, left: Matrix<'_>, right: Matrix<'_>) {
    let (rows, columns, inner) = (left.rows, right.columns, left.columns);
    assert_eq!(inner, right.rows, "inner dimensions of a product");
    assert!(columns <= row_stride || rows <= 1, "rows of a result overlap");
    assert!(fits(result, rows, columns, row_stride), "a result extends beyond its slice");
    // SAFETY: the assertions above and the one in `Matrix::strided` keep every element that is read or written inside its
    // slice, without overflow; `result` is borrowed mutably, so it overlaps neither operand.
    #[expect(unsafe_code, reason = "gemm takes pointers")]
    unsafe {
        gemm::gemm(
            rows,
            columns,
            inner,
            result.as_mut_ptr(),
            1,
            row_stride as isize,
            mode == WriteMode::Add,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_the_plain_loops() {
        let left: Vec<f32> = (0..15).map(|i| i as f32 * 0.5 - 3.0).collect(); // 3 x 5
        let right: Vec<f32> = (0..20).map(|i| 2.0 - i as f32 * 0.25).collect(); // 5 x 4
        let mut result = vec![1.0; 3 * 6];
        matmul(&mut result, 6, WriteMode::Add, 2.0, Matrix::new(&left, 3, 5), Matrix::new(&right, 5, 4));
        for row in 0..3 {
            for column in 0..6 {
                let product: f32 = (0..5).map(|i| left[row * 5 + i] * right[i * 4 + column.min(3)]).sum();
                let expected = if column < 4 { 1.0 + 2.0 * product } else { 1.0 };
                assert!((result[row * 6 + column] - expected).abs() < 1e-4);
            }
        }
        let mut transposed = vec![0.0; 12];
        let (left, right) = (Matrix::new(&left, 3, 5), Matrix::new(&right, 5, 4));
        matmul(&mut transposed, 3, WriteMode::Replace, 2.0, right.transposed(), left.transposed());
        for row in 0..3 {
            for column in 0..4 {
                assert!((transposed[column * 3 + row] - (result[row * 6 + column] - 1.0)).abs() < 1e-4);
            }
        }
    }

    #[test]
    #[should_panic(expected = "extends beyond its slice")]
    fn a_result_that_is_too_small_is_refused() {
        matmul(&mut [0.0; 5], 3, WriteMode::Replace, 1.0, Matrix::new(&[1.0; 4], 2, 2), Matrix::new(&[1.0; 6], 2, 3));
    }

    #[test]
    fn a_matrix_beyond_its_slice_is_refused_even_where_its_size_overflows() {
        let refused = |rows, columns, row_stride| {
            std::panic::catch_unwind(|| Matrix::strided(&[0.0; 4], rows, columns, row_stride)).is_err()
        };
        assert!(!refused(2, 2, 2) && !refused(0, 9, 9) && !refused(9, 0, 9) && !refused(1, 4, 9));
        assert!(refused(2, 2, 3) && refused(1, 5, 5));
        // (3 - 1) * 2^63 is 0 in 64 bits
        assert!(refused(3, 1, 1 << (usize::BITS - 1)));
        assert!(refused(usize::MAX, 1, usize::MAX) && refused(2, usize::MAX, 2));
        // one row has no other that could lie beyond, but no pointer moves this far
        assert!(refused(1, 1, usize::MAX));
    }
}
