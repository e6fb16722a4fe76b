//! Vectors of 16 numbers, from slices and to them.

use std::arch::x86_64::{__m512, _mm512_mask_storeu_ps, _mm512_maskz_loadu_ps, _mm512_setzero_ps};

pub const LANES: usize = 16;

/// The lanes of the first `length` numbers.
#[inline(always)]
fn lanes(length: usize) -> u16 {
    if length >= LANES { u16::MAX } else { (1 << length) - 1 }
}

/// The first 16 numbers; 0 beyond the end of the slice.
#[inline]
#[target_feature(enable = "avx512f")]
pub fn load(values: &[f32]) -> __m512 {
    // the address of an empty slice may not be mapped, which takes long even where nothing is read
    if values.is_empty() {
        return _mm512_setzero_ps();
    }
    // SAFETY: lanes beyond the slice are not read.
    #[expect(unsafe_code, reason = "there is no safe intrinsic for it")]
    unsafe {
        _mm512_maskz_loadu_ps(lanes(values.len()), values.as_ptr())
    }
}

/// Writes the first 16 numbers, or as many as there are.
#[inline]
#[target_feature(enable = "avx512f")]
pub fn store(values: &mut [f32], vector: __m512) {
    // SAFETY: lanes beyond the slice are not written.
    #[expect(unsafe_code, reason = "there is no safe intrinsic for it")]
    unsafe {
        _mm512_mask_storeu_ps(values.as_mut_ptr(), lanes(values.len()), vector);
    }
}
