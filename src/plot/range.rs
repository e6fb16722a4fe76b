//! Stable axis ranges in readable steps, with some margin.

/// No axis goes further, nor nearer to 0 where it is logarithmic: spans of more are no numbers.
const FURTHEST: f64 = 1e290;

/// Least span of an axis of fractions, and of differences of fractions.
const LEAST: (f64, f64) = (0.1, 0.02);

/// The range of the y axis for values from lowest to highest.
pub fn nice(extent: Option<(f64, f64)>, fraction: bool) -> (f64, f64) {
    let Some((low, high)) = extent else {
        return (0.0, 1.0);
    };
    let ends = if fraction { (0.0, 1.0) } else { (-FURTHEST, FURTHEST) };
    let (low, high) = (low.clamp(ends.0, ends.1), high.clamp(ends.0, ends.1));
    // a margin around a flat line
    let least = match high.abs() {
        _ if fraction => LEAST.0,
        zero if zero < 1e-9 && low.abs() < 1e-9 => LEAST.1,
        size => 0.1 * size.max(1e-9),
    };
    let span = (high - low).max(least);
    // fine enough for a low chart, coarse enough to stay stable while values arrive
    let step = step_below(span / 8.0);
    let middle = (low + high) / 2.0;
    let (low, high) = (low.min(middle - span / 2.0), high.max(middle + span / 2.0));
    // values on a step stay there in spite of rounding: 0.3 / 0.1 is a little less than 3
    let (low, high) = ((low / step + 1e-9).floor() * step, (high / step - 1e-9).ceil() * step);
    if fraction { (low.max(0.0), high.min(1.0)) } else { (low, high) }
}

/// The range of a logarithmic axis: whole steps of 1, 2, 5 around values above 0.
pub fn nice_log(extent: Option<(f64, f64)>) -> (f64, f64) {
    let Some((low, high)) = extent.filter(|(low, _)| *low > 0.0) else {
        return (0.1, 1.0);
    };
    let (low, high) = (low.clamp(FURTHEST.recip(), FURTHEST), high.clamp(FURTHEST.recip(), FURTHEST));
    let (below, above) = (step_below(low), step_below(high));
    let above = if above < high {
        STEPS.into_iter().map(|step| step * power(high)).find(|step| *step >= high)
    } else {
        Some(above)
    };
    let above = above.unwrap_or(high);
    if above > below { (below, above) } else { (below / 2.0, above * 2.0) }
}

/// Values at or below it cannot be drawn on the axis.
pub fn floor(is_log: bool) -> f64 {
    if is_log { 0.0 } else { f64::NEG_INFINITY }
}

/// Rounds up the estimated end of an axis, so that it changes rarely.
pub fn round_up(value: f64) -> f64 {
    const ENDS: [f64; 12] = [1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.5];
    let power = power(value);
    ENDS.into_iter().map(|end| end * power).find(|end| *end >= value).unwrap_or(value)
}

pub(super) const STEPS: [f64; 4] = [1.0, 2.0, 5.0, 10.0];

fn power(value: f64) -> f64 {
    10f64.powf(value.log10().floor())
}

/// The largest of 1, 2, 5 times a power of ten that is not above `most`.
fn step_below(most: f64) -> f64 {
    let power = power(most);
    STEPS.into_iter().rev().map(|factor| factor * power).find(|step| *step <= most).unwrap_or(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(range: (f64, f64), low: f64, high: f64) {
        assert!((range.0 - low).abs() < 1e-9 && (range.1 - high).abs() < 1e-9, "{range:?}, not {low} to {high}");
    }

    #[test]
    fn ranges_hold_all_values_on_round_ends() {
        assert_near(nice(Some((0.676, 0.82)), true), 0.67, 0.82);
        assert_near(nice(Some((0.3, 0.98)), true), 0.3, 1.0);
        assert_near(nice(Some((0.0, 2e-5)), false), 0.0, 2e-5);
        assert_near(nice(Some((0.7, 0.7)), true), 0.65, 0.75);
        assert_near(nice(None, true), 0.0, 1.0);
    }

    /// A loss that was written as the largest number ended in a panic.
    #[test]
    fn the_ends_of_an_axis_are_numbers_whatever_was_measured() {
        for (low, high) in
            [(f64::MIN, f64::MAX), (f64::MAX, f64::MAX), (-2.0, -1.0), (f64::MIN_POSITIVE, f64::MAX), (0.0, 1e-320)]
        {
            for (low, high) in
                [nice(Some((low, high)), false), nice(Some((low, high)), true), nice_log(Some((low, high)))]
            {
                assert!(low.is_finite() && high.is_finite() && low < high, "{low} to {high}");
            }
        }
    }

    #[test]
    fn logarithmic_ranges_end_on_1_2_5() {
        assert_near(nice_log(Some((0.03, 7.0))), 0.02, 10.0);
        assert_near(nice_log(Some((1.0, 1.0))), 0.5, 2.0);
        assert_near(nice_log(Some((0.0, 1.0))), 0.1, 1.0);
    }

    #[test]
    fn guessed_ends_hold_still() {
        assert_eq!(round_up(61.0), 80.0);
        assert_eq!(round_up(79.0), 80.0);
        assert_eq!(round_up(1.0), 1.0);
    }
}
