//! A cache of curves: each frame only adds the points that are new since the last.

use super::curve::Curve;
use super::panel::{Basis, FigurePanel, KeptPanel};
use super::smooth::Smoother;
use super::view::{Band, XAxis};
use crate::domain::id::RunId;
use crate::domain::metric::Metric;
use crate::domain::run_label::BatchSize;
use crate::domain::sweep::Row;
use crate::stats::Estimate;
use std::collections::HashMap;
use std::sync::Arc;

/// What curves show: metric, axis and smoothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct CurveSettings {
    pub metric: Metric,
    pub axis: XAxis,
    /// in pairs, or updates of an unknown number of pairs; 0 for unsmoothed values
    pub smoothing: u32,
}

impl CurveSettings {
    /// The unsmoothed values.
    pub fn raw(self) -> Self {
        Self { smoothing: 0, ..self }
    }
}

/// The curves of recent figures.
#[derive(Clone, Debug, Default)]
pub struct Curves {
    sheets: HashMap<CurveSettings, Sheet>,
    /// number of figures so far
    round: u64,
    /// number of panels built so far
    #[cfg(test)]
    pub(super) built: usize,
}

/// All curves and panels of a look.
#[derive(Clone, Debug, Default)]
struct Sheet {
    runs: HashMap<RunId, RunCurve>,
    differences: HashMap<(RunId, RunId), DifferenceCurve>,
    /// by arm, batch size and band
    means: HashMap<(String, BatchSize, Band), MeanCurve>,
    /// by arm
    panels: HashMap<String, KeptPanel>,
    /// number of the last figure that needed it
    used: u64,
}

#[derive(Clone, Debug)]
struct RunCurve {
    revision: u64,
    smoother: Option<Smoother>,
    curve: Arc<Curve>,
}

/// The difference of two runs.
#[derive(Clone, Debug, Default)]
struct DifferenceCurve {
    /// revision and number of values of both runs when it was last worked out
    seen: [(u64, usize); 2],
    curve: Arc<Curve>,
}

/// A run of the cell of a mean.
pub(super) struct Member {
    pub run: RunId,
    /// raised when points are removed
    pub revision: u64,
    pub curve: Arc<Curve>,
}

/// The mean of a cell's runs, and the edges of its band.
#[derive(Clone, Debug, Default)]
pub(super) struct MeanCurve {
    runs: Vec<RunId>,
    /// revision and length of every run when the mean was last worked out
    seen: Vec<(u64, usize)>,
    pub mean: Arc<Curve>,
    pub low: Arc<Curve>,
    pub high: Arc<Curve>,
    /// runs that have a value, at each point
    pub counts: Arc<Vec<u32>>,
    /// half width of the interval per standard deviation, by number of runs; cached because t quantiles are slow
    widths: Vec<f64>,
}

/// Figures for which unused curves are kept, because users switch between metrics.
const KEPT: u64 = 32;

impl Curves {
    /// Starts a new figure.
    pub(super) fn begin(&mut self, look: CurveSettings) {
        self.round += 1;
        for look in [look, look.raw()] {
            self.sheets.entry(look).or_default().used = self.round;
        }
        let oldest = self.round.saturating_sub(KEPT);
        self.sheets.retain(|_, sheet| sheet.used >= oldest);
    }

    fn sheet(&mut self, look: CurveSettings) -> &mut Sheet {
        self.sheets.entry(look).or_default()
    }

    /// The kept panel of an arm, if nothing that it was built from has changed. Otherwise it is dropped, so that its curves
    /// can grow in place.
    pub(super) fn panel(&mut self, look: CurveSettings, arm: &str, basis: &Basis) -> Option<FigurePanel> {
        let panels = &mut self.sheet(look).panels;
        let panel = panels.get(arm).filter(|kept| kept.basis == *basis).map(|kept| kept.panel.clone());
        if panel.is_none() {
            panels.remove(arm);
        }
        panel
    }

    pub(super) fn keep(&mut self, look: CurveSettings, arm: &str, panel: KeptPanel) {
        #[cfg(test)]
        {
            self.built += 1;
        }
        self.sheet(look).panels.insert(arm.to_owned(), panel);
    }

    pub(super) fn run(&mut self, row: &Row, look: CurveSettings) -> Arc<Curve> {
        let share = f64::from(row.label.weight()) / f64::from(look.smoothing);
        let fresh = || RunCurve {
            revision: row.revision,
            smoother: (look.smoothing > 0 && share < 1.0).then(|| Smoother::new(share)),
            curve: Arc::default(),
        };
        let kept = self.sheet(look).runs.entry(row.id.clone()).or_insert_with(fresh);
        if kept.revision != row.revision {
            *kept = fresh();
        }
        let (from, to) = (kept.curve.len(), row.sample_count(look.metric));
        if from < to {
            let curve = Arc::make_mut(&mut kept.curve);
            let mut last = from.checked_sub(1).and_then(|place| curve.step(place)).unwrap_or(0);
            for sample in (from..to).filter_map(|place| row.sample(look.metric, place)) {
                // other programs may log every so many updates
                let updates = sample.step.saturating_sub(std::mem::replace(&mut last, sample.step)).max(1);
                let y = kept.smoother.as_mut().map_or(sample.value, |smoother| smoother.add(sample.value, updates));
                curve.push(sample.step, look.axis.place(row, &sample), y);
            }
        }
        kept.curve.clone()
    }

    /// How much more of a metric a run has than its baseline, evaluation by evaluation: runs of different numbers of updates
    /// are compared after the same fraction of training where both are evaluated as often, else at their ends alone.
    pub(super) fn difference(&mut self, row: &Row, baseline: &Row, metric: Metric, look: CurveSettings) -> Arc<Curve> {
        let seen = [row, baseline].map(|row| (row.revision, row.sample_count(metric)));
        let runs = (row.id.clone(), baseline.id.clone());
        let kept = self.sheet(look).differences.entry(runs).or_default();
        if kept.seen != seen {
            let evaluations = |row: &Row| row.label.length.evaluations;
            let side_by_side = evaluations(row) == evaluations(baseline);
            let mut curve = Curve::default();
            for place in 0..seen[0].1 {
                let is_end = |row: &Row, place: usize| evaluations(row) == Some(place as u64 + 1);
                let other = match side_by_side {
                    true => Some(place),
                    false => seen[1].1.checked_sub(1).filter(|last| is_end(row, place) && is_end(baseline, *last)),
                };
                let values = row.sample(metric, place).zip(other.and_then(|place| baseline.sample(metric, place)));
                if let Some((own, others)) = values {
                    curve.push(own.step, look.axis.place(row, &own), own.value - others.value);
                }
            }
            *kept = DifferenceCurve { seen, curve: Arc::new(curve) };
        }
        kept.curve.clone()
    }

    /// The mean of these runs of a cell. They have the same steps, so values are matched by index.
    pub(super) fn mean(
        &mut self,
        arm: &str,
        batch_size: BatchSize,
        members: &[Member],
        band: Band,
        look: CurveSettings,
    ) -> MeanCurve {
        let kept = self.sheet(look).means.entry((arm.to_owned(), batch_size, band)).or_default();
        let now: Vec<(u64, usize)> = members.iter().map(|member| (member.revision, member.curve.len())).collect();
        let are_the_same = kept.runs.iter().eq(members.iter().map(|member| &member.run));
        if are_the_same && kept.seen == now {
            return kept.clone();
        }
        if !are_the_same || kept.seen.iter().zip(&now).any(|(old, new)| old.0 != new.0) {
            let runs = members.iter().map(|member| member.run.clone()).collect();
            let seen = now.iter().map(|(revision, _)| (*revision, 0)).collect();
            *kept = MeanCurve { runs, seen, ..Default::default() };
        }
        let curves: Vec<Arc<Curve>> = members.iter().map(|member| member.curve.clone()).collect();
        if kept.widths.len() <= members.len() {
            kept.widths = (0..=members.len()).map(width_of_interval).collect();
        }
        let grown = || kept.seen.iter().zip(&now).filter(|(old, new)| old.1 < new.1);
        let from = grown().map(|(old, _)| old.1).min();
        // the mean time must not decrease
        let to = match look.axis {
            XAxis::Time => now.iter().map(|(_, length)| *length).max(),
            _ => grown().map(|(_, new)| new.1).max(),
        };
        if let (Some(from), Some(to)) = (from, to) {
            kept.extend(from, to, &curves, band);
        }
        kept.seen = now;
        kept.clone()
    }
}

/// A point of a mean.
struct MeanPoint {
    step: u64,
    x: f64,
    count: usize,
    mean: f64,
    low: f64,
    high: f64,
}

impl MeanCurve {
    fn extend(&mut self, from: usize, to: usize, curves: &[Arc<Curve>], band: Band) {
        // an index without finite values is a gap at the previous x
        let mut last = from.checked_sub(1).and_then(|place| self.mean.point(place)).map_or(0.0, |point| point.0);
        let moments: Vec<MeanPoint> = (from..to)
            .map(|place| {
                let step = curves.iter().find_map(|curve| curve.step(place)).unwrap_or(0);
                let here = curves.iter().filter(|curve| curve.step(place) == Some(step));
                let points: Vec<(f64, f64)> =
                    here.filter_map(|curve| curve.point(place)).filter(|(_, y)| y.is_finite()).collect();
                // the mean of no values is NaN, which `max` ignores
                last = last.max(points.iter().map(|point| point.0).sum::<f64>() / points.len() as f64);
                let (mean, low, high) = self.spread(&points, band);
                MeanPoint { step, x: last, count: points.len(), mean, low, high }
            })
            .collect();
        let at = |place: usize| &moments[place - from];
        Arc::make_mut(&mut self.mean).set(from..to, |place| (at(place).step, at(place).x, at(place).mean));
        Arc::make_mut(&mut self.low).set(from..to, |place| (at(place).step, at(place).x, at(place).low));
        Arc::make_mut(&mut self.high).set(from..to, |place| (at(place).step, at(place).x, at(place).high));
        let counts = Arc::make_mut(&mut self.counts);
        counts.resize(counts.len().max(to), 0);
        (from..to).for_each(|place| counts[place] = at(place).count as u32);
    }

    /// Mean and band edges; a single value has edges only for the range.
    fn spread(&self, points: &[(f64, f64)], band: Band) -> (f64, f64, f64) {
        let n = points.len() as f64;
        let mean = points.iter().map(|point| point.1).sum::<f64>() / n;
        let sd = (points.iter().map(|point| (point.1 - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        let half = match band {
            Band::Runs => f64::NAN,
            Band::Range => {
                let fold = |with: fn(f64, f64) -> f64| points.iter().map(|point| point.1).reduce(with);
                return (mean, fold(f64::min).unwrap_or(f64::NAN), fold(f64::max).unwrap_or(f64::NAN));
            }
            Band::Deviation => sd,
            Band::Interval => sd * self.widths.get(points.len()).copied().unwrap_or(f64::NAN),
        };
        (mean, mean - half, mean + half)
    }
}

/// Half of the 95 % interval of a mean whose values have a standard deviation of 1.
fn width_of_interval(n: usize) -> f64 {
    let unit = Estimate { mean: 0.0, sd: Some(1.0), n };
    unit.interval(0.05).map_or(f64::NAN, |interval| interval.high)
}
