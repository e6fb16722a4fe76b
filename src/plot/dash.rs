//! Dash patterns, continued across the joints of a polyline.

/// Number of distinct patterns; further instances repeat them.
pub const PATTERNS: u32 = 5;

/// The lengths of dashes and gaps in turn; empty for a solid line.
pub struct Dashes {
    /// in points, for exported figures
    pub points: &'static [f64],
    /// in pixels as [`strokes`] counts them, for the coarser dots of a terminal
    pub pixels: &'static [f64],
}

const DASHES: [Dashes; PATTERNS as usize] = [
    Dashes { points: &[], pixels: &[] },
    Dashes { points: &[9.0, 3.5], pixels: &[14.0, 7.0] },
    Dashes { points: &[1.6, 2.6], pixels: &[3.0, 6.0] },
    Dashes { points: &[9.0, 3.0, 1.6, 3.0], pixels: &[16.0, 6.0, 3.0, 6.0] },
    Dashes { points: &[4.0, 3.6], pixels: &[7.0, 5.0] },
];

/// The dash pattern of an instance; none for a mean or an unknown instance.
pub fn pattern(instance: Option<u32>) -> &'static Dashes {
    &DASHES[(instance.unwrap_or(0) % PATTERNS) as usize]
}

/// Longer segments, in pixels, leave the picture and are drawn solid.
const LONGEST: f64 = 10_000.0;

/// The instances that share the pattern of this one.
pub fn alike(instance: u32, instances: u32) -> String {
    let numbers: Vec<String> =
        (instance..instances).step_by(PATTERNS as usize).map(|other| other.to_string()).collect();
    match &numbers[..] {
        [first, second, _, ..] => format!("{first},{second}…"),
        few => few.join(","),
    }
}

/// Cuts a polyline into strokes. `per_pixel` is the size of a pixel in x and y. A point that is not finite is a gap, after
/// which the pattern restarts.
pub fn strokes(points: &[(f64, f64)], pattern: &[f64], per_pixel: (f64, f64)) -> Vec<Vec<(f64, f64)>> {
    let unbroken = points.split(|(_, y)| !y.is_finite()).filter(|run| !run.is_empty());
    if pattern.is_empty() {
        return unbroken.map(<[_]>::to_vec).collect();
    }
    unbroken.flat_map(|run| cut(run, pattern, per_pixel)).collect()
}

fn cut(points: &[(f64, f64)], pattern: &[f64], per_pixel: (f64, f64)) -> Vec<Vec<(f64, f64)>> {
    let (mut strokes, mut stroke, mut place, mut left) = (Vec::new(), Vec::new(), 0, pattern[0]);
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let length = ((x1 - x0) / per_pixel.0).hypot((y1 - y0) / per_pixel.1);
        if length.is_nan() || length > LONGEST {
            strokes
                .extend([std::mem::take(&mut stroke), pair.to_vec()].into_iter().filter(|stroke| !stroke.is_empty()));
            (place, left) = (0, pattern[0]);
            continue;
        }
        let mut done = 0.0;
        while done < length {
            let drawn = left.min(length - done);
            let at = |pixels: f64| (x0 + (x1 - x0) * pixels / length, y0 + (y1 - y0) * pixels / length);
            if place % 2 == 0 {
                if stroke.is_empty() {
                    stroke.push(at(done));
                }
                stroke.push(at(done + drawn));
            }
            done += drawn;
            left -= drawn;
            if left <= 0.0 {
                if !stroke.is_empty() {
                    strokes.push(std::mem::take(&mut stroke));
                }
                place = (place + 1) % pattern.len();
                left = pattern[place];
            }
        }
    }
    if stroke.len() > 1 || points.len() == 1 {
        strokes.push(if points.len() == 1 { points.to_vec() } else { stroke });
    }
    strokes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strokes_and_gaps_have_their_lengths_across_joints() {
        let points: Vec<(f64, f64)> = (0..=10).map(|x| (f64::from(x), 0.0)).collect();
        let cut = strokes(&points, &[3.0, 2.0], (1.0, 1.0));
        let ends: Vec<(f64, f64)> = cut.iter().map(|stroke| (stroke[0].0, stroke[stroke.len() - 1].0)).collect();
        assert_eq!(ends, [(0.0, 3.0), (5.0, 8.0)]);
    }

    /// Cutting it into strokes once exhausted the memory.
    #[test]
    fn a_line_to_an_outlier_far_outside_is_unbroken() {
        let points = [(0.0, 0.0), (10.0, 0.0), (20.0, 1e290), (30.0, 0.0), (40.0, 0.0)];
        let cut = strokes(&points, &[3.0, 2.0], (1.0, 1.0));
        assert!(cut.contains(&points[1..3].to_vec()) && cut.contains(&points[2..4].to_vec()));
        assert_eq!(cut.len(), 6);
    }

    #[test]
    fn gaps_stay_gaps() {
        let points = [(0.0, 0.0), (1.0, 0.0), (2.0, f64::NAN), (3.0, 0.0), (4.0, 0.0)];
        assert_eq!(strokes(&points, &[], (1.0, 1.0)).len(), 2);
    }
}
