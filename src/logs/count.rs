//! Numbers in logs that count something.

/// A whole number that is not negative, such as a step.
pub fn count_of(number: f64) -> Option<u64> {
    // doubles are exact up to there
    (number >= 0.0 && number.fract() == 0.0 && number <= 9_007_199_254_740_992.0).then_some(number as u64)
}
