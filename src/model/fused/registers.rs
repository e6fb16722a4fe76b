//! The instructions of matrix products on registers alone, to measure what a processor could reach at best.

use crate::domain::choice::Precision;

/// Adds products to sums, all in registers, this many rounds; returns the floating-point operations done. `None` where
/// none of the instructions known here would be used.
pub fn multiply_add(precision: Precision, rounds: usize) -> Option<f64> {
    #[cfg(target_arch = "x86_64")]
    {
        use crate::model::vectorised::Simd;
        #[expect(unsafe_code, reason = "the compiler cannot know the processor")]
        let operations = match (precision, Simd::chosen()) {
            // SAFETY: pairs are native only where the processor has their instructions.
            (Precision::Bf16, _) if super::bf16::is_native() => unsafe { x86::pairs(rounds) },
            // SAFETY: `Simd::chosen` is never more than the processor has.
            (Precision::F32, Simd::Avx512) => unsafe { x86::avx512(rounds) },
            // SAFETY: as above.
            (Precision::F32, Simd::Avx2) => unsafe { x86::avx2(rounds) },
            _ => return None,
        };
        Some((rounds * operations) as f64)
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = (precision, rounds);
        None
    }
}

/// Each returns the operations of a round. There are more sums than an instruction takes cycles until its result can be
/// used, and no more than there are registers.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        _mm256_fmadd_ps, _mm256_set1_ps, _mm256_setzero_ps, _mm512_cvtne2ps_pbh, _mm512_dpbf16_ps, _mm512_fmadd_ps,
        _mm512_set1_ps, _mm512_setzero_ps,
    };
    use std::hint::black_box;

    #[target_feature(enable = "avx512f,avx512bf16")]
    pub fn pairs(rounds: usize) -> usize {
        let half = black_box(_mm512_cvtne2ps_pbh(_mm512_set1_ps(0.5), _mm512_set1_ps(0.5)));
        let mut sums = [_mm512_setzero_ps(); 16];
        for _ in 0..rounds {
            for sum in &mut sums {
                *sum = _mm512_dpbf16_ps(*sum, half, half);
            }
        }
        black_box(sums).len() * 16 * 4
    }

    #[target_feature(enable = "avx512f")]
    pub fn avx512(rounds: usize) -> usize {
        let half = black_box(_mm512_set1_ps(0.5));
        let mut sums = [_mm512_setzero_ps(); 16];
        for _ in 0..rounds {
            for sum in &mut sums {
                *sum = _mm512_fmadd_ps(*sum, half, half);
            }
        }
        black_box(sums).len() * 16 * 2
    }

    #[target_feature(enable = "avx2,fma")]
    pub fn avx2(rounds: usize) -> usize {
        let half = black_box(_mm256_set1_ps(0.5));
        let mut sums = [_mm256_setzero_ps(); 12];
        for _ in 0..rounds {
            for sum in &mut sums {
                *sum = _mm256_fmadd_ps(*sum, half, half);
            }
        }
        black_box(sums).len() * 8 * 2
    }
}
