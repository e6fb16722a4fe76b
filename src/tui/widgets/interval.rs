//! An interval as a bar on an axis, in cells.

use crate::stats::Interval;

/// An axis with a width in cells.
#[derive(Clone, Debug, PartialEq)]
pub struct IntervalAxis {
    low: f64,
    high: f64,
    marks: Vec<f64>,
    width: usize,
}

impl IntervalAxis {
    pub fn new((low, high): (f64, f64), marks: &[f64], width: usize) -> Self {
        Self { low, high, marks: marks.to_vec(), width }
    }

    /// An axis with 0 in the middle, 1.5 times as wide as these values need.
    pub fn around_zero(values: impl Iterator<Item = f64>, width: usize) -> Self {
        let furthest = values.filter(|value| value.is_finite()).fold(0.0, |far: f64, value| far.max(value.abs()));
        let end = if furthest > 0.0 { 1.5 * furthest } else { 1.0 };
        Self::new((-end, end), &[0.0], width)
    }

    /// A character for each cell, and whether it belongs to the interval. What lies beyond the axis is an arrow at its end; an
    /// unbounded interval is not drawn.
    pub fn cells(&self, value: Option<f64>, interval: Option<Interval>) -> Vec<(char, bool)> {
        let mut cells = vec![(' ', false); self.width];
        let Some(last) = self.width.checked_sub(1) else { return cells };
        let place = |value: f64| ((value - self.low) / (self.high - self.low) * last as f64).round();
        let within = |place: f64| (0.0..=last as f64).contains(&place).then_some(place as usize);
        for mark in self.marks.iter().filter_map(|mark| within(place(*mark))) {
            cells[mark] = ('┊', false);
        }
        if let Some(Interval { low, high }) = interval {
            let (from, to) = (place(low), place(high));
            let clamp = |place: f64| place.clamp(0.0, last as f64) as usize;
            for cell in &mut cells[clamp(from)..=clamp(to)] {
                *cell = ('━', true);
            }
            cells[clamp(from)].0 = if from < 0.0 { '◂' } else { '┣' };
            cells[clamp(to)].0 = if to > last as f64 { '▸' } else { '┫' };
        }
        match value.map(place) {
            Some(at) if at < 0.0 => cells[0] = ('◂', true),
            Some(at) if at > last as f64 => cells[last] = ('▸', true),
            Some(at) if at.is_finite() => cells[at as usize] = ('●', true),
            _ => {}
        }
        cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(value: Option<f64>, interval: Option<(f64, f64)>) -> String {
        let interval = interval.map(|(low, high)| Interval { low, high });
        IntervalAxis::new((-0.5, 1.5), &[0.0, 0.5, 1.0], 21).cells(value, interval).iter().map(|cell| cell.0).collect()
    }

    #[test]
    fn an_interval_lies_on_its_axis() {
        assert_eq!(bar(None, None), "     ┊    ┊    ┊     ");
        assert_eq!(bar(Some(0.5), Some((0.2, 0.8))), "     ┊ ┣━━●━━┫ ┊     ");
        assert_eq!(bar(Some(0.5), Some((-3.0, 0.8))), "◂━━━━━━━━━●━━┫ ┊     ");
        assert_eq!(bar(Some(9.0), Some((1.2, 9.9))), "     ┊    ┊    ┊ ┣━━▸");
        assert_eq!(bar(Some(9.0), Some((7.0, 11.0))), "     ┊    ┊    ┊    ▸");
        assert_eq!(bar(Some(-9.0), None), "◂    ┊    ┊    ┊     ");
    }

    #[test]
    fn any_axis_draws_something_and_never_panics() {
        let ends = Some(Interval { low: f64::NAN, high: f64::INFINITY });
        for width in 0..4 {
            assert_eq!(
                IntervalAxis::around_zero([f64::NAN, 0.0].into_iter(), width).cells(Some(0.0), ends).len(),
                width
            );
        }
    }
}
