//! The range of the y axis of a figure.

use super::{FigurePanel, Line};
use crate::domain::metric::Metric;
use crate::plot::range;
use crate::plot::view::{Fit, View};

/// Upper bound of the values from which outliers are determined.
const SAMPLED: usize = 20_000;

/// The y range that fits the lines. Unsmoothed values behind smoothed lines may exceed it.
pub(super) fn y_range(panels: &[FigurePanel], metric: Metric, view: &View) -> (f64, f64) {
    let lines = || panels.iter().flat_map(|panel| panel.lines.iter().map(move |line| (panel, line)));
    let floor = range::floor(view.log_y);
    let trained = |(panel, line): (&FigurePanel, &Line)| {
        let (from, (last, _)) = (line.trained_from?, line.curve.points().next_back()?);
        let after = |from: f64| (panel.x_range.0.max(from), panel.x_range.1);
        // runs that differ early on would flatten the means: their band may begin outside
        let later = after(f64::midpoint(from, last));
        let edges = line.band.iter().flat_map(|(low, high)| [low, high]);
        let band = edges.filter_map(|edge| edge.extent(later, floor));
        join(line.curve.extent(after(from), floor).into_iter().chain(band))
    };
    let whole = |(panel, line): (&FigurePanel, &Line)| extent(line, panel.x_range, floor);
    let extent = match view.fit {
        Fit::Trained => join(lines().filter_map(trained)).or_else(|| join(lines().filter_map(whole))),
        Fit::Whole => join(lines().filter_map(whole)),
        Fit::Inner => {
            let count = SAMPLED / lines().count().max(1);
            let values = lines().flat_map(|(panel, line)| line.curve.sampled(panel.x_range, count));
            let mut values: Vec<f64> = values.filter(|y| *y > floor).collect();
            values.sort_unstable_by(f64::total_cmp);
            let at = |share: f64| values.get((share * values.len().saturating_sub(1) as f64).round() as usize).copied();
            at(0.01).zip(at(0.99))
        }
    };
    // differences are read against 0
    let zero = metric.compared().map(|_| (0.0, 0.0));
    let extent = if extent.is_some() { join(extent.into_iter().chain(zero)) } else { extent };
    if view.log_y { range::nice_log(extent) } else { range::nice(extent, metric.is_fraction()) }
}

/// The extent of a line and its band within an x range.
fn extent(line: &Line, x_range: (f64, f64), floor: f64) -> Option<(f64, f64)> {
    let edges = line.band.iter().flat_map(|(low, high)| [low, high]);
    join(std::iter::once(&line.curve).chain(edges).filter_map(|curve| curve.extent(x_range, floor)))
}

fn join(extents: impl Iterator<Item = (f64, f64)>) -> Option<(f64, f64)> {
    extents.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}
