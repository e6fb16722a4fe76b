//! Transposing a matrix, in blocks of 16 x 16.

use crate::model::vectorised::Simd;

const BLOCK: usize = 16;

/// \[height, width\] -> \[width, height\]
///
/// # Panics
/// when the sizes do not agree.
pub fn transpose(values: &[f32], width: usize, transposed: &mut [f32]) {
    assert_eq!(values.len(), transposed.len(), "sizes of a transposed matrix");
    let height = values.len() / width;
    assert_eq!(values.len(), height * width, "a matrix of whole rows");
    for top in (0..height).step_by(BLOCK) {
        for left in (0..width).step_by(BLOCK) {
            let (from, to) = (&values[top * width + left..], &mut transposed[left * height + top..]);
            if top + BLOCK > height || left + BLOCK > width {
                for row in 0..BLOCK.min(height - top) {
                    for column in 0..BLOCK.min(width - left) {
                        to[column * height + row] = from[row * width + column];
                    }
                }
                continue;
            }
            #[cfg(target_arch = "x86_64")]
            if Simd::chosen() == Simd::Avx512 {
                // SAFETY: the processor has these instructions.
                #[expect(unsafe_code, reason = "the compiler cannot know the processor")]
                unsafe {
                    avx512::transpose_block(from, width, to, height);
                }
                continue;
            }
            let block: [[f32; BLOCK]; BLOCK] =
                std::array::from_fn(|row| std::array::from_fn(|column| from[row * width + column]));
            for column in 0..BLOCK {
                for (to, row) in to[column * height..][..BLOCK].iter_mut().zip(&block) {
                    *to = row[column];
                }
            }
        }
    }
}

/// The compiler makes shuffles of the loops above too, in two and a half times the time.
#[cfg(target_arch = "x86_64")]
mod avx512 {
    use super::BLOCK;
    use crate::model::fused::vectors;
    use std::arch::x86_64::{
        __m512, _mm512_castpd_ps, _mm512_castps_pd, _mm512_shuffle_f32x4, _mm512_unpackhi_pd, _mm512_unpackhi_ps,
        _mm512_unpacklo_pd, _mm512_unpacklo_ps,
    };

    /// Rows begin `width` and `height` apart.
    #[target_feature(enable = "avx512f")]
    pub fn transpose_block(from: &[f32], width: usize, to: &mut [f32], height: usize) {
        let rows: [__m512; BLOCK] = std::array::from_fn(|row| vectors::load(&from[row * width..][..BLOCK]));
        // pairs of rows interleaved, then fours of them, in lanes of four numbers
        let pairs: [__m512; BLOCK] = std::array::from_fn(|place| match place % 2 {
            0 => _mm512_unpacklo_ps(rows[place], rows[place + 1]),
            _ => _mm512_unpackhi_ps(rows[place - 1], rows[place]),
        });
        let fours: [__m512; BLOCK] = std::array::from_fn(|place| {
            let first = place / 4 * 4 + place % 4 / 2;
            let (a, b) = (_mm512_castps_pd(pairs[first]), _mm512_castps_pd(pairs[first + 2]));
            _mm512_castpd_ps(if place % 2 == 0 { _mm512_unpacklo_pd(a, b) } else { _mm512_unpackhi_pd(a, b) })
        });
        // lanes of even and of odd places from two vectors, twice
        let even = |a: __m512, b: __m512| _mm512_shuffle_f32x4::<0b10_00_10_00>(a, b);
        let odd = |a: __m512, b: __m512| _mm512_shuffle_f32x4::<0b11_01_11_01>(a, b);
        for place in 0..4 {
            let [(a, b), (c, d)] = [0, 8].map(|half| (fours[half + place], fours[half + 4 + place]));
            let (evens, odds) = ([even(a, b), even(c, d)], [odd(a, b), odd(c, d)]);
            let columns =
                [even(evens[0], evens[1]), even(odds[0], odds[1]), odd(evens[0], evens[1]), odd(odds[0], odds[1])];
            for (number, column) in columns.into_iter().enumerate() {
                vectors::store(&mut to[(place + 4 * number) * height..][..BLOCK], column);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transposed_matrix_has_the_columns_as_rows() {
        for (height, width) in [(1, 1), (16, 32), (17, 16), (40, 33), (3, 70)] {
            let values: Vec<f32> = (0..height * width).map(|i| i as f32).collect();
            let mut transposed = vec![0.0; values.len()];
            transpose(&values, width, &mut transposed);
            for row in 0..height {
                for column in 0..width {
                    assert_eq!(transposed[column * height + row], values[row * width + column], "{height} x {width}");
                }
            }
        }
    }
}
