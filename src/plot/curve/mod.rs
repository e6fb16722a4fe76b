//! The points of a line in the order of x, with fast extremes of any range.

mod drawn;

use drawn::Drawn;
use std::ops::Range;

/// Sizes of the blocks whose extremes are cached, each a multiple of the one before.
const SIZES: [usize; 3] = [8, 64, 512];

/// A summary of a range of points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct RangeSummary {
    /// indices of the lowest and the highest finite value, the first of equal ones
    pub extremes: Option<(usize, usize)>,
    /// whether a value is not finite
    pub broken: bool,
}

/// Points of ascending x. A y that is not finite is a gap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    steps: Vec<u64>,
    x: Vec<f64>,
    y: Vec<f64>,
    /// of every block, by [`SIZES`]; the last of a size may still grow
    blocks: [Vec<RangeSummary>; SIZES.len()],
    pub(super) drawn: Drawn,
}

impl Curve {
    /// A curve of these points, as steps 0, 1, ...
    pub fn of(points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let mut curve = Self::default();
        points.into_iter().enumerate().for_each(|(step, (x, y))| curve.push(step as u64, x, y));
        curve
    }

    pub fn len(&self) -> usize {
        self.x.len()
    }

    pub fn is_empty(&self) -> bool {
        self.x.is_empty()
    }

    pub fn point(&self, place: usize) -> Option<(f64, f64)> {
        Some((*self.x.get(place)?, *self.y.get(place)?))
    }

    pub fn step(&self, place: usize) -> Option<u64> {
        self.steps.get(place).copied()
    }

    pub fn points(&self) -> impl DoubleEndedIterator<Item = (f64, f64)> + '_ {
        self.x.iter().copied().zip(self.y.iter().copied())
    }

    pub fn push(&mut self, step: u64, x: f64, y: f64) {
        self.steps.push(step);
        self.x.push(x);
        self.y.push(y);
        let place = self.y.len() - 1;
        for (blocks, size) in self.blocks.iter_mut().zip(SIZES) {
            if place.is_multiple_of(size) {
                blocks.push(RangeSummary::default());
            }
            if let Some(block) = blocks.last_mut() {
                *block = join(&self.y, *block, one(&self.y, place));
            }
        }
    }

    /// Replaces existing points and appends new ones.
    pub(super) fn set(&mut self, range: Range<usize>, mut point: impl FnMut(usize) -> (u64, f64, f64)) {
        for place in range.clone() {
            let (step, x, y) = point(place);
            if place < self.len() {
                (self.steps[place], self.x[place], self.y[place]) = (step, x, y);
            } else {
                self.push(step, x, y);
            }
        }
        self.drawn.forget_from(range.start);
        for (level, size) in SIZES.into_iter().enumerate() {
            for block in range.start / size..range.end.min(self.len()).div_ceil(size) {
                let points = block * size..((block + 1) * size).min(self.len());
                self.blocks[level][block] = self.summary_of(points, level);
            }
        }
    }

    /// The first point of this step or a later one.
    pub fn first_from(&self, step: u64) -> Option<(f64, f64)> {
        self.point(self.steps.partition_point(|known| *known < step))
    }

    /// The value at the last point that is not after `x`.
    pub fn at(&self, x: f64) -> Option<f64> {
        let place = self.x.partition_point(|known| *known <= x).checked_sub(1)?;
        self.y.get(place).copied()
    }

    /// The value at `x` by linear interpolation.
    pub fn between(&self, x: f64) -> Option<f64> {
        let next = self.x.partition_point(|known| *known <= x);
        let ((x0, y0), (x1, y1)) = (self.point(next.checked_sub(1)?)?, self.point(next)?);
        Some(y0 + (y1 - y0) * (x - x0) / (x1 - x0)).filter(|y| y.is_finite())
    }

    /// Lowest and highest finite value above `floor` of this part of the x axis.
    pub fn extent(&self, range: (f64, f64), floor: f64) -> Option<(f64, f64)> {
        let places = self.within(range);
        let (low, high) = self.summary(places.clone()).extremes?;
        let (low, high) = (self.y[low], self.y[high]);
        if low > floor {
            return Some((low, high));
        }
        let above = self.y[places].iter().copied().filter(|y| y.is_finite() && *y > floor);
        above.fold(None, |extent: Option<(f64, f64)>, y| {
            Some(extent.map_or((y, y), |(low, high)| (low.min(y), high.max(y))))
        })
    }

    /// About `count` evenly spaced values of this x range at most.
    pub(super) fn sampled(&self, range: (f64, f64), count: usize) -> impl Iterator<Item = f64> + '_ {
        let places = self.within(range);
        let every = places.len().div_ceil(count.max(1)).max(1);
        self.y[places].iter().copied().step_by(every).filter(|y| y.is_finite())
    }

    pub(super) fn within(&self, (low, high): (f64, f64)) -> Range<usize> {
        let first = self.x.partition_point(|x| *x < low);
        first..self.x.partition_point(|x| *x <= high).max(first)
    }

    /// The points within this x range, and their neighbours outside.
    pub fn in_sight(&self, range: (f64, f64)) -> Range<usize> {
        let inside = self.within(range);
        inside.start.saturating_sub(1)..(inside.end + 1).min(self.len())
    }

    pub(super) fn summary(&self, range: Range<usize>) -> RangeSummary {
        self.summary_of(range, SIZES.len())
    }

    /// Of the largest blocks that fit, of so many sizes, and of single points where none does.
    fn summary_of(&self, range: Range<usize>, levels: usize) -> RangeSummary {
        let (mut all, mut place) = (RangeSummary::default(), range.start);
        while place < range.end {
            let fits = |level: &usize| place.is_multiple_of(SIZES[*level]) && place + SIZES[*level] <= range.end;
            let (part, size) = match (0..levels).rev().find(fits) {
                Some(level) => (self.blocks[level][place / SIZES[level]], SIZES[level]),
                None => (one(&self.y, place), 1),
            };
            all = join(&self.y, all, part);
            place += size;
        }
        all
    }
}

fn one(y: &[f64], place: usize) -> RangeSummary {
    let finite = y[place].is_finite();
    RangeSummary { extremes: finite.then_some((place, place)), broken: !finite }
}

/// Two stretches as one, the first of which comes first.
fn join(y: &[f64], one: RangeSummary, other: RangeSummary) -> RangeSummary {
    let extremes = match (one.extremes, other.extremes) {
        (Some(one), Some(other)) => Some((
            if y[other.0] < y[one.0] { other.0 } else { one.0 },
            if y[other.1] > y[one.1] { other.1 } else { one.1 },
        )),
        (one, other) => one.or(other),
    };
    RangeSummary { extremes, broken: one.broken || other.broken }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_curve_equals_a_new_one() {
        let point =
            |place: usize| (place as u64, place as f64, if place % 97 == 3 { f64::NAN } else { (place as f64).sin() });
        let mut changed = Curve::of((0..300).map(|place| (f64::from(place), 5.0)));
        changed.set(0..400, point);
        let made = Curve::of((0..400).map(point).map(|(_, x, y)| (x, y)));
        assert_eq!(changed.blocks, made.blocks);
        assert_eq!(changed.extent((10.0, 350.0), f64::NEG_INFINITY), made.extent((10.0, 350.0), f64::NEG_INFINITY));
    }

    #[test]
    fn values_are_read_at_and_between_points() {
        let curve = Curve::of([(0.0, 1.0), (10.0, 2.0), (20.0, f64::NAN)]);
        assert_eq!((curve.at(-1.0), curve.at(5.0), curve.at(10.0)), (None, Some(1.0), Some(2.0)));
        assert_eq!((curve.between(5.0), curve.between(15.0), curve.between(99.0)), (Some(1.5), None, None));
    }

    #[test]
    fn only_values_above_the_floor_count() {
        let curve = Curve::of([(0.0, -1.0), (1.0, 0.5), (2.0, 0.25), (3.0, 9.0)]);
        assert_eq!(curve.extent((0.0, 2.0), 0.0), Some((0.25, 0.5)));
        assert_eq!(curve.extent((0.0, 2.0), f64::NEG_INFINITY), Some((-1.0, 0.5)));
        assert_eq!(curve.extent((5.0, 6.0), 0.0), None);
    }
}
