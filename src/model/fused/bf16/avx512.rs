//! The product with `vdpbf16ps`, which adds the products of a pair of bfloat16 to a float32 in each of 16 lanes.

use super::{LeftOperand, RightOperand, TILE_COLUMNS, TILE_ROWS};
use crate::model::fused::matmul::WriteMode;
use std::arch::x86_64::{__m512, __m512bh, _mm512_dpbf16_ps, _mm512_setzero_ps};

const LANES: usize = 16;
/// Vectors of a row of a tile.
const VECTORS: usize = TILE_COLUMNS / LANES;
/// Panels of the left operand that stay in the second cache while those of the right one pass: 512 KB of a block.
const PANELS: usize = 32;

/// The caller has checked that the result is large enough.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma")]
pub fn product(result: &mut [f32], row_stride: usize, mode: WriteMode, left: &LeftOperand, right: &RightOperand) {
    let (rows, columns, blocks) = (left.layout.outer, right.layout.outer, left.layout.blocks());
    if blocks == 0 && mode == WriteMode::Replace {
        for row in 0..rows {
            result[row * row_stride..][..columns].fill(0.0);
        }
    }
    for block in 0..blocks {
        let mode = if block == 0 { mode } else { WriteMode::Add };
        for first in (0..left.layout.panels()).step_by(PANELS) {
            for column_panel in 0..right.layout.panels() {
                let right = &right.pairs[right.layout.panel_at(block, column_panel)];
                let column = column_panel * TILE_COLUMNS;
                for row_panel in first..left.layout.panels().min(first + PANELS) {
                    let sums = tile(&left.pairs[left.layout.panel_at(block, row_panel)], right);
                    let row = row_panel * TILE_ROWS;
                    let result = &mut result[row * row_stride + column..];
                    write_tile(result, row_stride, mode, [rows - row, columns - column], &sums);
                }
            }
        }
    }
}

/// Sums over a block: panels \[pairs, 8\] and \[pairs, 48\] -> \[8, 48\]
#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn tile(left: &[u32], right: &[u32]) -> [[__m512; VECTORS]; TILE_ROWS] {
    let mut sums = [[_mm512_setzero_ps(); VECTORS]; TILE_ROWS];
    let (left, right) = (left.as_chunks::<TILE_ROWS>().0, right.as_chunks::<TILE_COLUMNS>().0);
    for (left, right) in left.iter().zip(right) {
        let right: [__m512bh; VECTORS] = pairs_of_vectors(*right);
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

#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn pairs_of_vectors(pairs: [u32; TILE_COLUMNS]) -> [__m512bh; VECTORS] {
    // SAFETY: both are 192 bytes, and any bits are numbers.
    #[expect(unsafe_code, reason = "there is no intrinsic for it")]
    unsafe {
        std::mem::transmute::<[u32; TILE_COLUMNS], [__m512bh; VECTORS]>(pairs)
    }
}

/// Writes the part of a tile that lies in the result: this many rows and columns, or all of it.
#[inline]
#[target_feature(enable = "avx512f")]
fn write_tile(
    result: &mut [f32],
    row_stride: usize,
    mode: WriteMode,
    [rows, columns]: [usize; 2],
    sums: &[[__m512; VECTORS]; TILE_ROWS],
) {
    if rows >= TILE_ROWS && columns >= TILE_COLUMNS {
        for (row, sums) in sums.iter().enumerate() {
            write(&mut result[row * row_stride..][..TILE_COLUMNS], mode, *sums);
        }
    } else {
        for (row, sums) in sums.iter().enumerate().take(rows) {
            write(&mut result[row * row_stride..][..columns.min(TILE_COLUMNS)], mode, *sums);
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn write(result: &mut [f32], mode: WriteMode, sums: [__m512; VECTORS]) {
    // SAFETY: both are 192 bytes, and any bits are numbers.
    #[expect(unsafe_code, reason = "there is no safe intrinsic for it")]
    let sums = unsafe { std::mem::transmute::<[__m512; VECTORS], [f32; TILE_COLUMNS]>(sums) };
    match mode {
        WriteMode::Replace => result.iter_mut().zip(sums).for_each(|(result, sum)| *result = sum),
        WriteMode::Add => result.iter_mut().zip(sums).for_each(|(result, sum)| *result += sum),
    }
}
