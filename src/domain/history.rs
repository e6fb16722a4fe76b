//! The history of a run: its events folded over all attempts.
//!
//! The one place that knows how attempts merge: an attempt that starts at step s replaces everything after s of earlier
//! attempts, and the evaluation at s, which it repeats.

use super::event::RunEvent;
use super::metric::{Metric, Source};
use super::point::{EvaluationPoint, GradientPoint, UpdatePoint};
pub use super::progress::Progress;
use super::scores::Scores;
use super::series::{Sample, Series};
use super::spec::NamedSet;
use super::symbol::Symbol;
use std::collections::BTreeMap;

/// Every update and evaluation of a run, in order of steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    pub progress: Progress,
    /// updates done
    pub step: u64,
    pub updates: Vec<UpdatePoint>,
    pub evaluations: Vec<EvaluationPoint>,
    /// after evaluations; of older runs there are none
    pub gradients: Vec<GradientPoint>,
    /// further sets, scored at the end
    pub further_sets: Vec<(NamedSet, Scores)>,
    /// the final evaluation, where it is known and its journal is not yet: a score, and no point of a curve
    pub stored: Option<EvaluationPoint>,
    /// what another program has logged, by metric
    pub series: BTreeMap<Symbol, Series>,
}

impl History {
    pub fn replay<'e>(events: impl IntoIterator<Item = &'e RunEvent>) -> Self {
        let mut history = Self::default();
        events.into_iter().for_each(|event| history.apply(event));
        history
    }

    pub fn apply(&mut self, event: &RunEvent) {
        match *event {
            RunEvent::Started { step } => {
                self.updates.retain(|point| point.step <= step);
                self.evaluations.retain(|point| point.step < step);
                self.gradients.retain(|point| point.step < step);
                self.further_sets.clear();
                self.step = step;
                self.progress = Progress::Running;
            }
            RunEvent::Update { step, loss, accuracy, learning_rate, gradient_norm } => {
                self.step = step;
                self.updates.push(UpdatePoint { step, loss, accuracy, learning_rate, gradient_norm });
            }
            RunEvent::Evaluation { step, scores } => self.evaluations.push(EvaluationPoint { step, scores }),
            RunEvent::Gradient(point) => self.gradients.push(point),
            RunEvent::AlsoEvaluated { set, scores, .. } => self.further_sets.push((set, scores)),
            RunEvent::Checkpointed { .. } => {}
            RunEvent::Stopped { .. } => self.progress = Progress::Interrupted,
            RunEvent::Failed { ref message, .. } => self.progress = Progress::Failed(message.clone()),
            RunEvent::Finished { .. } => self.progress = Progress::Finished,
        }
    }

    /// Adds what another program has logged. Returns whether that replaces earlier values.
    pub fn log(&mut self, samples: &[(Symbol, Sample)]) -> bool {
        let mut replaces = false;
        for (metric, sample) in samples {
            replaces |= self.series.entry(*metric).or_default().push(*sample);
            self.step = self.step.max(sample.step);
        }
        if replaces {
            self.step = self.last_logged();
        }
        replaces
    }

    /// Drops what metrics whose names begin so have from this step on. Returns whether there was any.
    pub fn rewind(&mut self, prefix: &str, step: u64) -> bool {
        let of_these = self.series.iter_mut().filter(|(metric, _)| metric.as_str().starts_with(prefix));
        let drops = of_these.fold(false, |drops, (_, series)| series.truncate(step) || drops);
        self.step = self.last_logged();
        drops
    }

    fn last_logged(&self) -> u64 {
        self.series.values().filter_map(Series::last).map(|last| last.step).max().unwrap_or(0)
    }

    /// What the store says of a finished run whose journal is still to be read.
    pub fn finished(step: u64, scores: Scores) -> Self {
        let stored = Some(EvaluationPoint { step, scores });
        Self { progress: Progress::Finished, step, stored, ..Self::default() }
    }

    pub fn last_evaluation(&self) -> Option<&EvaluationPoint> {
        self.evaluations.last().or(self.stored.as_ref())
    }

    /// Whether the run is finished and predicts the same class for every validation example. Its accuracy is then that
    /// class's share of the set. The usual cause is a learning rate too low for the number of updates.
    pub fn ends_with_one_class(&self) -> bool {
        let one_class = |point: &EvaluationPoint| point.scores.predicts_one_class() == Some(true);
        self.progress == Progress::Finished && self.last_evaluation().is_some_and(one_class)
    }

    /// Step and value of every point of a metric.
    pub fn points(&self, metric: Metric) -> Vec<(u64, f64)> {
        match metric.source() {
            Source::Evaluation(value) => {
                self.evaluations.iter().filter_map(|point| Some((point.step, value(&point.scores)?))).collect()
            }
            Source::Gradient(value) => {
                self.gradients.iter().filter_map(|point| Some((point.step, value(point)?))).collect()
            }
            Source::Update(value) => self.updates.iter().map(|point| (point.step, value(point))).collect(),
            Source::Series(name) => {
                let samples = self.series.get(&name).map_or(&[][..], Series::samples);
                samples.iter().map(|sample| (sample.step, sample.value)).collect()
            }
            // the time of an event is no part of it, nor is another run
            Source::Time | Source::Difference(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(step: u64, loss: f32) -> RunEvent {
        RunEvent::Update { step, loss, accuracy: 0.5, learning_rate: 1e-4, gradient_norm: 1.0 }
    }

    fn evaluation(step: u64, accuracy: f64) -> RunEvent {
        RunEvent::Evaluation { step, scores: Scores::of(0.6, accuracy) }
    }

    #[test]
    fn a_later_attempt_replaces_what_came_after_its_checkpoint() {
        let history = History::replay(&[
            RunEvent::Started { step: 0 },
            evaluation(0, 0.5),
            update(1, 0.7),
            update(2, 0.6),
            evaluation(2, 0.55),
            update(3, 9.0),
            // killed here; the checkpoint was of step 2
            RunEvent::Started { step: 2 },
            evaluation(2, 0.55),
            update(3, 0.5),
            update(4, 0.4),
            evaluation(4, 0.8),
            RunEvent::Finished { step: 4 },
        ]);
        assert_eq!(history.points(Metric::TrainLoss).iter().map(|p| p.0).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!(history.updates[2].loss, 0.5);
        assert_eq!(history.points(Metric::ValidAccuracy), [(0, 0.5), (2, 0.55), (4, 0.8)]);
        assert_eq!(history.progress, Progress::Finished);
        assert!(history.points(Metric::ValidF1).is_empty());
    }
}
