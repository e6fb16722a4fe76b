//! How numbers of an answer are written.

use super::estimate::Interval;

/// A difference of accuracies in points, hundredths, with its sign.
pub fn points(difference: f64) -> String {
    hundredths((1e4 * difference).round())
}

fn hundredths(count: f64) -> String {
    // + 0.0 makes negative zero positive
    format!("{:+.2}", count / 100.0 + 0.0)
}

/// The level of an interval: `97.5 %`.
pub fn level(alpha: f64) -> String {
    // enough digits to differ from 100 %
    let digits = (2.0 - (100.0 * alpha).log10()).ceil().clamp(0.0, 9.0) as usize;
    let text = format!("{:.digits$}", 100.0 * (1.0 - alpha));
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} %")
}

/// Rounded outwards, as is the next: a rounded interval must not claim more than the interval.
pub fn in_points(interval: Interval) -> String {
    format!("{} to {}", hundredths((1e4 * interval.low).floor()), hundredths((1e4 * interval.high).ceil()))
}

/// A share, never as negative zero.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", (100.0 * share).round() + 0.0)
}

pub fn in_percent(interval: Interval) -> String {
    format!("{:.0} % to {:.0} %", (100.0 * interval.low).floor() + 0.0, (100.0 * interval.high).ceil() + 0.0)
}

/// A p-value: `0.032`, `< 0.001`.
pub fn p_in_words(p: f64) -> String {
    if p < 0.001 { "< 0.001".into() } else { format!("{p:.3}") }
}

/// The same as an equation: `p = 0.032`, `p < 0.001`.
pub fn p_equals(p: f64) -> String {
    let p = p_in_words(p);
    if p.starts_with('<') { format!("p {p}") } else { format!("p = {p}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_have_as_many_digits_as_they_need() {
        assert_eq!(level(0.05), "95 %");
        assert_eq!(level(0.025), "97.5 %");
        assert_eq!(level(0.025 / 3.0), "99.167 %");
        assert_eq!(level(0.0005), "99.95 %");
    }

    #[test]
    fn rounded_intervals_are_never_narrower() {
        let interval = Interval { low: -0.010_01, high: 0.499_2 };
        assert_eq!(in_points(interval), "-1.01 to +49.92");
        assert_eq!(in_percent(interval), "-2 % to 50 %");
        assert_eq!((percent(-0.001), percent(0.126)), ("0 %".into(), "13 %".into()));
        assert_eq!(points(-0.000_001), "+0.00");
    }
}
