//! Range checks for numbers read from files.

use std::fmt::Display;

/// Checks a whole number against an inclusive range.
pub fn whole<N: PartialOrd + Display>(name: &str, value: N, low: N, high: N) -> Result<(), String> {
    match (&low..=&high).contains(&&value) {
        true => Ok(()),
        false => Err(format!("`{name}` is {value}, expected a whole number from {low} to {high}")),
    }
}

/// Checks a number against an inclusive range, which NaN is not in.
pub fn number(name: &str, value: f64, low: f64, high: f64) -> Result<(), String> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    let expected = match (low, high) {
        (f64::MIN_POSITIVE, f64::MAX) => "a positive number".to_owned(),
        (_, f64::MAX) => format!("a number from {low} on"),
        _ => format!("a number from {low} to {high}"),
    };
    Err(format!("`{name}` is {value}, expected {expected}"))
}
