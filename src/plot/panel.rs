//! The panel of an arm: its lines, failures and x range.

use super::curve::Curve;
use super::view::{View, XAxis};
use crate::domain::run_label::BatchSize;
use crate::domain::sweep::Row;
use std::sync::Arc;

/// Unsmoothed values are drawn behind the lines of a panel up to this number of lines.
const FEW: usize = 6;

/// The lines of one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct FigurePanel {
    pub title: String,
    /// the visible range; unzoomed from 0 to the planned end of the longest shown run
    pub x_range: (f64, f64),
    /// length of an epoch on the x axis, if it is the same for all runs
    pub epoch: Option<f64>,
    pub lines: Vec<Line>,
    /// the baseline's lines, to be drawn faint behind those of another arm
    pub reference: Vec<Line>,
    /// failed runs, in the colour of their lines
    pub failures: Vec<Failure>,
    /// shown runs that end by predicting one class only
    pub one_class: usize,
    /// whether values within the x range lie below and above the y range
    pub beyond: (bool, bool),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    pub colour: usize,
    pub x: f64,
    pub y: Option<f64>,
}

/// One run, or the mean of a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub name: String,
    /// index into [`Figure::batch_sizes`](super::Figure::batch_sizes)
    pub colour: usize,
    /// which instance it is, where one is drawn and that is known: its dash pattern
    pub instance: Option<u32>,
    pub curve: Arc<Curve>,
    /// the x from which on the y axis fits the line and the band is drawn; `None` without later values
    pub trained_from: Option<f64>,
    /// the unsmoothed values, if `curve` is smoothed; see [`FigurePanel::unsmoothed`]
    pub raw: Option<Arc<Curve>>,
    /// lower and upper edge
    pub band: Option<(Arc<Curve>, Arc<Curve>)>,
    /// number of runs in a mean; 1 for a run
    pub runs: usize,
    /// number of runs with a value at each point of a mean; empty for a run
    pub counts: Arc<Vec<u32>>,
}

impl FigurePanel {
    /// Lines with their unsmoothed values, drawn behind them unless there are too many lines.
    pub fn unsmoothed(&self) -> impl Iterator<Item = (&Line, &Arc<Curve>)> {
        let few = self.lines.len() <= FEW;
        self.lines.iter().filter(move |_| few).filter_map(|line| Some((line, line.raw.as_ref()?)))
    }
}

/// The end of the x axis of these runs, and their newest point.
pub fn x_extent<'r>(rows: impl IntoIterator<Item = &'r Row>, axis: XAxis) -> (f64, f64) {
    let rows: Vec<&Row> = rows.into_iter().collect();
    let newest = rows.iter().map(|row| axis.now(row)).fold(0.0, f64::max);
    (axis.end(rows.into_iter()), newest)
}

/// What a panel was built from: as long as it is the same, so is the panel.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Basis {
    pub view: View,
    pub batch_sizes: Vec<BatchSize>,
    pub axis: XAxis,
    /// place and version of every run and of the one that it is compared with, and whether it is shown
    pub runs: Vec<(usize, u64, Option<u64>, bool)>,
}

#[derive(Clone, Debug)]
pub(super) struct KeptPanel {
    pub basis: Basis,
    pub panel: FigurePanel,
}
