//! One run of a sweep, with what is known of it.

use super::attempts::Attempts;
use super::command::Intent;
use super::event::JournalEntry;
use super::history::{History, Progress};
use super::metric::{Metric, Source};
use super::pace::Pace;
use super::run::PlannedRun;
use super::series::Sample;
use super::times::Times;

/// One run of the sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub planned: PlannedRun,
    pub history: History,
    pub pace: Pace,
    pub attempts: Attempts,
    pub times: Times,
    /// of its journal, all attempts together, that are known
    pub entries: u64,
    /// how often points were taken back: whatever was derived from them begins anew
    pub revision: u64,
    /// raised with every change
    pub version: u64,
    /// its place among [`Sweep::rows`](super::sweep::Sweep::rows)
    pub place: usize,
    /// the place of its arm among [`Sweep::arms`](super::sweep::Sweep::arms)
    pub arm: usize,
    /// whether this process trains it, or did
    pub here: bool,
    /// who trains it, when it is not this process
    pub elsewhere: Option<String>,
    /// what is meant to become of it
    pub intent: Intent,
}

impl Row {
    pub(super) fn new(planned: PlannedRun, place: usize, arm: usize) -> Self {
        let (history, pace, attempts, times) = Default::default();
        let (entries, revision, version) = (0, 0, 0);
        let (here, elsewhere, intent) = (false, None, Intent::Train);
        Self {
            planned,
            history,
            pace,
            attempts,
            times,
            entries,
            revision,
            version,
            place,
            arm,
            here,
            elsewhere,
            intent,
        }
    }

    /// Neither finished nor failed.
    pub fn is_open(&self) -> bool {
        !matches!(self.history.progress, Progress::Finished | Progress::Failed(_))
    }

    pub(super) fn apply(&mut self, entry: &JournalEntry, sharing: f64) {
        let points = |history: &History| history.updates.len() + history.evaluations.len();
        let before = points(&self.history);
        self.history.apply(&entry.event);
        self.entries += 1;
        self.revision += u64::from(points(&self.history) < before);
        self.pace.apply(entry, sharing);
        self.attempts.apply(entry);
        self.times.apply(entry, &self.history);
    }

    /// What its events said.
    pub(super) fn forget(&mut self) {
        (self.history, self.pace, self.times, self.attempts, self.entries) = Default::default();
        self.revision += 1;
    }

    /// How many values a metric has.
    pub fn sample_count(&self, metric: Metric) -> usize {
        let (updates, evaluations) = (&self.history.updates, &self.history.evaluations);
        match metric.source() {
            // two runs have it together
            Source::Difference(_) => 0,
            // what does not fit the number of classes
            Source::Evaluation(value) if evaluations.iter().any(|point| value(&point.scores).is_none()) => 0,
            Source::Evaluation(_) => evaluations.len(),
            Source::Update(_) | Source::Time => updates.len(),
        }
    }

    /// A value of a metric by its place.
    pub fn sample(&self, metric: Metric, place: usize) -> Option<Sample> {
        let (update, evaluation) = (self.history.updates.get(place), self.history.evaluations.get(place));
        let value = match metric.source() {
            Source::Evaluation(value) => value(&evaluation?.scores)?,
            Source::Update(value) => value(update?),
            Source::Time => f64::from(self.planned.spec.batch_size) / f64::from(*self.times.spans.get(place)?),
            Source::Difference(_) => return None,
        };
        let (step, times) = match metric.is_of_validation() {
            true => (evaluation?.step, &self.times.evaluations),
            false => (update?.step, &self.times.updates),
        };
        Some(Sample { step, seconds: times.get(place).copied().unwrap_or(0.0), value })
    }

    pub(super) fn remaining_updates(&self) -> u64 {
        self.planned.spec.updates().saturating_sub(self.history.step)
    }

    pub(super) fn remaining_evaluations(&self) -> u64 {
        self.planned.spec.evaluations().saturating_sub(self.history.evaluations.len() as u64)
    }

    pub fn pairs_per_second(&self) -> Option<f64> {
        Some(self.pace.updates_per_second()? * f64::from(self.planned.spec.batch_size))
    }

    /// Seconds until this run is done, when it is under way and its speed is known.
    pub fn remaining_seconds(&self) -> Option<f64> {
        match self.history.progress {
            Progress::Running => self.pace.seconds(self.remaining_updates(), self.remaining_evaluations()),
            _ => None,
        }
    }
}
