//! Counts in words.

/// `1 run`, `2 runs`.
pub fn runs(count: usize) -> String {
    if count == 1 { "1 run".into() } else { format!("{count} runs") }
}
