//! The values of a row of the table: of a run, or of the runs of a cell together.

use crate::domain::arm::BASELINE;
use crate::domain::command::Intent;
use crate::domain::history::Progress;
use crate::domain::metric::Metric;
use crate::domain::run_label::BatchSize;
use crate::domain::scores::Scores;
use crate::domain::sweep::{Row, Sweep};
use crate::stats::Estimate;
use std::collections::HashMap;

/// In the order of urgency: a cell is in the first of these that any of its runs is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Failed,
    Running,
    /// trained by another process
    Elsewhere,
    Interrupted,
    Waiting,
    /// paused
    Paused,
    /// cancelled
    Cancelled,
    Finished,
}

impl Stage {
    pub const COUNT: usize = Stage::Finished as usize + 1;

    pub fn of(row: &Row) -> Self {
        match row.history.progress {
            Progress::Finished => Stage::Finished,
            Progress::Failed(_) => Stage::Failed,
            _ if row.elsewhere.is_some() => Stage::Elsewhere,
            Progress::Running => Stage::Running,
            _ if row.intent == Intent::Cancel => Stage::Cancelled,
            _ if row.intent == Intent::Pause => Stage::Paused,
            Progress::Interrupted => Stage::Interrupted,
            Progress::Waiting => Stage::Waiting,
        }
    }
}

impl Stage {
    /// The word for it in panels and filters.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Failed => "failed",
            Stage::Running => "running",
            Stage::Elsewhere => "elsewhere",
            Stage::Interrupted => "interrupted",
            Stage::Waiting => "waiting",
            Stage::Paused => "paused",
            Stage::Cancelled => "cancelled",
            Stage::Finished => "finished",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Measures {
    /// place of the arm in the sweep
    pub arm: Option<usize>,
    pub batch_size: BatchSize,
    /// of a run its instance, of a cell how many of its runs are finished
    pub instance: Option<u32>,
    pub stage: Stage,
    /// of the updates that are done
    pub share: Option<f64>,
    pub epoch: Option<f64>,
    pub pairs: Option<u64>,
    /// of the newest evaluation; the mean over the finished runs of a cell
    pub scores: Option<Scores>,
    /// of the accuracy, between the finished runs of a cell
    pub deviation: Option<f64>,
    /// highest accuracy of any evaluation
    pub best: Option<f64>,
    /// whether it is finished and predicts one class only; of a cell, whether any of its runs does
    pub one_class: bool,
    /// accuracy less that of the baseline's run of the same batch size and instance
    pub difference: Option<f64>,
    pub pairs_per_second: Option<f64>,
    pub seconds_left: Option<f64>,
}

impl Measures {
    pub fn of_run(row: &Row, baselines: &Baselines<'_>) -> Self {
        let (label, history) = (&row.label, &row.history);
        let newest = history.last_evaluation();
        let running = history.progress == Progress::Running;
        Self {
            arm: label.arm.is_some().then_some(row.arm),
            batch_size: label.batch_size,
            instance: label.iid,
            stage: Stage::of(row),
            share: label.share(history.step),
            epoch: label.epochs(history.step),
            pairs: label.pairs_seen(history.step),
            scores: newest.map(|point| point.scores),
            deviation: None,
            best: history.evaluations.iter().map(|point| point.scores.accuracy).max_by(f64::total_cmp),
            one_class: history.ends_with_one_class(),
            difference: baselines.of(row).and_then(|baseline| difference(row, baseline)),
            pairs_per_second: row.pairs_per_second().filter(|_| running || history.progress == Progress::Finished),
            seconds_left: row.remaining_seconds(),
        }
    }

    pub fn score(&self, metric: Metric) -> Option<f64> {
        metric.of(self.scores.as_ref()?)
    }

    /// Runs at different stages have no common score: those of a cell are of its finished runs.
    pub fn of_cell(runs: &[Measures]) -> Option<Self> {
        let first = runs.first()?;
        let finished = || runs.iter().filter(|run| run.stage == Stage::Finished);
        let estimate = |value: fn(&Measures) -> Option<f64>| -> Option<Estimate> {
            Estimate::of(&finished().filter_map(value).collect::<Vec<_>>())
        };
        let mean = |value| estimate(value).map(|estimate| estimate.mean);
        // no average if one value is unknown
        let average = |value: fn(&Measures) -> Option<f64>| {
            Some(runs.iter().map(value).sum::<Option<f64>>()? / runs.len() as f64)
        };
        let under_way = runs.iter().filter(|run| run.stage == Stage::Running);
        Some(Self {
            arm: first.arm,
            batch_size: first.batch_size,
            instance: Some(finished().count() as u32),
            stage: runs.iter().map(|run| run.stage).min()?,
            share: average(|run| run.share),
            epoch: average(|run| run.epoch),
            pairs: runs.iter().map(|run| run.pairs).sum(),
            scores: Scores::mean(finished().filter_map(|run| run.scores)),
            deviation: estimate(|run| run.score(Metric::ValidAccuracy)).and_then(|estimate| estimate.sd),
            best: mean(|run| run.best),
            one_class: runs.iter().any(|run| run.one_class),
            difference: mean(|run| run.difference),
            pairs_per_second: under_way.clone().filter_map(|run| run.pairs_per_second).reduce(|sum, one| sum + one),
            seconds_left: under_way.filter_map(|run| run.seconds_left).max_by(f64::total_cmp),
        })
    }
}

/// Accuracies are compared at the ends of both, else after the same update.
fn difference(row: &Row, baseline: &Row) -> Option<f64> {
    let newest = row.history.last_evaluation()?;
    let ended = |row: &Row| row.history.progress == Progress::Finished;
    let other = match ended(row) && ended(baseline) {
        true => baseline.history.last_evaluation(),
        false => baseline.history.evaluations.iter().find(|point| point.step == newest.step),
    };
    Some(newest.scores.accuracy - other?.scores.accuracy)
}

/// The baseline's runs, by batch size and instance.
pub struct Baselines<'s>(HashMap<(u32, u32), &'s Row>);

impl<'s> Baselines<'s> {
    pub fn in_sweep(sweep: &'s Sweep) -> Self {
        let rows = sweep.rows().iter().filter(|row| row.label.arm() == BASELINE);
        Self(rows.filter_map(|row| Some((row.label.pairing()?, row))).collect())
    }

    /// The run to compare with; `None` for the baseline's.
    pub fn of(&self, row: &Row) -> Option<&'s Row> {
        let pairing = row.label.pairing().filter(|_| row.label.arm() != BASELINE)?;
        self.0.get(&pairing).copied()
    }
}
