//! The points of a curve that a chart of a given width needs, cached between frames: a curve grows at its end, and scanning
//! all of it again would compete with training for memory bandwidth.

use super::Curve;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// The part of the x axis in sight, the floor of the y axis, and the last of the columns, which are counted from 0.
type Window = ((f64, f64), f64, usize);

/// The points selected for the last frame. Ignored by comparisons and not copied.
#[derive(Debug, Default)]
pub struct Drawn(Mutex<Option<Taken>>);

#[derive(Debug)]
struct Taken {
    view: Window,
    points: Vec<(f64, f64)>,
    /// start of the newest column, in the points of the curve and in the selected points
    open: (usize, usize),
}

impl Clone for Drawn {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Drawn {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Drawn {
    /// Invalidates the points from this index on.
    pub fn forget_from(&mut self, place: usize) {
        let taken = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        if taken.as_ref().is_some_and(|taken| place < taken.open.0) {
            *taken = None;
        }
    }
}

impl Curve {
    /// The points that decide which dots a line through all points would light: of each column the first, the lowest, the
    /// highest and the last (M4; Jugel et al., VLDB 2014), and the neighbours outside. A gap is a point that is not
    /// finite, or not above `floor`: it will not be drawn.
    pub fn reduced(&self, range: (f64, f64), floor: f64, last_column: usize) -> Vec<(f64, f64)> {
        let inside = self.within(range);
        let all = inside.start.saturating_sub(1)..(inside.end + 1).min(self.len());
        if all.len() <= 4 * (last_column + 1) {
            return all.filter_map(|place| self.point(place)).collect();
        }
        let view = (range, floor, last_column);
        let mut drawn = self.drawn.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = match &mut *drawn {
            Some(taken) if taken.view == view => taken,
            other => {
                let points: Vec<_> = (all.start..inside.start).filter_map(|place| self.point(place)).collect();
                other.insert(Taken { view, open: (inside.start, points.len()), points })
            }
        };
        self.take(taken, inside.end);
        let after = (inside.end..all.end).filter_map(|place| self.point(place));
        taken.points.iter().copied().chain(after).collect()
    }

    /// From the newest column on, to the end of what is inside.
    fn take(&self, taken: &mut Taken, end: usize) {
        let ((low, high), floor, last_column) = taken.view;
        let column = |place: usize| {
            let x = self.point(place).map_or(f64::NAN, |point| point.0);
            ((x - low) / (high - low) * last_column as f64).round()
        };
        taken.points.truncate(taken.open.1);
        // points lie evenly as a rule
        let (mut first, mut width) = (taken.open.0, end / (last_column + 1));
        while first < end {
            taken.open = (first, taken.points.len());
            let here = column(first);
            let beyond = end_near(first, first + width, end, |place| column(place) <= here);
            self.silhouette(first..beyond, floor, &mut taken.points);
            (first, width) = (beyond, beyond - first);
        }
    }

    /// First, lowest, highest and last of every stretch without a gap.
    fn silhouette(&self, range: Range<usize>, floor: f64, points: &mut Vec<(f64, f64)>) {
        let value = |place: usize| self.point(place).map_or(f64::NAN, |point| point.1);
        let stretch = self.summary(range.clone());
        let Some((low, high)) = stretch.extremes else {
            // one gap is enough
            points.extend(self.point(range.start));
            return;
        };
        if stretch.broken || value(low) <= floor {
            let is_gap = |place: &usize| !value(*place).is_finite() || value(*place) <= floor;
            let mut first = range.start;
            for place in range.clone().filter(is_gap) {
                if first < place {
                    self.silhouette(first..place, floor, points);
                }
                points.extend(self.point(place));
                first = place + 1;
            }
            if first < range.end {
                self.silhouette(first..range.end, floor, points);
            }
            return;
        }
        let mut places = [range.start, low, high, range.end - 1];
        places.sort_unstable();
        let mut before = None;
        for place in places {
            if before.replace(place) != Some(place) {
                points.extend(self.point(place));
            }
        }
    }
}

/// Where `holds`, which it does at `first`, ends before `end`: looked for at `guess`, then further and further away.
fn end_near(first: usize, guess: usize, end: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high, mut step) = (first, end, 1);
    let mut place = guess.clamp(first, end - 1);
    if holds(place) {
        while place < end && holds(place) {
            low = place;
            place += step;
            step *= 2;
        }
        high = high.min(place);
    } else {
        while !holds(place) {
            high = place;
            place = place.saturating_sub(step).max(first);
            step *= 2;
        }
        low = place;
    }
    // it holds at the one and not at the other
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if holds(middle) { low = middle } else { high = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_found_wherever_it_is_guessed() {
        for end in 3..=40 {
            for truth in 3..=end {
                for guess in 0..50 {
                    assert_eq!(end_near(2, guess, end, |place| place < truth), truth, "guessed {guess} before {end}");
                }
            }
        }
    }

    /// A curve that grows while it is drawn, in several views by turns, and one that was there at once.
    #[test]
    fn what_is_remembered_is_what_would_be_taken_anew() {
        let point = |place: u32| {
            let gap = place % 89 == 7;
            (f64::from(place), if gap { f64::NAN } else { (f64::from(place) * 12.9898).sin() })
        };
        let mut grown = Curve::default();
        for place in 0..5000u32 {
            let (x, y) = point(place);
            grown.push(u64::from(place), x, y);
            if place % 37 == 0 {
                let view = ((0.0, 5000.0), f64::NEG_INFINITY, if place % 5 == 0 { 60 } else { 99 });
                let anew = Curve::of((0..=place).map(point)).reduced(view.0, view.1, view.2);
                // gaps are no numbers, and equal to nothing
                assert_eq!(format!("{:?}", grown.reduced(view.0, view.1, view.2)), format!("{anew:?}"), "at {place}");
            }
        }
        grown.set(1000..1100, |place| (place as u64, place as f64, 9.0));
        assert!(grown.reduced((0.0, 5000.0), f64::NEG_INFINITY, 99).iter().any(|point| point.1 == 9.0));
    }
}
