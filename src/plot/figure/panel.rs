//! Builds the panel of an arm: its lines, failures and x range.

use super::{Failure, Line, Panel};
use crate::domain::history::Progress;
use crate::domain::metric::Metric;
use crate::domain::sweep::Row;
use crate::plot::curve::Curve;
use crate::plot::curves::{Curves, Member};
use crate::plot::view::{Band, View};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The x of the newest point of all runs.
fn newest(rows: &[&Row], view: &View) -> f64 {
    rows.iter().map(|row| view.x.now(row)).fold(0.0, f64::max)
}

/// The end of the x axis of these runs, and their newest point.
pub fn x_extent<'r>(rows: impl IntoIterator<Item = &'r Row>, view: &View) -> (f64, f64) {
    let rows: Vec<&Row> = rows.into_iter().collect();
    (view.x.end(rows.iter().copied()), newest(&rows, view))
}

pub(super) struct PanelBuilder<'b> {
    pub shows: &'b dyn Fn(&Row) -> bool,
    pub metric: Metric,
    pub view: &'b View,
    pub smoothing: u32,
    pub batch_sizes: &'b [u32],
    /// keyed by batch size and instance
    pub baselines: HashMap<(u32, u32), &'b Row>,
    pub curves: &'b mut Curves,
}

impl PanelBuilder<'_> {
    /// The panel of an arm; `None` if none of its runs is shown.
    pub fn panel(&mut self, arm: &str, rows: &[&Row]) -> Option<Panel> {
        let shows = self.shows;
        let shown = || rows.iter().copied().filter(|row| shows(row));
        shown().next()?;
        let lines: Vec<Line> = match self.view.band {
            Band::Runs => shown().filter_map(|row| self.run(row)).collect(),
            _ => self.means(rows),
        };
        let failures = shown().filter_map(|row| self.failure(row)).collect();
        let one_class = shown().filter(|row| row.history.ends_with_one_class()).count();
        let (end, newest) = x_extent(shown(), self.view);
        let x_range = self.view.pinned.get(arm).copied().unwrap_or_else(|| self.view.range(end, newest));
        let epoch = self.view.x.epoch(shown());
        Some(Panel {
            title: arm.to_owned(),
            x_range,
            epoch,
            lines,
            reference: Vec::new(),
            failures,
            one_class,
            beyond: (false, false),
        })
    }

    /// The curve of a run; empty without values, or without a baseline to compare with.
    fn curve(&mut self, row: &Row) -> Arc<Curve> {
        let spec = &row.planned.spec;
        match (self.metric.compared(), self.baselines.get(&(spec.batch_size, spec.iid))) {
            (None, _) => self.curves.run(row, self.metric, self.view.x, self.smoothing),
            (Some(metric), Some(baseline)) => self.curves.difference(row, baseline, metric, self.view.x),
            (Some(_), None) => Arc::default(),
        }
    }

    /// The run as a member of its cell's mean; `None` without values.
    fn member(&mut self, row: &Row) -> Option<Member> {
        let spec = &row.planned.spec;
        let compared = self.metric.compared().and_then(|_| self.baselines.get(&(spec.batch_size, spec.iid)));
        let revision = row.revision + compared.map_or(0, |baseline| baseline.revision);
        let curve = self.curve(row);
        (!curve.is_empty()).then(|| Member { run: row.planned.id.clone(), revision, curve })
    }

    /// The x from which on the y axis fits the curve.
    fn trained_from(&self, curve: &Curve, batch_size: u32) -> Option<f64> {
        let least = match self.metric {
            metric if metric.is_of_validation() => 1,
            _ => u64::from(self.smoothing.div_ceil(batch_size.max(1))),
        };
        curve.first_from(least).map(|(x, _)| x)
    }

    fn colour(&self, row: &Row) -> usize {
        self.batch_sizes.binary_search(&row.planned.spec.batch_size).unwrap_or(0)
    }

    fn run(&mut self, row: &Row) -> Option<Line> {
        let spec = &row.planned.spec;
        let axis = self.view.x;
        let curve = self.curve(row);
        // nothing is smoothed at batch sizes beyond the smoothing window
        let smooth = self.smoothing > spec.batch_size;
        let raw = smooth.then(|| self.curves.run(row, self.metric, axis, 0));
        (!curve.is_empty()).then(|| Line {
            name: format!("bs {} #{}", spec.batch_size, spec.iid),
            colour: self.colour(row),
            dash: spec.iid,
            trained_from: self.trained_from(&curve, spec.batch_size),
            curve,
            raw,
            band: None,
            runs: 1,
            counts: Arc::default(),
        })
    }

    /// One line per batch size with started runs, unless all of them are hidden.
    fn means(&mut self, rows: &[&Row]) -> Vec<Line> {
        let mut cells: BTreeMap<u32, (bool, Vec<Member>)> = BTreeMap::new();
        for row in rows {
            if let Some(member) = self.member(row) {
                let (shown, members) = cells.entry(row.planned.spec.batch_size).or_default();
                *shown |= (self.shows)(row);
                members.push(member);
            }
        }
        let shown = cells.into_iter().filter(|(_, (shown, _))| *shown);
        let line = |(batch_size, (_, members)): (u32, (bool, Vec<Member>))| {
            let mean = self.curves.mean(&members, self.metric, self.view, self.smoothing);
            Line {
                name: format!("bs {batch_size}"),
                colour: self.batch_sizes.binary_search(&batch_size).unwrap_or(0),
                dash: 0,
                band: (members.len() > 1).then_some((mean.low, mean.high)),
                trained_from: self.trained_from(&mean.mean, batch_size),
                curve: mean.mean,
                raw: None,
                runs: members.len(),
                counts: mean.counts,
            }
        };
        shown.map(line).collect()
    }

    fn failure(&mut self, row: &Row) -> Option<Failure> {
        let Progress::Failed(_) = row.history.progress else { return None };
        let curve = self.curve(row);
        let y = curve.points().map(|point| point.1).rev().find(|y| y.is_finite());
        Some(Failure { colour: self.colour(row), x: self.view.x.now(row), y })
    }
}
