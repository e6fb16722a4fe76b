//! Spans of time as a person reads them.

/// `1:02:03`, `2:03` or `0:03`, rounded to whole seconds.
pub fn clock(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn spans_read_as_on_a_clock() {
        assert_eq!(clock(2.6), "0:03");
        assert_eq!(clock(123.0), "2:03");
        assert_eq!(clock(3723.0), "1:02:03");
        assert_eq!(clock(-1.0), "0:00");
    }
}
