//! What `--version` prints.

use crate::domain::run::NUMERICS;
use crate::store::STORE_FORMAT;
use std::sync::LazyLock;

/// The commit of this build; "unknown" outside of a repository, and in debug builds (build.rs).
pub const COMMIT: &str = env!("BATCHSCOPE_COMMIT");

/// Kernels that are compiled in; the processor decides which are used.
const KERNELS: &str = if cfg!(target_arch = "x86_64") { "avx512_bf16, avx512, avx2, portable" } else { "portable" };

static SHORT: LazyLock<String> = LazyLock::new(|| format!("{} ({COMMIT})", env!("CARGO_PKG_VERSION")));

static LONG: LazyLock<String> = LazyLock::new(|| {
    let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
    format!(
        "{}\ncommit: {COMMIT}\ntarget: {}, {profile}\nkernels: {KERNELS}\nstore format: {STORE_FORMAT}\nnumerics: {NUMERICS}",
        env!("CARGO_PKG_VERSION"),
        env!("BATCHSCOPE_TARGET"),
    )
});

/// For `-V`: one line.
pub fn short() -> &'static str {
    &SHORT
}

/// For `--version`: what a report of a fault should contain.
pub fn long() -> &'static str {
    &LONG
}
