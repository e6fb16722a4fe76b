//! The view of a figure: axes, smoothing, bands and visible ranges.

use crate::domain::series::Sample;
use crate::domain::sweep::Row;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The quantity on the x axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum XAxis {
    #[default]
    Pairs,
    Updates,
    Epochs,
    /// percentage of the updates of each run
    Fraction,
    Time,
    /// of all updates so far
    SumOfRates,
    SumOfSquaredRates,
}

impl XAxis {
    pub const ALL: [XAxis; 7] = [
        XAxis::Pairs,
        XAxis::Updates,
        XAxis::Epochs,
        XAxis::Fraction,
        XAxis::Time,
        XAxis::SumOfRates,
        XAxis::SumOfSquaredRates,
    ];

    pub fn label(self) -> &'static str {
        match self {
            XAxis::Pairs => "pairs seen",
            XAxis::Updates => "updates",
            XAxis::Epochs => "epochs",
            XAxis::Fraction => "% of training",
            XAxis::Time => "seconds of training",
            XAxis::SumOfRates => "sum of learning rates",
            XAxis::SumOfSquaredRates => "sum of squared learning rates",
        }
    }

    pub fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// The x of a sample of a run.
    pub(super) fn place(self, row: &Row, sample: &Sample) -> f64 {
        match self {
            XAxis::Time => sample.seconds,
            _ => self.of_step(row, sample.step),
        }
    }

    /// The present x of a run.
    pub(super) fn now(self, row: &Row) -> f64 {
        match self {
            XAxis::Time => row.times.seconds(),
            _ => self.of_step(row, row.history.step),
        }
    }

    /// This axis, or updates if what it counts is unknown of any of these runs: they would not be comparable.
    pub fn common<'r>(self, mut rows: impl Iterator<Item = &'r Row>) -> Self {
        if rows.all(|row| self.of(row, 0).is_some()) { self } else { XAxis::Updates }
    }

    fn of_step(self, row: &Row, step: u64) -> f64 {
        self.of(row, step).unwrap_or(step as f64)
    }

    fn of(self, row: &Row, step: u64) -> Option<f64> {
        match self {
            XAxis::Pairs => row.label.pairs_seen(step).map(|pairs| pairs as f64),
            XAxis::Epochs => row.label.epochs(step),
            XAxis::Fraction => Some(100.0 * step as f64 / row.label.length.updates?.max(1) as f64),
            XAxis::SumOfRates => Some(row.spec.as_ref()?.schedule().sum(step)),
            XAxis::SumOfSquaredRates => Some(row.spec.as_ref()?.schedule().sum_of_squares(step)),
            XAxis::Updates | XAxis::Time => Some(step as f64),
        }
    }

    /// The planned end of the longest run, so that the axis does not move; of a run of unknown length its last update.
    /// Durations are estimates and rounded up.
    pub(super) fn end<'r>(self, rows: impl Iterator<Item = &'r Row>) -> f64 {
        let ends = rows.map(|row| match self {
            XAxis::Time => row.times.seconds() + row.remaining_seconds().unwrap_or(0.0),
            _ => self.of_step(row, row.label.length.updates.unwrap_or(row.history.step)),
        });
        let end = ends.fold(0.0, f64::max);
        match self {
            XAxis::Time => super::range::round_up(end.max(1.0)),
            XAxis::SumOfRates | XAxis::SumOfSquaredRates if end > 0.0 => end,
            _ => end.max(1.0),
        }
    }

    /// The length of an epoch, where it is the same for all of these runs.
    pub(super) fn epoch<'r>(self, mut rows: impl Iterator<Item = &'r Row>) -> Option<f64> {
        let length = |row: &Row| match self {
            XAxis::Epochs => Some(1.0),
            // except for a partial last batch
            XAxis::Pairs => row.label.length.train_examples.map(f64::from),
            XAxis::Updates => row.label.length.updates_per_epoch.map(|updates| updates as f64),
            XAxis::Fraction => self.of(row, row.label.length.updates_per_epoch?),
            XAxis::Time | XAxis::SumOfRates | XAxis::SumOfSquaredRates => None,
        };
        let first = length(rows.next()?)?;
        rows.all(|row| length(row) == Some(first)).then_some(first)
    }
}

/// The values that the y axis fits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// values from the end of the first epoch on; smoothed values from the first full smoothing window on
    #[default]
    Trained,
    /// all
    Whole,
    /// 98 % of them, so that outliers do not flatten the rest
    Inner,
}

impl Fit {
    pub fn next(self) -> Self {
        match self {
            Fit::Trained => Fit::Whole,
            Fit::Whole => Fit::Inner,
            Fit::Inner => Fit::Trained,
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Fit::Trained => "the values after the first epoch",
            Fit::Whole => "all values",
            Fit::Inner => "1 to 99 % of the values",
        }
    }
}

/// Every run, or the mean of a cell with a band around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Band {
    /// every run by itself
    #[default]
    Runs,
    /// from the lowest to the highest
    Range,
    /// a standard deviation to both sides
    Deviation,
    /// Student's 95 % interval of the mean
    Interval,
}

impl Band {
    pub fn next(self) -> Self {
        match self {
            Band::Runs => Band::Range,
            Band::Range => Band::Deviation,
            Band::Deviation => Band::Interval,
            Band::Interval => Band::Runs,
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Band::Runs => "every run",
            Band::Range => "mean, min to max",
            Band::Deviation => "mean ± sd",
            Band::Interval => "mean, 95 % t interval",
        }
    }
}

/// Pairs to smooth over, weakest first.
const SMOOTHING: [u32; 9] = [0, 32, 64, 128, 256, 512, 1024, 2048, 4096];

#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub x: XAxis,
    pub log_y: bool,
    /// pairs over which metrics of single batches are smoothed, whatever the batch size; 0: not at all
    pub smoothing: u32,
    pub band: Band,
    pub fit: Fit,
    /// the part of the x axis in sight; all of it when absent
    pub window: Option<(f64, f64)>,
    /// the part of the y axis in sight; what `fit` says when absent
    pub y_window: Option<(f64, f64)>,
    /// the baseline's lines stand faint behind those of every other arm
    pub overlay: bool,
    /// the x range of each arm in a saved picture; what its runs need where an arm is not there
    pub pinned: BTreeMap<String, (f64, f64)>,
    /// the window follows the newest point
    pub follow: bool,
    /// a place on the x axis to read values at
    pub crosshair: Option<f64>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            x: XAxis::Pairs,
            log_y: false,
            smoothing: 256,
            band: Band::Runs,
            fit: Fit::default(),
            window: None,
            y_window: None,
            overlay: false,
            pinned: BTreeMap::new(),
            follow: false,
            crosshair: None,
        }
    }
}

/// Least part of the axis that zooming shows.
const CLOSEST: f64 = 1e-4;

impl View {
    /// The initial view: means for several instances, with the baseline behind other arms.
    pub fn first() -> Self {
        Self { band: Band::Deviation, overlay: true, ..Self::default() }
    }

    /// Resets the y window for another metric.
    pub fn forget_y(&mut self) {
        self.y_window = None;
    }

    /// Half or twice as much of the y axis in sight, around its middle.
    pub fn zoom_y(&mut self, factor: f64, y_range: (f64, f64)) {
        self.with_y(y_range, |low, high| {
            let (middle, half) = ((low + high) / 2.0, (high - low) / 2.0 * factor);
            (middle - half, middle + half)
        });
    }

    /// Moves the y axis up by a share of what is in sight.
    pub fn pan_y(&mut self, share: f64, y_range: (f64, f64)) {
        self.with_y(y_range, |low, high| (low + share * (high - low), high + share * (high - low)));
    }

    /// On a logarithmic axis, of the logarithms.
    fn with_y(&mut self, (low, high): (f64, f64), change: impl Fn(f64, f64) -> (f64, f64)) {
        let (low, high) = if self.log_y {
            let (low, high) = change(low.log10(), high.log10());
            (10f64.powf(low), 10f64.powf(high))
        } else {
            change(low, high)
        };
        let distinct = (high - low) > 1e-9 * low.abs().max(high.abs());
        if low.is_finite() && high.is_finite() && distinct && (!self.log_y || low > 0.0) {
            self.y_window = Some((low, high));
        }
    }

    /// Resets the x window for another axis.
    pub fn next_axis(&mut self) {
        self.x = self.x.next();
        (self.window, self.crosshair) = (None, None);
    }

    pub fn smooth_more(&mut self) {
        self.smoothing = SMOOTHING.into_iter().find(|pairs| *pairs > self.smoothing).unwrap_or(self.smoothing);
    }

    pub fn smooth_less(&mut self) {
        self.smoothing = SMOOTHING.into_iter().rev().find(|pairs| *pairs < self.smoothing).unwrap_or(0);
    }

    /// The part of the x axis in sight, of an axis that ends at `end` with the newest point at `newest`.
    pub fn range(&self, end: f64, newest: f64) -> (f64, f64) {
        match self.window {
            Some((low, high)) if self.follow => {
                let high = newest.clamp(high - low, end.max(high - low));
                (self.window.map_or(0.0, |(low, was)| high - (was - low)).max(0.0), high)
            }
            // of a shorter axis, as much at its end
            Some((low, high)) => {
                let over = (high - end).clamp(0.0, low.max(0.0));
                (low - over, high - over)
            }
            None => (0.0, end),
        }
    }

    /// Half or twice as much in sight, around the crosshair or the middle.
    pub fn zoom(&mut self, factor: f64, end: f64, newest: f64) {
        let (low, high) = self.range(end, newest);
        let anchor = self.crosshair.filter(|x| (low..=high).contains(x)).unwrap_or((low + high) / 2.0);
        let share = (anchor - low) / (high - low).max(f64::MIN_POSITIVE);
        let width = ((high - low) * factor).max(end * CLOSEST);
        if width >= end {
            self.window = None;
            return;
        }
        let low = (anchor - share * width).clamp(0.0, end - width);
        self.window = Some((low, low + width));
    }

    /// Pans the window by a share of its width, and stops following.
    pub fn pan(&mut self, share: f64, end: f64, newest: f64) {
        let (low, high) = self.range(end, newest);
        self.follow = false;
        if self.window.is_some() {
            let width = high - low;
            let low = (low + share * width).clamp(0.0, (end - width).max(0.0));
            self.window = Some((low, low + width));
        }
    }

    /// Keeps the newest point in sight, in a window of a fifth of the axis where none is chosen.
    pub fn follow(&mut self, end: f64) {
        self.follow = !self.follow;
        if self.follow && self.window.is_none() {
            self.window = Some((0.0, end / 5.0));
        }
    }

    /// Turns the crosshair on at the newest point, or off.
    pub fn toggle_crosshair(&mut self, end: f64, newest: f64) {
        let (low, high) = self.range(end, newest);
        self.crosshair = match self.crosshair {
            Some(_) => None,
            None => Some(newest.clamp(low, high)),
        };
    }

    /// Moves the crosshair by a share of what is in sight.
    pub fn move_crosshair(&mut self, share: f64, end: f64, newest: f64) {
        let (low, high) = self.range(end, newest);
        if let Some(x) = self.crosshair {
            self.put_crosshair(x + share * (high - low), end, newest);
        }
    }

    /// The window follows the crosshair at its edges.
    pub fn put_crosshair(&mut self, x: f64, end: f64, newest: f64) {
        let (low, high) = self.range(end, newest);
        let x = x.clamp(0.0, end);
        self.crosshair = Some(x);
        let over = (x - high).max(0.0) + (x - low).min(0.0);
        if over != 0.0 {
            self.pan(over / (high - low), end, newest);
        }
    }

    pub fn reset(&mut self) {
        (self.window, self.y_window, self.follow) = (None, None, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zoom_and_pan_stay_within_the_axis_and_undo_each_other() {
        let mut view = View::default();
        view.pan(0.5, 100.0, 40.0);
        assert_eq!(view.window, None, "all of it has nowhere to go");
        view.zoom(0.5, 100.0, 40.0);
        assert_eq!(view.window, Some((25.0, 75.0)));
        view.pan(10.0, 100.0, 40.0);
        assert_eq!(view.window, Some((50.0, 100.0)));
        view.zoom(2.0, 100.0, 40.0);
        assert_eq!(view.window, None);
        (0..100).for_each(|_| view.zoom(0.5, 100.0, 40.0));
        let (low, high) = view.window.unwrap();
        assert!(high - low >= 100.0 * CLOSEST * 0.99);
    }

    #[test]
    fn a_window_of_a_longer_axis_shows_the_end_of_a_shorter_one() {
        let view = View { window: Some((60.0, 80.0)), ..View::default() };
        assert_eq!(view.range(100.0, 100.0), (60.0, 80.0));
        assert_eq!(view.range(70.0, 70.0), (50.0, 70.0));
        assert_eq!(view.range(10.0, 10.0), (0.0, 20.0));
    }

    #[test]
    fn the_y_axis_zooms_around_its_middle_and_moves() {
        let mut view = View::default();
        view.zoom_y(0.5, (0.0, 1.0));
        assert_eq!(view.y_window, Some((0.25, 0.75)));
        view.pan_y(0.5, (0.25, 0.75));
        assert_eq!(view.y_window, Some((0.5, 1.0)));
        (0..200).for_each(|_| view.zoom_y(0.5, view.y_window.unwrap_or_default()));
        let (low, high) = view.y_window.unwrap();
        assert!(low < high, "it never closes");
        view.reset();
        assert_eq!(view.y_window, None);
    }

    #[test]
    fn zoom_keeps_the_crosshair_where_it_is() {
        let mut view = View { crosshair: Some(20.0), ..View::default() };
        view.zoom(0.5, 100.0, 40.0);
        assert_eq!(view.window, Some((10.0, 60.0)));
    }

    #[test]
    fn a_window_that_follows_ends_at_the_newest_point() {
        let mut view = View::default();
        view.follow(100.0);
        assert_eq!(view.range(100.0, 5.0), (0.0, 20.0), "there is nothing before 0");
        assert_eq!(view.range(100.0, 50.0), (30.0, 50.0));
        view.pan(-0.5, 100.0, 50.0);
        assert_eq!(view.range(100.0, 60.0), (20.0, 40.0), "moved by hand it stays");
    }

    #[test]
    fn smoothing_goes_up_and_down_its_ladder() {
        let mut view = View::default();
        view.smooth_more();
        assert_eq!(view.smoothing, 512);
        (0..20).for_each(|_| view.smooth_less());
        assert_eq!(view.smoothing, 0);
        (0..20).for_each(|_| view.smooth_more());
        assert_eq!(view.smoothing, 4096);
    }
}
