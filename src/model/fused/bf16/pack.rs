//! Packing an operand in the order in which the kernel reads it.

use super::layout::PanelLayout;
use super::round::upper_bits;
use crate::model::fused::matmul::Matrix;
use std::arch::x86_64::{
    __m512bh, __m512i, _mm512_cvtne2ps_pbh, _mm512_loadu_ps, _mm512_unpackhi_epi32, _mm512_unpackhi_epi64,
    _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};

/// Rows and pairs of the blocks that are transposed in registers.
const ROWS: usize = 4;
const PAIRS: usize = 16;
/// Outer elements whose panels are written together, so that cache lines of the operand are read once.
const TOGETHER: usize = 128;

#[inline(always)]
fn pair(low: f32, high: f32) -> u32 {
    (upper_bits(low) >> 16) | (upper_bits(high) & 0xffff_0000)
}

/// Packs a matrix \[outer, inner\].
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma")]
pub fn pack<const PANEL: usize>(matrix: Matrix<'_>, layout: PanelLayout<PANEL>, pairs: &mut [u32]) {
    if !layout.outer.is_multiple_of(PANEL) {
        (0..layout.blocks()).for_each(|block| pairs[layout.panel_at(block, layout.panels() - 1)].fill(0));
    }
    if matrix.is_contiguous() {
        pack_rows(matrix, layout, pairs);
    } else {
        pack_columns(matrix.transposed(), layout, pairs);
    }
}

/// Of a matrix whose inner elements are adjacent.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma")]
fn pack_rows<const PANEL: usize>(matrix: Matrix<'_>, layout: PanelLayout<PANEL>, pairs: &mut [u32]) {
    for block in 0..layout.blocks() {
        let inner = layout.inner_of(block);
        for first in (0..layout.outer).step_by(ROWS) {
            let pairs = &mut pairs[layout.panel_at(block, first / PANEL)];
            let column = first % PANEL;
            let rows = ROWS.min(layout.outer - first);
            let mut done = 0;
            if rows == ROWS {
                let rows: [&[[f32; 2 * PAIRS]]; ROWS] =
                    std::array::from_fn(|row| matrix.row(first + row)[inner.clone()].as_chunks().0);
                for (number, pairs) in (0..rows[0].len()).zip(pairs.chunks_exact_mut(PAIRS * PANEL)) {
                    let columns = transpose(rows.map(|row| pairs_of(&row[number])));
                    for (pair, column_pairs) in columns.iter().enumerate() {
                        pairs[pair * PANEL + column..][..ROWS].copy_from_slice(column_pairs);
                    }
                    done += PAIRS;
                }
            }
            for row in 0..rows {
                for (number, two) in matrix.row(first + row)[inner.clone()].chunks(2).enumerate().skip(done) {
                    pairs[number * PANEL + column + row] = pair(two[0], two.get(1).copied().unwrap_or(0.0));
                }
            }
        }
    }
}

/// 16 pairs of adjacent elements.
#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn pairs_of(row: &[f32; 2 * PAIRS]) -> __m512i {
    let (low, high) = row.split_at(PAIRS);
    let load = |half: &[f32]| {
        // SAFETY: half a row is 16 numbers.
        #[expect(unsafe_code, reason = "there is no safe intrinsic for it")]
        unsafe {
            _mm512_loadu_ps(half.as_ptr())
        }
    };
    let rounded = _mm512_cvtne2ps_pbh(load(high), load(low));
    // SAFETY: both are 64 bytes, and any bits are numbers.
    #[expect(unsafe_code, reason = "there is no intrinsic for it")]
    unsafe {
        std::mem::transmute::<__m512bh, __m512i>(rounded)
    }
}

/// \[4, 16\] -> \[16, 4\]
#[inline]
#[target_feature(enable = "avx512f")]
fn transpose([a, b, c, d]: [__m512i; ROWS]) -> [[u32; ROWS]; PAIRS] {
    // each in lanes of four: rows a and b, c and d, of the first two columns of a lane and of its last two
    let (ab, cd) = (_mm512_unpacklo_epi32(a, b), _mm512_unpacklo_epi32(c, d));
    let (ab_last, cd_last) = (_mm512_unpackhi_epi32(a, b), _mm512_unpackhi_epi32(c, d));
    let columns = [
        _mm512_unpacklo_epi64(ab, cd),
        _mm512_unpackhi_epi64(ab, cd),
        _mm512_unpacklo_epi64(ab_last, cd_last),
        _mm512_unpackhi_epi64(ab_last, cd_last),
    ];
    // SAFETY: a vector is four lanes of four numbers.
    #[expect(unsafe_code, reason = "there is no safe intrinsic for it")]
    let lanes = unsafe { std::mem::transmute::<[__m512i; 4], [[[u32; ROWS]; 4]; 4]>(columns) };
    std::array::from_fn(|pair| lanes[pair % 4][pair / 4])
}

/// Of a matrix \[inner, outer\] whose outer elements are adjacent.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma")]
fn pack_columns<const PANEL: usize>(matrix: Matrix<'_>, layout: PanelLayout<PANEL>, pairs: &mut [u32]) {
    let together = (TOGETHER / PANEL).max(1);
    for block in 0..layout.blocks() {
        let inner = layout.inner_of(block);
        for first in (0..layout.panels()).step_by(together) {
            // four rows at once fill a cache line of a panel of eight
            for start in inner.clone().step_by(4) {
                for panel in first..layout.panels().min(first + together) {
                    let pairs = &mut pairs[layout.panel_at(block, panel)];
                    let columns = panel * PANEL..layout.outer.min((panel + 1) * PANEL);
                    for low in (start..inner.end.min(start + 4)).step_by(2) {
                        let pairs = &mut pairs[(low - inner.start) / 2 * PANEL..][..columns.len()];
                        let row = |row: usize| &matrix.row(row)[columns.clone()];
                        let high = if low + 1 < inner.end { row(low + 1) } else { &[0.0; PANEL][..columns.len()] };
                        match (pairs.as_mut_array(), row(low).as_array(), high.as_array()) {
                            (Some(pairs), Some(low), Some(high)) => pair_up::<PANEL>(pairs, low, high),
                            _ => {
                                for ((place, low), high) in pairs.iter_mut().zip(row(low)).zip(high) {
                                    *place = pair(*low, *high);
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn pair_up<const PANEL: usize>(pairs: &mut [u32; PANEL], low: &[f32; PANEL], high: &[f32; PANEL]) {
    for ((place, low), high) in pairs.iter_mut().zip(low).zip(high) {
        *place = pair(*low, *high);
    }
}
