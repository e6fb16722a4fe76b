//! Builds the panels of a figure, each again only when one of its runs has changed.

use crate::domain::arm::BASELINE;
use crate::domain::history::Progress;
use crate::domain::run_label::{BatchSize, RunLabel};
use crate::domain::sweep::Row;
use crate::plot::curve::Curve;
use crate::plot::curves::{CurveSettings, Curves, Member};
use crate::plot::panel::{Basis, Failure, FigurePanel, KeptPanel, Line, x_extent};
use crate::plot::view::{Band, View};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

pub(super) struct PanelBuilder<'b> {
    shows: &'b dyn Fn(&Row) -> bool,
    view: &'b View,
    batch_sizes: &'b [BatchSize],
    look: CurveSettings,
    /// by batch size and instance, where runs are compared with them
    baselines: HashMap<(u32, u32), &'b Row>,
    curves: &'b mut Curves,
}

impl<'b> PanelBuilder<'b> {
    pub fn new(
        rows: &[&'b Row],
        shows: &'b dyn Fn(&Row) -> bool,
        view: &'b View,
        batch_sizes: &'b [BatchSize],
        look: CurveSettings,
        curves: &'b mut Curves,
    ) -> Self {
        curves.begin(look);
        let is_compared = look.metric.compared().is_some();
        let baselines = rows.iter().filter(|row| is_compared && row.label.arm() == BASELINE);
        let baselines = baselines.filter_map(|row| Some((row.label.pairing()?, *row))).collect();
        Self { shows, view, batch_sizes, look, baselines, curves }
    }

    /// The panel of an arm; `None` if none of its runs is shown.
    pub fn panel(&mut self, arm: &str, rows: Vec<&Row>) -> Option<FigurePanel> {
        let rows: Vec<(&Row, bool)> = rows.into_iter().map(|row| (row, (self.shows)(row))).collect();
        rows.iter().find(|(_, is_shown)| *is_shown)?;
        let basis = self.basis(&rows);
        if let Some(panel) = self.curves.panel(self.look, arm, &basis) {
            return Some(panel);
        }
        let panel = self.build(arm, &rows);
        self.curves.keep(self.look, arm, KeptPanel { basis, panel: panel.clone() });
        Some(panel)
    }

    fn basis(&self, rows: &[(&Row, bool)]) -> Basis {
        let run = |(row, is_shown): &(&Row, bool)| {
            (row.place, row.version, self.baseline(row).map(|baseline| baseline.version), *is_shown)
        };
        let runs = rows.iter().map(run).collect();
        Basis { view: self.view.clone(), batch_sizes: self.batch_sizes.to_vec(), axis: self.look.axis, runs }
    }

    fn baseline(&self, row: &Row) -> Option<&'b Row> {
        self.baselines.get(&row.label.pairing()?).copied()
    }

    fn build(&mut self, arm: &str, rows: &[(&Row, bool)]) -> FigurePanel {
        let shown = || rows.iter().filter(|(_, is_shown)| *is_shown).map(|(row, _)| *row);
        let lines: Vec<Line> = match self.view.band {
            Band::Runs => shown().filter_map(|row| self.run(row)).collect(),
            _ => self.means(arm, rows),
        };
        let failures = shown().filter_map(|row| self.failure(row)).collect();
        let one_class = shown().filter(|row| row.history.ends_with_one_class()).count();
        let (end, newest) = x_extent(shown(), self.look.axis);
        let x_range = self.view.pinned.get(arm).copied().unwrap_or_else(|| self.view.range(end, newest));
        let epoch = self.look.axis.epoch(shown());
        FigurePanel {
            title: arm.to_owned(),
            x_range,
            epoch,
            lines,
            reference: Vec::new(),
            failures,
            one_class,
            beyond: (false, false),
        }
    }

    /// The curve of a run; empty without values, or without a baseline to compare with.
    fn curve(&mut self, row: &Row) -> Arc<Curve> {
        match (self.look.metric.compared(), self.baseline(row)) {
            (None, _) => self.curves.run(row, self.look),
            (Some(metric), Some(baseline)) => self.curves.difference(row, baseline, metric, self.look),
            (Some(_), None) => Arc::default(),
        }
    }

    /// The run as a member of its cell's mean; `None` without values.
    fn member(&mut self, row: &Row) -> Option<Member> {
        let revision = row.revision + self.baseline(row).map_or(0, |baseline| baseline.revision);
        let curve = self.curve(row);
        (!curve.is_empty()).then(|| Member { run: row.id.clone(), revision, curve })
    }

    /// The x from which on the y axis fits the curve: the end of the first epoch, once there are values after it.
    fn trained_from(&self, curve: &Curve, label: &RunLabel) -> Option<f64> {
        let least = match self.look.metric {
            metric if metric.is_of_validation() => {
                let newest = curve.len().checked_sub(1).and_then(|last| curve.step(last))?;
                let epoch = label.length.updates_per_epoch.unwrap_or(1).max(1);
                if newest > epoch { epoch } else { 1 }
            }
            _ => u64::from(self.look.smoothing.div_ceil(label.weight())),
        };
        curve.first_from(least).map(|(x, _)| x)
    }

    fn colour(&self, row: &Row) -> usize {
        self.batch_sizes.binary_search(&row.label.batch_size).unwrap_or(0)
    }

    fn run(&mut self, row: &Row) -> Option<Line> {
        let (label, curve) = (&row.label, self.curve(row));
        // nothing is smoothed at batch sizes beyond the smoothing window
        let smooth = self.look.smoothing > label.weight();
        let raw = smooth.then(|| self.curves.run(row, self.look.raw()));
        (!curve.is_empty()).then(|| Line {
            name: label.within_arm(),
            colour: self.colour(row),
            instance: label.iid,
            trained_from: self.trained_from(&curve, label),
            curve,
            raw,
            band: None,
            runs: 1,
            counts: Arc::default(),
        })
    }

    /// One line per batch size with started runs, unless all of them are hidden.
    fn means(&mut self, arm: &str, rows: &[(&Row, bool)]) -> Vec<Line> {
        let mut cells: BTreeMap<BatchSize, (bool, &RunLabel, Vec<Member>)> = BTreeMap::new();
        for (row, is_shown) in rows {
            if let Some(member) = self.member(row) {
                let fresh = || (false, &row.label, Vec::new());
                let (shown, _, members) = cells.entry(row.label.batch_size).or_insert_with(fresh);
                *shown |= is_shown;
                members.push(member);
            }
        }
        let shown = cells.into_iter().filter(|(_, (shown, ..))| *shown);
        let line = |(batch_size, (_, label, members)): (BatchSize, (bool, &RunLabel, Vec<Member>))| {
            let mean = self.curves.mean(arm, batch_size, &members, self.view.band, self.look);
            Line {
                name: format!("bs {batch_size}"),
                colour: self.batch_sizes.binary_search(&batch_size).unwrap_or(0),
                instance: None,
                band: (members.len() > 1).then_some((mean.low, mean.high)),
                trained_from: self.trained_from(&mean.mean, label),
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
        Some(Failure { colour: self.colour(row), x: self.look.axis.now(row), y })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{RunEvent, SweepEvent};
    use crate::domain::metric::Metric;
    use crate::domain::run::made_up::{arms, grid, news, progress};
    use crate::domain::sweep::Sweep;
    use crate::plot::Figure;

    #[test]
    fn a_panel_is_built_again_only_when_one_of_its_runs_has_changed() {
        let runs = grid(&arms(4), 2);
        let mut sweep = Sweep::default();
        sweep.apply(SweepEvent::Planned(runs.clone()));
        runs.iter().flat_map(|run| news(run, progress(run, 1.0))).for_each(|event| sweep.apply(event));
        let mut curves = Curves::default();
        let mut built = |sweep: &Sweep, metric: Metric, view: &View| {
            let before = curves.built;
            let figure = Figure::of(sweep.rows(), metric, view, &mut curves);
            assert_eq!(figure, Figure::of(sweep.rows(), metric, view, &mut Curves::default()), "kept or new, the same");
            curves.built - before
        };
        let (view, metric, compared) = (View::first(), Metric::ValidAccuracy, Metric::AccuracyDifference);
        assert_eq!(built(&sweep, metric, &view), 4);
        assert_eq!(built(&sweep, metric, &view), 0);
        assert_eq!(built(&sweep, metric, &View { band: Band::Runs, ..view.clone() }), 4, "another view");
        assert_eq!((built(&sweep, metric, &view), built(&sweep, compared, &view)), (4, 3));
        let begins_anew = |run| news(run, vec![RunEvent::Started { step: 0 }]);
        let of_arm = |name: &str| runs.iter().find(|run| run.arm == name).unwrap();
        begins_anew(of_arm("arm2")).for_each(|event| sweep.apply(event));
        assert_eq!((built(&sweep, metric, &view), built(&sweep, compared, &view)), (1, 1));
        begins_anew(of_arm("baseline")).for_each(|event| sweep.apply(event));
        assert_eq!((built(&sweep, metric, &view), built(&sweep, compared, &view)), (1, 3), "all are compared with it");
    }
}
