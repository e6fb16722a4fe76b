//! Packing an operand in the order in which the kernel reads it.

use super::layout::PanelLayout;
use crate::model::fused::matmul::Matrix;
use crate::model::fused::vectors::{self, LANES};
use std::arch::x86_64::{
    __m512, __m512bh, __m512i, _mm512_cvtne2ps_pbh, _mm512_loadu_si512, _mm512_permutexvar_epi16,
    _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};

/// Rows and pairs of the blocks that are transposed in registers.
const ROWS: usize = 4;
const PAIRS: usize = LANES;

/// Packs a matrix \[outer, inner\] whose inner elements are adjacent. What is beyond it is left as it is.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma")]
pub fn pack_rows<const PANEL: usize>(matrix: Matrix<'_>, layout: PanelLayout<PANEL>, pairs: &mut [u32]) {
    for block in 0..layout.blocks() {
        let inner = layout.inner_of(block);
        for first in (0..layout.outer).step_by(ROWS) {
            // rows beyond the matrix are 0
            let rows: [&[f32]; ROWS] = std::array::from_fn(|row| match first + row < layout.outer {
                true => &matrix.row(first + row)[inner.clone()],
                false => &[],
            });
            let (panel, column) = (&mut pairs[layout.panel_at(block, first / PANEL)], first % PANEL);
            let whole = rows.map(|row| row.as_chunks().0);
            let whole_blocks = whole.iter().map(|row| row.len()).min().unwrap_or(0);
            for (number, pairs) in (0..whole_blocks).zip(panel.chunks_exact_mut(PAIRS * PANEL)) {
                place::<PANEL>(pairs, column, transpose(whole.map(|row| pairs_of(&row[number]))));
            }
            for (number, pairs) in (whole_blocks..).zip(panel.chunks_mut(PAIRS * PANEL).skip(whole_blocks)) {
                place::<PANEL>(
                    pairs,
                    column,
                    transpose(rows.map(|row| last_pairs_of(row.get(number * 2 * PAIRS..).unwrap_or_default()))),
                );
            }
        }
    }
}

/// Writes columns of a panel, of each of its pairs.
#[inline(always)]
fn place<const PANEL: usize>(panel: &mut [u32], column: usize, pairs: [[u32; ROWS]; PAIRS]) {
    for (places, pairs) in panel.chunks_exact_mut(PANEL).zip(pairs) {
        places[column..column + ROWS].copy_from_slice(&pairs);
    }
}

/// 16 pairs of adjacent elements.
#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn pairs_of(row: &[f32; 2 * PAIRS]) -> __m512i {
    rounded(vectors::load(&row[..PAIRS]), vectors::load(&row[PAIRS..]))
}

/// The last pairs of a row; 0 beyond its end.
#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn last_pairs_of(row: &[f32]) -> __m512i {
    let (low, high) = row.split_at(row.len().min(PAIRS));
    rounded(vectors::load(low), vectors::load(high))
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

/// Packs a matrix \[inner, outer\] whose outer elements are adjacent. What is beyond it is left as it is.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma")]
pub fn pack_columns<const PANEL: usize>(matrix: Matrix<'_>, layout: PanelLayout<PANEL>, pairs: &mut [u32]) {
    for block in 0..layout.blocks() {
        let inner = layout.inner_of(block);
        let row = |row: usize| if row < inner.end { matrix.row(row) } else { &[] };
        // two pairs at once fill a cache line of a panel of eight
        for start in inner.clone().step_by(4) {
            let pair = (start - inner.start) / 2;
            let rows = [row(start), row(start + 1), row(start + 2), row(start + 3)];
            let whole = rows.map(|row| row.as_chunks().0);
            let count = whole.iter().map(|row| row.len()).min().unwrap_or(0);
            for number in 0..count {
                let [a, b, c, d] = whole.map(|row: &[[f32; LANES]]| vectors::load(&row[number]));
                put(pairs, layout, [block, pair], number * LANES, interleaved(a, b));
                put(pairs, layout, [block, pair + 1], number * LANES, interleaved(c, d));
            }
            for column in (count * LANES..layout.outer).step_by(LANES) {
                let [a, b, c, d] = rows.map(|row| vectors::load(row.get(column..).unwrap_or_default()));
                put(pairs, layout, [block, pair], column, interleaved(a, b));
                if start + 2 < inner.end {
                    put(pairs, layout, [block, pair + 1], column, interleaved(c, d));
                }
            }
        }
    }
}

/// Writes a pair of inner elements of 16 outer ones, to one panel or its halves to two.
#[inline]
#[target_feature(enable = "avx512f")]
fn put<const PANEL: usize>(
    pairs: &mut [u32],
    layout: PanelLayout<PANEL>,
    [block, pair]: [usize; 2],
    outer: usize,
    vector: __m512i,
) {
    let part = PANEL.min(LANES);
    // SAFETY: both are 64 bytes, and any bits are numbers.
    #[expect(unsafe_code, reason = "there is no safe intrinsic for it")]
    let vector = unsafe { std::mem::transmute::<__m512i, [u32; LANES]>(vector) };
    for (number, vector) in vector.chunks_exact(part).enumerate() {
        let outer = outer + number * part;
        if number == 0 || outer < layout.outer {
            let start = layout.panel_at(block, outer / PANEL).start + pair * PANEL + outer % PANEL;
            pairs[start..start + part].copy_from_slice(vector);
        }
    }
}

/// 32 numbers rounded, in their order.
#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn rounded(low: __m512, high: __m512) -> __m512i {
    let rounded = _mm512_cvtne2ps_pbh(high, low);
    // SAFETY: both are 64 bytes, and any bits are numbers.
    #[expect(unsafe_code, reason = "there is no intrinsic for it")]
    unsafe {
        std::mem::transmute::<__m512bh, __m512i>(rounded)
    }
}

/// Pairs of elements of two rows.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
fn interleaved(low: __m512, high: __m512) -> __m512i {
    const ORDER: [u16; 2 * LANES] = {
        let mut order = [0; 2 * LANES];
        let mut place = 0;
        while place < 2 * LANES {
            order[place] = (place / 2 + place % 2 * LANES) as u16;
            place += 1;
        }
        order
    };
    // SAFETY: the array is one vector.
    #[expect(unsafe_code, reason = "there is no safe intrinsic for it")]
    let order = unsafe { _mm512_loadu_si512(ORDER.as_ptr().cast()) };
    _mm512_permutexvar_epi16(order, rounded(low, high))
}
