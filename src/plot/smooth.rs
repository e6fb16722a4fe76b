//! Exponential smoothing without the pull towards 0 of its beginning (Kingma, Ba 2015, section 3).

/// Replaces every value by the weighted mean of it and those before; the newest has weight `share` in the long run.
pub fn smooth(points: &mut [(f64, f64)], share: f64) {
    let keep = 1.0 - share.clamp(0.0, 1.0);
    let (mut sum, mut weight) = (0.0, 0.0);
    for (_, value) in points.iter_mut().filter(|(_, value)| value.is_finite()) {
        sum = keep * sum + (1.0 - keep) * *value;
        weight = keep * weight + (1.0 - keep);
        *value = sum / weight;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_stays_and_the_first_value_is_kept() {
        let mut points: Vec<(f64, f64)> = (0..50).map(|x| (f64::from(x), 3.0)).collect();
        smooth(&mut points, 0.01);
        assert!(points.iter().all(|(_, y)| (y - 3.0).abs() < 1e-12));
        let mut points = [(0.0, 1.0), (1.0, 0.0)];
        smooth(&mut points, 0.5);
        assert_eq!(points[0].1, 1.0);
        assert!((points[1].1 - 1.0 / 3.0).abs() < 1e-12);
    }
}
