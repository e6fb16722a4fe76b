//! Loops compiled for the processor they run on.

use std::sync::atomic::{AtomicU8, Ordering};

/// The widest vector instructions that loops use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Simd {
    /// the baseline of the architecture
    Portable = 1,
    Avx2,
    Avx512,
}

/// A [`Simd`] as a number; 0 before the first use.
static CHOSEN: AtomicU8 = AtomicU8::new(0);

impl Simd {
    /// The widest that this processor has.
    pub fn widest() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            let avx2 = has!("avx2") && has!("fma");
            if avx2 && has!("avx512f") && has!("avx512bw") && has!("avx512dq") && has!("avx512vl") {
                return Self::Avx512;
            }
            if avx2 {
                return Self::Avx2;
            }
        }
        Self::Portable
    }

    /// By the name in `BATCHSCOPE_SIMD`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "portable" => Some(Self::Portable),
            "avx2" => Some(Self::Avx2),
            "avx512" => Some(Self::Avx512),
            _ => None,
        }
    }

    /// Limits the loops of this process to these. `gemm` chooses for itself.
    pub fn at_most(self) {
        CHOSEN.store(self.min(Self::widest()) as u8, Ordering::Relaxed);
    }

    /// What loops use.
    pub(crate) fn chosen() -> Self {
        match CHOSEN.load(Ordering::Relaxed) {
            1 => Self::Portable,
            2 => Self::Avx2,
            3 => Self::Avx512,
            _ => {
                Self::widest().at_most();
                Self::widest()
            }
        }
    }
}

/// Compiles functions for AVX-512, for AVX2 and for the baseline, and chooses at run time. Their results have the same
/// bits: the loops inside fix the order of every sum.
macro_rules! vectorised {
    ($(
        $(#[$meta:meta])*
        $visibility:vis fn $name:ident($($argument:ident: $kind:ty),* $(,)?) $(-> $returned:ty)? $body:block
    )*) => {$(
        $(#[$meta])*
        $visibility fn $name($($argument: $kind),*) $(-> $returned)? {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
            fn avx512($($argument: $kind),*) $(-> $returned)? $body
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2($($argument: $kind),*) $(-> $returned)? $body
            match $crate::model::vectorised::Simd::chosen() {
                // SAFETY: `Simd::chosen` is never more than the processor has.
                #[cfg(target_arch = "x86_64")]
                #[expect(unsafe_code, reason = "the compiler cannot know the processor")]
                $crate::model::vectorised::Simd::Avx512 => unsafe { avx512($($argument),*) },
                // SAFETY: likewise.
                #[cfg(target_arch = "x86_64")]
                #[expect(unsafe_code, reason = "likewise")]
                $crate::model::vectorised::Simd::Avx2 => unsafe { avx2($($argument),*) },
                _ => $body,
            }
        }
    )*};
}
pub(crate) use vectorised;
