//! The part of a polyline that is inside a rectangle.

/// Lowest and highest x, lowest and highest y.
pub type Bounds = ((f64, f64), (f64, f64));

type Point = (f64, f64);

/// Pieces of the polyline inside, each as long as it stays there (Liang and Barsky 1984). A point that is not finite is a
/// gap.
pub fn clip(points: &[Point], bounds: &Bounds) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    let mut joined = false;
    for pair in points.windows(2) {
        let Some((from, to)) = segment(pair[0], pair[1], bounds) else {
            joined = false;
            continue;
        };
        match pieces.last_mut().filter(|_| joined && from == pair[0]) {
            Some(piece) => piece.push(to),
            None => pieces.push(vec![from, to]),
        }
        joined = to == pair[1];
    }
    pieces
}

fn segment((x0, y0): Point, (x1, y1): Point, bounds: &Bounds) -> Option<(Point, Point)> {
    let ((left, right), (bottom, top)) = *bounds;
    let (dx, dy) = (x1 - x0, y1 - y0);
    if !(dx.is_finite() && dy.is_finite()) {
        return None;
    }
    let (mut enters, mut leaves) = (0.0f64, 1.0f64);
    for (step, room) in [(-dx, x0 - left), (dx, right - x0), (-dy, y0 - bottom), (dy, top - y0)] {
        match step {
            0.0 if room < 0.0 => return None,
            0.0 => {}
            step if step < 0.0 => enters = enters.max(room / step),
            step => leaves = leaves.min(room / step),
        }
    }
    let at = |share: f64| match share {
        0.0 => (x0, y0),
        1.0 => (x1, y1),
        _ => ((x0 + share * dx).clamp(left, right), (y0 + share * dy).clamp(bottom, top)),
    };
    (enters <= leaves).then(|| (at(enters), at(leaves)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SQUARE: Bounds = ((0.0, 10.0), (0.0, 10.0));

    #[test]
    fn a_line_that_leaves_and_comes_back_is_in_pieces_that_end_at_the_edge() {
        let points = [(-5.0, 5.0), (5.0, 5.0), (5.0, 15.0), (6.0, 15.0), (6.0, 5.0), (7.0, 5.0)];
        let pieces = clip(&points, &SQUARE);
        assert_eq!(pieces, [vec![(0.0, 5.0), (5.0, 5.0), (5.0, 10.0)], vec![(6.0, 10.0), (6.0, 5.0), (7.0, 5.0)]]);
    }

    #[test]
    fn gaps_stay_and_what_is_outside_is_gone() {
        assert_eq!(
            clip(&[(1.0, 1.0), (2.0, f64::NAN), (3.0, 1.0), (4.0, 1.0)], &SQUARE),
            [vec![(3.0, 1.0), (4.0, 1.0)]]
        );
        assert!(clip(&[(1.0, 11.0), (2.0, 12.0), (3.0, 1e300)], &SQUARE).is_empty());
        assert!(clip(&[(1.0, -f64::MAX), (2.0, f64::MAX)], &SQUARE).is_empty());
    }

    proptest! {
        #[test]
        fn every_piece_is_inside(points in prop::collection::vec((-30.0f64..30.0, -30.0f64..30.0), 0..20)) {
            let inside = |value: f64| (-1e-9..=10.0 + 1e-9).contains(&value);
            for piece in clip(&points, &SQUARE) {
                prop_assert!(piece.len() > 1 && piece.iter().all(|(x, y)| inside(*x) && inside(*y)));
            }
        }
    }
}
