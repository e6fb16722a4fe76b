//! How far single values scatter around a smoothed line: their middle half, column by column.

use super::curve::Curve;

/// Points that the middle half is of, at least where there are as many, and at most.
const POINTS: (usize, usize) = (9, 64);

/// Lower and upper quartile of the values in this part of the x axis, or of the nearest few where it has fewer; nothing
/// beyond the ends of the curve. Values that are not finite do not count.
pub fn middle_half(curve: &Curve, (low, high): (f64, f64)) -> Option<(f64, f64)> {
    let (first, last) = (curve.point(0)?.0, curve.points().next_back()?.0);
    if high < first || low > last {
        return None;
    }
    let inside = curve.within((low, high));
    let missing = POINTS.0.saturating_sub(inside.len());
    let begin = inside.start.saturating_sub(missing.div_ceil(2));
    let end = (inside.end + missing.div_ceil(2)).min(curve.len());
    let every = (end - begin).div_ceil(POINTS.1).max(1);
    let places = (begin..end).step_by(every);
    let mut values: Vec<f64> =
        places.filter_map(|place| curve.point(place)).map(|(_, y)| y).filter(|y| y.is_finite()).collect();
    values.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| values.get((share * values.len().saturating_sub(1) as f64).round() as usize).copied();
    at(0.25).zip(at(0.75))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outlier_is_outside_the_middle_half() {
        let curve = Curve::of((0..100).map(|x| (f64::from(x), if x % 10 == 0 { 50.0 } else { f64::from(x % 10) })));
        assert_eq!(middle_half(&curve, (20.0, 59.0)), Some((3.0, 8.0)));
    }

    #[test]
    fn few_values_have_the_middle_half_of_their_neighbours_and_none_is_made_up_beyond_the_ends() {
        let curve = Curve::of((0..20).map(|x| (10.0 * f64::from(x), f64::from(x))));
        assert_eq!(middle_half(&curve, (101.0, 102.0)), Some((8.0, 13.0)));
        assert_eq!(middle_half(&curve, (191.0, 200.0)), None);
        assert_eq!(middle_half(&Curve::default(), (0.0, 1.0)), None);
    }
}
