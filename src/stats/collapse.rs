//! How far curves lie apart over an axis: what a good axis brings together ("data collapse": Bhattacharjee, Seno 2001).

/// The mean distance of each curve's points from the other curves, linearly interpolated between their own points. Nothing
/// where some curve has no x in common with any other. Points are ascending in x.
pub fn distance_apart(curves: &[Vec<(f64, f64)>]) -> Option<f64> {
    let of_curve = |place: usize| {
        let others = || curves.iter().enumerate().filter(move |(other, _)| *other != place).map(|(_, curve)| curve);
        let distances =
            curves[place].iter().flat_map(|(x, y)| others().filter_map(move |curve| Some((at(curve, *x)? - y).abs())));
        mean(distances)
    };
    let each: Option<Vec<f64>> = (0..curves.len()).map(of_curve).collect();
    each.filter(|each| each.len() > 1).and_then(|each| mean(each.into_iter()))
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

/// The value of a curve; nothing outside of its points.
fn at(curve: &[(f64, f64)], x: f64) -> Option<f64> {
    let after = curve.partition_point(|point| point.0 < x);
    let right = curve.get(after)?;
    if right.0 == x {
        return Some(right.1);
    }
    let left = curve.get(after.checked_sub(1)?)?;
    Some(left.1 + (right.1 - left.1) * (x - left.0) / (right.0 - left.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(xs: &[f64], y: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        xs.iter().map(|x| (*x, y(*x))).collect()
    }

    #[test]
    fn curves_of_one_function_lie_together_and_shifted_ones_by_their_shift() {
        let line = |x: f64| 2.0 * x + 1.0;
        let together = [curve(&[0.0, 1.0, 4.0], line), curve(&[0.5, 2.0, 3.0, 8.0], line), curve(&[1.0, 2.0], line)];
        assert!(distance_apart(&together).unwrap() < 1e-12);
        let shifted = [curve(&[0.0, 1.0, 2.0], line), curve(&[0.0, 1.0, 2.0], |x| line(x) + 0.25)];
        assert!((distance_apart(&shifted).unwrap() - 0.25).abs() < 1e-12);
    }

    #[test]
    fn curves_without_a_common_x_cannot_be_compared() {
        let flat = |_: f64| 1.0;
        assert_eq!(distance_apart(&[curve(&[0.0, 1.0], flat), curve(&[2.0, 3.0], flat)]), None);
        assert_eq!(distance_apart(&[curve(&[0.0, 1.0], flat)]), None);
        assert_eq!(distance_apart(&[]), None);
        assert_eq!(distance_apart(&[curve(&[0.0, 1.0], flat), vec![]]), None);
    }
}
