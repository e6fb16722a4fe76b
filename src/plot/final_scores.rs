//! Final scores against batch size: every finished run a point, each arm's means joined by a line.

use super::range;
use crate::domain::history::Progress;
use crate::domain::metric::Metric;
use crate::domain::run_label::BatchSize;
use crate::domain::sweep::Row;
use crate::stats::Estimate;
use std::collections::HashMap;

/// Of the t intervals around means.
const ALPHA: f64 = 0.05;

#[derive(Clone, Debug, PartialEq)]
pub struct FinalScores {
    pub metric: Metric,
    /// ascending; an unknown one comes last
    pub batch_sizes: Vec<BatchSize>,
    pub y_range: (f64, f64),
    /// those of which a run is finished, in their order
    pub arms: Vec<ArmScores>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ArmScores {
    pub name: String,
    /// place in the order of all arms
    pub place: usize,
    pub cells: Vec<CellScores>,
}

/// The finished instances of an arm at a batch size.
#[derive(Clone, Debug, PartialEq)]
pub struct CellScores {
    /// place in [`FinalScores::batch_sizes`]
    pub size: usize,
    pub instances: Vec<InstanceScore>,
    pub mean: f64,
    /// Student's 95 % interval of the mean over instances, of two or more
    pub interval: Option<(f64, f64)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InstanceScore {
    /// where it is known
    pub iid: Option<u32>,
    pub value: f64,
}

impl FinalScores {
    /// Of the finished runs among those that are shown; `arms` in their order. Nothing as long as none is finished.
    pub fn of<'r>(
        rows: impl IntoIterator<Item = &'r Row>,
        arms: &[&str],
        shows: &dyn Fn(&Row) -> bool,
        metric: Metric,
    ) -> Option<Self> {
        let rows: Vec<&Row> = rows.into_iter().collect();
        let mut batch_sizes: Vec<BatchSize> = rows.iter().map(|row| row.label.batch_size).collect();
        batch_sizes.sort_unstable();
        batch_sizes.dedup();
        let mut values: HashMap<&str, HashMap<BatchSize, Vec<InstanceScore>>> = HashMap::new();
        let finished = rows.iter().filter(|row| row.history.progress == Progress::Finished && shows(row));
        for row in finished {
            let last = row.sample_count(metric).checked_sub(1).and_then(|last| row.sample(metric, last));
            let value = last.map(|sample| sample.value).filter(|value| value.is_finite());
            let of_arm = values.entry(row.label.arm()).or_default();
            let score = value.map(|value| InstanceScore { iid: row.label.iid, value });
            of_arm.entry(row.label.batch_size).or_default().extend(score);
        }
        let cell = |arm: &str, (size, batch_size): (usize, &BatchSize)| {
            CellScores::of(size, values.get(arm)?.get(batch_size)?.clone())
        };
        let arms: Vec<ArmScores> = arms
            .iter()
            .enumerate()
            .map(|(place, arm)| ArmScores {
                name: (*arm).to_owned(),
                place,
                cells: batch_sizes.iter().enumerate().filter_map(|size| cell(arm, size)).collect(),
            })
            .filter(|arm| !arm.cells.is_empty())
            .collect();
        let cells = || arms.iter().flat_map(|arm| &arm.cells);
        let values = cells().flat_map(|cell| cell.instances.iter().map(|instance| instance.value));
        let (low, high) = values.map(|value| (value, value)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
        // an interval of two instances would squeeze everything else
        let room = (high - low) / 2.0;
        let ends = cells().filter_map(|cell| cell.interval);
        let extent = ends.fold((low, high), |extent, (from, to)| {
            (extent.0.min(from.max(low - room)), extent.1.max(to.min(high + room)))
        });
        let y_range = range::nice(Some(extent), metric.is_fraction());
        Some(Self { metric, batch_sizes, y_range, arms })
    }

    /// Finished instances of a cell, fewest and most.
    pub fn counts(&self) -> Option<(usize, usize)> {
        let counts = || self.arms.iter().flat_map(|arm| &arm.cells).map(|cell| cell.instances.len());
        counts().min().zip(counts().max())
    }
}

impl CellScores {
    fn of(size: usize, instances: Vec<InstanceScore>) -> Option<Self> {
        let values: Vec<f64> = instances.iter().map(|instance| instance.value).collect();
        let estimate = Estimate::of(&values)?;
        let interval = estimate.interval(ALPHA).map(|interval| (interval.low, interval.high));
        Some(Self { size, mean: estimate.mean, interval, instances })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{JournalEntry, RunEvent, SweepEvent};
    use crate::domain::id::RunId;
    use crate::domain::run::PlannedRun;
    use crate::domain::run::made_up::spec as example;
    use crate::domain::scores::Scores;
    use crate::domain::sweep::Sweep;

    fn sweep(runs: &[(&str, u32, u32, f64)]) -> Sweep {
        let mut sweep = Sweep::default();
        for (number, (arm, batch_size, iid, accuracy)) in runs.iter().enumerate() {
            let mut spec = example(*batch_size, 80);
            spec.iid = *iid;
            let id = RunId::from_digest(&format!("{number:020}"));
            let planned = PlannedRun { id: id.clone(), arm: (*arm).into(), spec, keep_weights: false };
            sweep.apply(SweepEvent::Planned(vec![planned]));
            let scores = Scores::of(0.5, *accuracy);
            let events = [RunEvent::Evaluation { step: 10, scores }, RunEvent::Finished { step: 10 }];
            for event in events {
                let entry = JournalEntry { number: 0, time: 0.0, event };
                sweep.apply(SweepEvent::Run { run: id.clone(), attempt: 1, entry });
            }
        }
        sweep
    }

    #[test]
    fn every_finished_instance_is_a_point_and_means_have_intervals() {
        let sweep =
            sweep(&[("baseline", 8, 0, 0.8), ("baseline", 8, 1, 0.9), ("baseline", 64, 0, 0.7), ("hot", 8, 0, 0.6)]);
        let of = |shows: &dyn Fn(&Row) -> bool| {
            FinalScores::of(sweep.rows(), &["baseline", "waiting", "hot"], shows, Metric::ValidAccuracy).unwrap()
        };
        let scores = of(&|_| true);
        let names: Vec<(&str, usize)> = scores.arms.iter().map(|arm| (arm.name.as_str(), arm.place)).collect();
        assert_eq!(names, [("baseline", 0), ("hot", 2)]);
        let cell = &scores.arms[0].cells[0];
        assert_eq!((cell.size, cell.instances.len()), (0, 2));
        // t(0.975, 1) = 12.706; the standard error of 0.8 and 0.9 is 0.05
        let (low, high) = cell.interval.unwrap();
        assert!((cell.mean - 0.85).abs() < 1e-12 && (high - low - 2.0 * 0.6353).abs() < 1e-3);
        assert_eq!(scores.arms[0].cells[1].interval, None, "of one instance there is none");
        assert!(scores.y_range.0 <= 0.6 && scores.y_range.1 >= 0.9);
        assert_eq!(of(&|row| row.label.arm() != "hot").arms.len(), 1);
        assert!(FinalScores::of([], &["baseline"], &|_| true, Metric::ValidAccuracy).is_none());
    }
}
