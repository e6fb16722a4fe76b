//! Loops compiled for the processor they run on.

/// Compiles functions for AVX-512, for AVX2 and for any processor, and chooses at run time. Their results differ in
/// nothing: the loops inside fix the order of every sum.
macro_rules! vectorised {
    ($($(#[$meta:meta])* $visibility:vis fn $name:ident($($arguments:tt)*) $(-> $returned:ty)? $body:block)*) => {$(
        #[multiversion::multiversion(targets(
            "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
            "x86_64+avx2+fma",
        ))]
        $(#[$meta])*
        $visibility fn $name($($arguments)*) $(-> $returned)? $body
    )*};
}
pub(crate) use vectorised;
