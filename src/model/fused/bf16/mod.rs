//! Products of matrices rounded to bfloat16, summed in float32.
//!
//! An operand is rounded to nearest even once, when it is packed, and may then take part in any number of products.
//! Subnormal operands count as 0. With AVX512_BF16 pairs of products are summed by `vdpbf16ps`; elsewhere rounded operands
//! are multiplied by `gemm` in float32. Rounding gives the same bits in both, and products of two rounded numbers are exact
//! in float32; the order of sums differs, and only the former flushes subnormal sums to 0.
//!
//! AMX and aarch64's `bfmmla` would be further implementations here; their intrinsics are not stable yet.

// without the kernel its layout has no use
#![cfg_attr(not(target_arch = "x86_64"), allow(dead_code, unused_variables))]

#[cfg(target_arch = "x86_64")]
mod avx512;
mod layout;
#[cfg(target_arch = "x86_64")]
mod pack;
mod round;

use super::matmul::{Matrix, WriteMode, fits, matmul};
use crate::model::vectorised::Simd;
use layout::PanelLayout;
pub use round::round;

/// Rows and columns of the result that the kernel computes at once.
const TILE_ROWS: usize = 8;
const TILE_COLUMNS: usize = 48;

/// Pairs of the left operand that stay in the second cache while panels of the right one pass: 512 KB.
const KEPT: usize = 128 * 1024;

/// A matrix rounded to bfloat16, as the left operand of a product.
pub type LeftOperand = Operand<TILE_ROWS>;
/// As the right operand.
pub type RightOperand = Operand<TILE_COLUMNS>;

/// \[outer, inner\], where products sum over the inner dimension. Packing again reuses the memory.
#[derive(Default)]
pub struct Operand<const PANEL: usize> {
    layout: PanelLayout<PANEL>,
    values: Values,
    /// by the layout, where the kernel runs; stale beyond it
    pairs: Vec<u32>,
    /// otherwise, in the order of the matrix
    rounded: Vec<f32>,
}

/// Where an operand's values are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Values {
    /// only where [`is_native`] was true
    Pairs,
    #[default]
    Rounded,
    /// \[inner, outer\]
    RoundedTransposed,
}

impl LeftOperand {
    /// `left` \[rows, inner\]
    pub fn pack(&mut self, left: Matrix<'_>) {
        self.pack_for(is_native(), left);
    }

    /// Whether it stays in the second cache while a right operand passes.
    pub fn is_small(&self) -> bool {
        self.layout.len() <= KEPT
    }
}

impl RightOperand {
    /// `right` \[inner, columns\]
    pub fn pack(&mut self, right: Matrix<'_>) {
        self.pack_for(is_native(), right.transposed());
    }
}

impl<const PANEL: usize> Operand<PANEL> {
    /// `matrix` \[outer, inner\]; `native` only where [`is_native`] is.
    fn pack_for(&mut self, native: bool, matrix: Matrix<'_>) {
        self.layout = PanelLayout { outer: matrix.rows(), inner: matrix.columns() };
        #[cfg(target_arch = "x86_64")]
        if native {
            self.values = Values::Pairs;
            if self.pairs.len() < self.layout.len() {
                self.pairs.resize(self.layout.len(), 0);
            }
            #[expect(unsafe_code, reason = "the compiler cannot know the processor")]
            if matrix.is_contiguous() {
                // SAFETY: the processor has these instructions.
                unsafe { pack::pack_rows(matrix, self.layout, &mut self.pairs) }
            } else {
                // SAFETY: as above.
                unsafe { pack::pack_columns(matrix.transposed(), self.layout, &mut self.pairs) }
            }
            return;
        }
        self.values = if matrix.is_contiguous() { Values::Rounded } else { Values::RoundedTransposed };
        let matrix = if matrix.is_contiguous() { matrix } else { matrix.transposed() };
        self.rounded.clear();
        for row in 0..matrix.rows() {
            self.rounded.extend(matrix.row(row).iter().map(|value| round(*value)));
        }
    }

    /// \[outer, inner\] in float32, where the kernel does not run.
    fn rounded(&self) -> Matrix<'_> {
        let PanelLayout { outer, inner } = self.layout;
        match self.values {
            Values::RoundedTransposed => Matrix::new(&self.rounded, inner, outer).transposed(),
            Values::Rounded | Values::Pairs => Matrix::new(&self.rounded, outer, inner),
        }
    }
}

/// `result (+)= scale * left right`; rows of the result begin `row_stride` apart.
///
/// # Panics
/// when the sizes do not agree, or rows of the result overlap or extend beyond the slice.
pub fn product(
    result: &mut [f32],
    row_stride: usize,
    mode: WriteMode,
    scale: f32,
    left: &LeftOperand,
    right: &RightOperand,
) {
    let (left_size, right_size) = ([left.layout.outer, left.layout.inner], [right.layout.inner, right.layout.outer]);
    check(result, row_stride, left_size, right_size);
    #[cfg(target_arch = "x86_64")]
    if [left.values, right.values] == [Values::Pairs; 2] {
        // SAFETY: operands are packed in pairs only where the processor has these instructions.
        #[expect(unsafe_code, reason = "the compiler cannot know the processor")]
        unsafe {
            avx512::product(result, row_stride, mode, scale, left, right);
        }
        return;
    }
    matmul(result, row_stride, mode, scale, left.rounded(), right.rounded().transposed());
}

/// The same with a right operand \[inner, columns\] that is rounded for this product alone. Where the left one stays in the
/// cache, and a panel of the right one is read row by row, it is packed panel by panel, and never written to memory as a
/// whole. `packed` is a buffer.
pub fn packing_product(
    result: &mut [f32],
    row_stride: usize,
    mode: WriteMode,
    scale: f32,
    left: &LeftOperand,
    right: Matrix<'_>,
    packed: &mut RightOperand,
) {
    #[cfg(target_arch = "x86_64")]
    if left.values == Values::Pairs && left.is_small() && !right.is_contiguous() {
        check(result, row_stride, [left.layout.outer, left.layout.inner], [right.rows(), right.columns()]);
        // SAFETY: operands are packed in pairs only where the processor has these instructions.
        #[expect(unsafe_code, reason = "the compiler cannot know the processor")]
        unsafe {
            avx512::packing_product(result, row_stride, mode, scale, left, right, packed);
        }
        return;
    }
    packed.pack_for(left.values == Values::Pairs, right.transposed());
    product(result, row_stride, mode, scale, left, packed);
}

fn check(result: &[f32], row_stride: usize, [rows, inner]: [usize; 2], [right_inner, columns]: [usize; 2]) {
    assert_eq!(inner, right_inner, "inner dimensions of a product");
    assert!(columns <= row_stride || rows <= 1, "rows of a result overlap");
    assert!(fits(result, rows, columns, row_stride), "a result extends beyond its slice");
}

/// Whether the processor multiplies pairs, and may use what it has.
pub fn is_native() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::is_x86_feature_detected as has;
        Simd::chosen() == Simd::Avx512 && has!("avx512bf16")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With large and small magnitudes.
    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        let numbers = (0..count).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((state >> 8) as f32 / 8_388_608.0 - 1.0) * 2f32.powi((state >> 3) as i32 % 8)
        });
        numbers.collect()
    }

    const SCALE: f32 = 0.75;

    /// Of matrices \[rows, inner\] and \[inner, columns\], of which either may be stored transposed; in f64.
    fn compare(native: bool, rows: usize, inner: usize, columns: usize, transposed: [bool; 2]) {
        let (left, right) = (numbers(rows * inner, 1), numbers(inner * columns, 2));
        let matrix = |values, rows, columns, transposed| match transposed {
            true => Matrix::new(values, columns, rows).transposed(),
            false => Matrix::new(values, rows, columns),
        };
        let (mut packed_left, mut packed_right) = (LeftOperand::default(), RightOperand::default());
        // memory of a larger operand leaves nothing behind
        packed_left.pack_for(native, Matrix::new(&numbers(90 * 300, 3), 90, 300));
        packed_right.pack_for(native, Matrix::new(&numbers(90 * 300, 3), 90, 300));
        packed_left.pack_for(native, matrix(&left, rows, inner, transposed[0]));
        packed_right.pack_for(native, matrix(&right, inner, columns, transposed[1]).transposed());
        let at = |values: &[f32], rows: usize, columns: usize, transposed: bool, row: usize, column: usize| {
            f64::from(round(values[if transposed { column * rows + row } else { row * columns + column }]))
        };
        for mode in [WriteMode::Replace, WriteMode::Add] {
            let stride = columns + 3;
            let mut result = vec![7.0; rows * stride];
            product(&mut result, stride, mode, SCALE, &packed_left, &packed_right);
            let mut again = vec![7.0; rows * stride];
            let unpacked = matrix(&right, inner, columns, transposed[1]);
            packing_product(&mut again, stride, mode, SCALE, &packed_left, unpacked, &mut RightOperand::default());
            if native == is_native() {
                assert!(again == result, "packed panel by panel it is another product");
            }
            for row in 0..rows {
                for column in 0..stride {
                    let found = f64::from(result[row * stride + column]);
                    if column >= columns {
                        assert!(found == 7.0, "a product writes beside its columns");
                        continue;
                    }
                    let start = if mode == WriteMode::Add { 7.0 } else { 0.0 };
                    let terms = (0..inner).map(|k| {
                        f64::from(SCALE)
                            * at(&left, rows, inner, transposed[0], row, k)
                            * at(&right, inner, columns, transposed[1], k, column)
                    });
                    let (sum, size) =
                        terms.fold((start, start), |(sum, size): (f64, f64), term| (sum + term, size + term.abs()));
                    let bound = size * (inner as f64 + 2.0) * f64::from(f32::EPSILON) / 2.0;
                    assert!(
                        (found - sum).abs() <= bound,
                        "{rows} x {inner} x {columns} {transposed:?} {mode:?}: ({row}, {column}) is {found}, expected {sum}"
                    );
                }
            }
        }
    }

    #[test]
    fn products_are_those_of_rounded_operands() {
        let shapes = [
            [1, 1, 1],
            [1, 2, 48],
            [8, 256, 48],
            [9, 257, 49],
            [7, 255, 47],
            [17, 33, 100],
            [3, 0, 5],
            [0, 4, 4],
            [4, 4, 0],
            [33, 31, 1],
            [12, 96, 200],
            [130, 290, 20],
            // at the end of a block, and beyond it
            [9, 1_024, 48],
            [10, 1_026, 49],
            [3, 2_049, 5],
        ]; // rows, inner, columns
        for [rows, inner, columns] in shapes {
            for transposed in [[false, false], [false, true], [true, false], [true, true]] {
                compare(is_native(), rows, inner, columns, transposed);
            }
        }
        // more rows than lie in the second cache at once
        compare(is_native(), 300, 20, 5, [true, false]);
    }

    #[test]
    fn without_the_instructions_operands_are_rounded_alike() {
        for transposed in [[false, false], [false, true], [true, false], [true, true]] {
            compare(false, 9, 257, 49, transposed);
            compare(false, 2, 3, 1, transposed);
        }
    }

    #[test]
    fn zeros_infinities_and_numbers_out_of_range() {
        let one = |native: bool, left: &[f32], right: &[f32]| {
            let (mut packed_left, mut packed_right) = (LeftOperand::default(), RightOperand::default());
            packed_left.pack_for(native, Matrix::new(left, 1, left.len()));
            packed_right.pack_for(native, Matrix::new(right, 1, right.len()));
            let mut result = [0.0];
            product(&mut result, 1, WriteMode::Replace, 1.0, &packed_left, &packed_right);
            result[0]
        };
        let (infinity, tiny) = (f32::INFINITY, f32::MIN_POSITIVE);
        for native in [is_native(), false] {
            let one = |left: &[f32], right: &[f32]| one(native, left, right);
            assert_eq!(one(&[0.0, -0.0, 3.0], &[5.0, 7.0, 0.0]), 0.0);
            assert_eq!(one(&[infinity, 1.0], &[2.0, -1e30]), infinity);
            assert!(one(&[infinity, 1.0], &[0.0, 1.0]).is_nan());
            assert!(one(&[infinity, -infinity], &[1.0, 1.0]).is_nan());
            for nan in [f32::NAN, -f32::NAN, f32::from_bits(0x7fff_ffff), f32::from_bits(0x7f80_0001)] {
                assert!(one(&[1.0, nan, 1.0], &[1.0, 1.0, 1.0]).is_nan());
            }
            // rounds to infinity, as f32 rounds f64
            assert_eq!(one(&[f32::MAX], &[1.0]), infinity);
            assert_eq!(one(&[tiny], &[1.0]), tiny);
            assert_eq!(one(&[tiny.next_down(), 1.0], &[1e30, 1.0]), 1.0);
            assert_eq!(one(&[2f32.powi(-149)], &[2f32.powi(127)]), 0.0);
        }
    }

    #[test]
    #[should_panic(expected = "extends beyond its slice")]
    fn a_result_that_is_too_small_is_refused() {
        let (mut left, mut right) = (LeftOperand::default(), RightOperand::default());
        left.pack(Matrix::new(&[1.0; 4], 2, 2));
        right.pack(Matrix::new(&[1.0; 6], 2, 3));
        product(&mut [0.0; 5], 3, WriteMode::Replace, 1.0, &left, &right);
    }
}
