//! The product with `vdpbf16ps`, which adds the products of a pair of bfloat16 to a float32 in each of 16 lanes.

use super::{LeftOperand, RightOperand, TILE_COLUMNS, TILE_ROWS};
use crate::model::fused::matmul::{Matrix, WriteMode};
use crate::model::fused::vectors::{self, LANES};
use std::arch::x86_64::{
    __m512, __m512bh, _mm512_add_ps, _mm512_dpbf16_ps, _mm512_mul_ps, _mm512_set1_ps, _mm512_setzero_ps,
};
use std::ops::Range;

/// Panels of the left operand that stay in the second cache while those of the right one pass: 512 KB of a block.
const PANELS: usize = 32;

/// Where a product goes. Rows begin `row_stride` apart.
struct Destination<'r> {
    result: &'r mut [f32],
    row_stride: usize,
    rows: usize,
    columns: usize,
    mode: WriteMode,
    scale: f32,
}

/// The caller has checked that the result is large enough.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma")]
pub fn product(
    result: &mut [f32],
    row_stride: usize,
    mode: WriteMode,
    scale: f32,
    left: &LeftOperand,
    right: &RightOperand,
) {
    let (rows, columns) = (left.layout.outer, right.layout.outer);
    let mut destination = Destination { result, row_stride, rows, columns, mode, scale };
    destination.begin(left.layout.blocks());
    for block in 0..left.layout.blocks() {
        for first in (0..left.layout.panels()).step_by(PANELS) {
            for column_panel in 0..right.layout.panels() {
                let panel = &right.pairs[right.layout.panel_at(block, column_panel)];
                let row_panels = first..left.layout.panels().min(first + PANELS);
                destination.add(left, block, row_panels, column_panel * TILE_COLUMNS, panel);
            }
        }
        destination.mode = WriteMode::Add;
    }
}

/// The same where the right operand \[inner, columns\] is packed panel by panel, each multiplied at once.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma")]
pub fn packing_product(
    result: &mut [f32],
    row_stride: usize,
    mode: WriteMode,
    scale: f32,
    left: &LeftOperand,
    right: Matrix<'_>,
    panel: &mut RightOperand,
) {
    let (rows, columns) = (left.layout.outer, right.columns());
    let mut destination = Destination { result, row_stride, rows, columns, mode, scale };
    destination.begin(left.layout.blocks());
    for block in 0..left.layout.blocks() {
        for column in (0..columns).step_by(TILE_COLUMNS) {
            panel.pack(right.part(left.layout.inner_of(block), column..columns.min(column + TILE_COLUMNS)));
            let pairs = &panel.pairs[panel.layout.panel_at(0, 0)];
            destination.add(left, block, 0..left.layout.panels(), column, pairs);
        }
        destination.mode = WriteMode::Add;
    }
}

/// Sums over a block: panels \[pairs, 8\] and \[pairs, 48\] -> \[8, 16 V\]
#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn tile<const V: usize>(left: &[u32], right: &[u32]) -> [[__m512; V]; TILE_ROWS] {
    let mut sums = [[_mm512_setzero_ps(); V]; TILE_ROWS];
    let (left, right) = (left.as_chunks::<TILE_ROWS>().0, right.as_chunks::<TILE_COLUMNS>().0);
    for (left, right) in left.iter().zip(right) {
        let vectors = right.as_chunks::<LANES>().0;
        let right: [__m512bh; V] = std::array::from_fn(|number| pairs_of_vector(vectors[number]));
        for (sums, left) in sums.iter_mut().zip(left) {
            let left = pairs_of_vector([*left; LANES]);
            for (sum, right) in sums.iter_mut().zip(right) {
                *sum = _mm512_dpbf16_ps(*sum, left, right);
            }
        }
    }
    sums
}

#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn pairs_of_vector(pairs: [u32; LANES]) -> __m512bh {
    // SAFETY: both are 64 bytes, and any bits are numbers.
    #[expect(unsafe_code, reason = "there is no intrinsic for it")]
    unsafe {
        std::mem::transmute::<[u32; LANES], __m512bh>(pairs)
    }
}

impl Destination<'_> {
    /// Of a product of this many blocks: without any there are no sums.
    fn begin(&mut self, blocks: usize) {
        if blocks == 0 && self.mode == WriteMode::Replace {
            for row in 0..self.rows {
                self.result[row * self.row_stride..][..self.columns].fill(0.0);
            }
        }
    }

    /// Adds the product of panels of a block of the left operand with a panel of the right one, whose first column this is.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bf16")]
    fn add(&mut self, left: &LeftOperand, block: usize, panels: Range<usize>, column: usize, right: &[u32]) {
        for panel in panels {
            let (left, row) = (&left.pairs[left.layout.panel_at(block, panel)], panel * TILE_ROWS);
            // vectors of the last panel that lie beyond the result are not computed
            match (self.columns - column).div_ceil(LANES) {
                1 => self.write([row, column], &tile::<1>(left, right)),
                2 => self.write([row, column], &tile::<2>(left, right)),
                _ => self.write([row, column], &tile::<{ TILE_COLUMNS / LANES }>(left, right)),
            }
        }
    }

    /// Writes the part of a tile that lies in the result.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn write<const V: usize>(&mut self, [row, column]: [usize; 2], sums: &[[__m512; V]; TILE_ROWS]) {
        let (rows, columns) = ((self.rows - row).min(TILE_ROWS), self.columns - column);
        let (scale, mode) = (_mm512_set1_ps(self.scale), self.mode);
        let result = &mut self.result[row * self.row_stride + column..];
        for (row, sums) in sums.iter().enumerate().take(rows) {
            let result = &mut result[row * self.row_stride..];
            let result = &mut result[..columns.min(V * LANES)];
            for (vector, sum) in result.chunks_mut(LANES).zip(sums) {
                let sum = _mm512_mul_ps(*sum, scale);
                vectors::store(
                    vector,
                    match mode {
                        WriteMode::Replace => sum,
                        WriteMode::Add => _mm512_add_ps(vectors::load(vector), sum),
                    },
                );
            }
        }
    }
}
