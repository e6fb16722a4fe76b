//! Axes that hold still: a range with room, in steps a person can read.

/// The range of the y axis for these values. Values that are not finite do not count.
pub fn nice(values: impl Iterator<Item = f64>, fraction: bool) -> (f64, f64) {
    let extent = values.filter(|value| value.is_finite()).fold(None, |extent: Option<(f64, f64)>, value| {
        Some(extent.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
    });
    let Some((low, high)) = extent else {
        return (0.0, 1.0);
    };
    // a flat line deserves a frame around it
    let least = if fraction { 0.1 } else { 0.1 * high.abs().max(1e-9) };
    let span = (high - low).max(least);
    let step = step_below(span / 4.0);
    let middle = (low + high) / 2.0;
    let (low, high) = (low.min(middle - span / 2.0), high.max(middle + span / 2.0));
    // values on a step stay there in spite of rounding: 0.3 / 0.1 is a little less than 3
    let (low, high) = ((low / step + 1e-9).floor() * step, (high / step - 1e-9).ceil() * step);
    if fraction { (low.max(0.0), high.min(1.0)) } else { (low, high) }
}

/// The largest of 1, 2, 5 times a power of ten that is not above `most`.
fn step_below(most: f64) -> f64 {
    let power = 10f64.powf(most.log10().floor());
    [5.0, 2.0, 1.0].into_iter().map(|factor| factor * power).find(|step| *step <= most).unwrap_or(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(range: (f64, f64), low: f64, high: f64) {
        assert!((range.0 - low).abs() < 1e-9 && (range.1 - high).abs() < 1e-9, "{range:?}, not {low} to {high}");
    }

    #[test]
    fn ranges_hold_all_values_on_round_ends() {
        assert_near(nice([0.676, 0.82].into_iter(), true), 0.66, 0.82);
        assert_near(nice([0.3, 0.98].into_iter(), true), 0.3, 1.0);
        assert_near(nice([0.0, 2e-5].into_iter(), false), 0.0, 2e-5);
        assert_near(nice([0.7, f64::NAN, f64::INFINITY].into_iter(), true), 0.64, 0.76);
        assert_near(nice(std::iter::empty(), true), 0.0, 1.0);
    }
}
