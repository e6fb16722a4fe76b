//! Broken lines: the pattern runs on across the joints of a polyline.

/// Lengths of strokes and gaps, in turn, in pixels of a picture; none: unbroken. Five instances are told apart.
pub fn pattern(instance: u32) -> &'static [f64] {
    match instance % 5 {
        0 => &[],
        1 => &[14.0, 7.0],
        2 => &[3.0, 6.0],
        3 => &[16.0, 6.0, 3.0, 6.0],
        _ => &[7.0, 5.0],
    }
}

/// Pixels of a segment beyond which it is not cut: it leaves every picture, and its strokes would be without end.
const LONGEST: f64 = 1e5;

/// The polyline cut into strokes. `per_pixel`: how much of x and of y a pixel is. A point that is not finite is a gap,
/// after which the pattern begins anew.
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
        if length > LONGEST {
            strokes.extend((stroke.len() > 1).then(|| std::mem::take(&mut stroke)));
            strokes.push(vec![(x0, y0), (x1, y1)]);
            stroke.clear();
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

    /// A loss of 1e30 on an axis without outliers: its strokes were counted one by one, for ever.
    #[test]
    fn a_segment_far_out_of_the_picture_takes_no_time() {
        let cut = strokes(&[(0.0, 0.0), (10.0, 0.0), (11.0, 1e30), (12.0, 0.0), (22.0, 0.0)], &[3.0, 2.0], (1.0, 1.0));
        assert_eq!(cut.len(), 2 + 2 + 2);
    }

    #[test]
    fn gaps_stay_gaps() {
        let points = [(0.0, 0.0), (1.0, 0.0), (2.0, f64::NAN), (3.0, 0.0), (4.0, 0.0)];
        assert_eq!(strokes(&points, &[], (1.0, 1.0)).len(), 2);
    }
}
