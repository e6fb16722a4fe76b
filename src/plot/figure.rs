//! A figure of a sweep: one metric over pairs seen, a panel an arm, colour by batch size, dash by instance.

use super::range;
use super::smooth::smooth;
use crate::domain::metric::Metric;
use crate::domain::sweep::{Row, Sweep};

/// Pairs over which the metrics of single batches are smoothed, whatever the batch size.
const SMOOTHING_PAIRS: f64 = 256.0;

/// Panels share their axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    pub title: String,
    pub x_label: String,
    pub y_label: String,
    /// from 0 to the planned length of the longest run
    pub x_range: (f64, f64),
    pub y_range: (f64, f64),
    /// ascending; a line's colour is its batch size's place here
    pub batch_sizes: Vec<u32>,
    /// a line's dash is its instance's number
    pub instances: u32,
    pub panels: Vec<Panel>,
}

/// The lines of one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    pub title: String,
    pub lines: Vec<Line>,
}

/// One run.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub name: String,
    /// place in [`Figure::batch_sizes`]
    pub colour: usize,
    /// the instance
    pub dash: u32,
    pub points: Vec<(f64, f64)>,
}

impl Figure {
    pub fn of(sweep: &Sweep, metric: Metric) -> Self {
        let batch_sizes = sweep.batch_sizes();
        let rows = sweep.rows();
        let panels: Vec<Panel> = sweep
            .arms()
            .into_iter()
            .map(|arm| {
                let lines = rows.iter().filter(|row| row.planned.arm == arm);
                Panel {
                    title: arm.to_owned(),
                    lines: lines.filter_map(|row| line(row, metric, &batch_sizes)).collect(),
                }
            })
            .collect();
        let planned = rows.iter().map(|row| row.planned.spec.pairs_seen(row.planned.spec.updates())).max();
        let values = panels.iter().flat_map(|panel| &panel.lines).flat_map(|line| &line.points).map(|point| point.1);
        let y_range = range::nice(values, metric.is_fraction());
        let smoothed = if is_of_a_batch(metric) { ", smoothed over 256 pairs" } else { "" };
        Self {
            title: metric.title().to_owned(),
            x_label: "pairs seen".into(),
            y_label: format!("{}{smoothed}", metric.title()),
            x_range: (0.0, planned.unwrap_or(1).max(1) as f64),
            y_range,
            batch_sizes,
            instances: rows.iter().map(|row| row.planned.spec.iid + 1).max().unwrap_or(0),
            panels,
        }
    }
}

/// Metrics of single batches are noise at small batch sizes unless smoothed.
fn is_of_a_batch(metric: Metric) -> bool {
    matches!(metric, Metric::TrainLoss | Metric::TrainAccuracy)
}

fn line(row: &Row, metric: Metric, batch_sizes: &[u32]) -> Option<Line> {
    let spec = &row.planned.spec;
    let mut points: Vec<(f64, f64)> =
        row.history.points(metric).into_iter().map(|(step, value)| (spec.pairs_seen(step) as f64, value)).collect();
    if is_of_a_batch(metric) {
        smooth(&mut points, f64::from(spec.batch_size) / SMOOTHING_PAIRS);
    }
    (!points.is_empty()).then(|| Line {
        name: format!("bs {} #{}", spec.batch_size, spec.iid),
        colour: batch_sizes.binary_search(&spec.batch_size).unwrap_or(0),
        dash: spec.iid,
        points,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Entry, RunEvent, SweepEvent};
    use crate::domain::id::RunId;
    use crate::domain::run::PlannedRun;
    use crate::domain::run::tests::example;

    #[test]
    fn lines_run_over_pairs_seen_with_their_colour_and_dash() {
        let mut sweep = Sweep::default();
        let mut runs = Vec::new();
        for (number, (batch_size, iid)) in [(2, 0), (8, 0), (8, 1)].into_iter().enumerate() {
            let mut spec = example(batch_size, 80);
            spec.iid = iid;
            let id = RunId::from_digest(&format!("{number:020}"));
            runs.push(PlannedRun { id, arm: "baseline".into(), spec, keep_weights: false });
        }
        let last = runs[2].id.clone();
        sweep.apply(SweepEvent::Planned(runs));
        for (number, (step, accuracy)) in [(0, 0.5), (10, 0.75)].into_iter().enumerate() {
            let event = RunEvent::Evaluation { step, loss: 0.6, accuracy, f1: None, matthews: None };
            let entry = Entry { number: number as u64, time: 0.0, event };
            sweep.apply(SweepEvent::Run { run: last.clone(), attempt: 1, entry });
        }
        let figure = Figure::of(&sweep, Metric::ValidAccuracy);
        assert_eq!(figure.x_range, (0.0, 160.0));
        assert_eq!(figure.batch_sizes, [2, 8]);
        let line = &figure.panels[0].lines[0];
        assert_eq!((line.colour, line.dash, line.name.as_str()), (1, 1, "bs 8 #1"));
        assert_eq!(line.points, [(0.0, 0.5), (80.0, 0.75)]);
        assert_eq!(figure.panels[0].lines.len(), 1, "runs without a point draw nothing");
    }
}
