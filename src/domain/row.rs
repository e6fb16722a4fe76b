//! One run of a sweep, with what is known of it.

use super::attempts::Attempts;
use super::command::Intent;
use super::event::JournalEntry;
use super::history::{History, Progress};
use super::id::RunId;
use super::metric::{Metric, Source};
use super::pace::Pace;
use super::run::{PlannedRun, RunSpec};
use super::run_label::{LabelledRun, RunLabel};
use super::series::Sample;
use super::symbol::Symbol;
use super::times::Times;

/// One run of the sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub id: RunId,
    pub label: RunLabel,
    /// all that determines the result of our own run
    pub spec: Option<RunSpec>,
    /// whether the store keeps its final weights
    pub keep_weights: bool,
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
    /// Our own run.
    pub(super) fn planned(run: PlannedRun, place: usize, arm: usize) -> Self {
        let label = RunLabel::of(&run.arm, &run.spec);
        let PlannedRun { id, spec, keep_weights, .. } = run;
        Self { spec: Some(spec), keep_weights, ..Self::labelled(LabelledRun { id, label }, place, arm) }
    }

    /// A run of another program.
    pub(super) fn labelled(run: LabelledRun, place: usize, arm: usize) -> Self {
        let LabelledRun { id, label } = run;
        let (history, pace, attempts, times) = Default::default();
        let (entries, revision, version) = (0, 0, 0);
        let (here, elsewhere, intent) = (false, None, Intent::Train);
        Self {
            id,
            label,
            spec: None,
            keep_weights: false,
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
        let points = |history: &History| history.updates.len() + history.evaluations.len() + history.gradients.len();
        let before = points(&self.history);
        self.history.apply(&entry.event);
        self.entries += 1;
        self.revision += u64::from(points(&self.history) < before);
        self.pace.apply(entry, sharing);
        self.attempts.apply(entry);
        self.times.apply(entry, &self.history);
    }

    /// Takes in what is known by now of a run of another program. Returns whether that is something else than before.
    pub(super) fn relabel(&mut self, label: RunLabel) -> bool {
        if self.spec.is_some() || self.label == label {
            return false;
        }
        self.label = label;
        self.revision += 1;
        self.version += 1;
        true
    }

    /// Another program went back to this step: what metrics whose names begin so have from there on does not count.
    pub(super) fn rewind(&mut self, prefix: &str, step: u64) {
        self.revision += u64::from(self.history.rewind(prefix, step));
    }

    /// Takes in what another program has logged.
    pub(super) fn log(&mut self, samples: &[(Symbol, Sample)], progress: Progress) {
        self.revision += u64::from(self.history.log(samples));
        self.history.progress = progress;
        self.entries += samples.len() as u64;
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
            Source::Gradient(_) => self.history.gradients.len(),
            Source::Update(_) | Source::Time => updates.len(),
            Source::Series(name) => self.history.series.get(&name).map_or(0, |series| series.samples().len()),
        }
    }

    /// A value of a metric by its place.
    pub fn sample(&self, metric: Metric, place: usize) -> Option<Sample> {
        if let Source::Gradient(value) = metric.source() {
            let point = self.history.gradients.get(place)?;
            let evaluation = self.history.evaluations.iter().rposition(|evaluation| evaluation.step == point.step);
            let seconds = evaluation.and_then(|place| self.times.evaluations.get(place)).copied().unwrap_or(0.0);
            // a gap in the curve
            let value = value(point).unwrap_or(f64::NAN);
            return Some(Sample { step: point.step, seconds, value });
        }
        let (update, evaluation) = (self.history.updates.get(place), self.history.evaluations.get(place));
        let value = match metric.source() {
            Source::Evaluation(value) => value(&evaluation?.scores)?,
            Source::Update(value) => value(update?),
            Source::Time => f64::from(self.label.pairs_per_update()?) / f64::from(*self.times.spans.get(place)?),
            Source::Series(name) => return self.history.series.get(&name)?.samples().get(place).copied(),
            Source::Gradient(_) | Source::Difference(_) => return None,
        };
        let (step, times) = match metric.is_of_validation() {
            true => (evaluation?.step, &self.times.evaluations),
            false => (update?.step, &self.times.updates),
        };
        Some(Sample { step, seconds: times.get(place).copied().unwrap_or(0.0), value })
    }

    pub(super) fn remaining_updates(&self) -> u64 {
        self.label.length.updates.unwrap_or(0).saturating_sub(self.history.step)
    }

    pub(super) fn remaining_evaluations(&self) -> u64 {
        self.label.length.evaluations.unwrap_or(0).saturating_sub(self.history.evaluations.len() as u64)
    }

    pub fn pairs_per_second(&self) -> Option<f64> {
        Some(self.pace.updates_per_second()? * f64::from(self.label.pairs_per_update()?))
    }

    /// Seconds until this run is done, when it is under way and its speed is known.
    pub fn remaining_seconds(&self) -> Option<f64> {
        match self.history.progress {
            Progress::Running => self.pace.seconds(self.remaining_updates(), self.remaining_evaluations()),
            _ => None,
        }
    }
}
