//! Durations as text.

/// `1:02:03`, `2:03` or `0:03`, rounded to whole seconds.
pub fn clock(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// The same with its unit below a minute: `9 s`.
pub fn span(seconds: f64) -> String {
    if seconds < 59.5 { format!("{:.0} s", seconds.max(0.0)) } else { clock(seconds) }
}

#[cfg(test)]
mod tests {
    use super::{clock, span};

    #[test]
    fn durations_are_formatted_as_on_a_clock() {
        assert_eq!(clock(2.6), "0:03");
        assert_eq!(clock(123.0), "2:03");
        assert_eq!(clock(3723.0), "1:02:03");
        assert_eq!(clock(-1.0), "0:00");
        assert_eq!([9.2, 59.4, 59.6].map(span), ["9 s", "59 s", "1:00"]);
    }
}
