//! Which instructions the processor has, and which of them the kernels use.

use super::fused::bf16::is_native;
use super::vectorised::Simd;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Processor {
    /// vector instructions that the kernels can use, by the names that Linux gives them
    pub features: Vec<&'static str>,
    /// instructions of the vectorised loops
    pub loops: &'static str,
    /// instructions of matrix products in float32
    pub products: &'static str,
    /// whether matrix products in bfloat16 have their own instructions
    pub bf16: bool,
}

impl Processor {
    pub fn detect() -> Self {
        let loops = match Simd::chosen() {
            Simd::Portable => "portable",
            Simd::Avx2 => "AVX2",
            Simd::Avx512 => "AVX-512",
        };
        let features = features();
        // gemm's own choice
        let products = match () {
            () if features.contains(&"avx512f") => "AVX-512",
            () if features.contains(&"fma") => "AVX2 and FMA",
            () if features.contains(&"neon") => "NEON",
            () => "portable",
        };
        Self { features, loops, products, bf16: is_native() }
    }
}

#[cfg(target_arch = "x86_64")]
fn features() -> Vec<&'static str> {
    use std::arch::is_x86_feature_detected as has;
    let known = [
        ("avx2", has!("avx2")),
        ("fma", has!("fma")),
        ("avx512f", has!("avx512f")),
        ("avx512bw", has!("avx512bw")),
        ("avx512dq", has!("avx512dq")),
        ("avx512vl", has!("avx512vl")),
        ("avx512_bf16", has!("avx512bf16")),
    ];
    known.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn features() -> Vec<&'static str> {
    if cfg!(target_feature = "neon") { vec!["neon"] } else { Vec::new() }
}
