//! The result of a finished run, committed once.

use super::damage::Damage;
use super::error::StoreError;
use super::layout::RunFolder;
use super::set_aside::set_aside;
use super::stored::{self, Stored};
use crate::domain::correct::Correct;
use crate::domain::id::RunId;
use crate::domain::run::RunSpec;
use crate::domain::scores::Scores;
use crate::domain::spec::NamedSet;
use serde::{Deserialize, Serialize};

pub(super) const RESULT: &str = "result.json";

/// The final evaluation of a run: its presence makes the run a realization.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    pub run: RunId,
    /// the attempt that finished it
    pub attempt: u32,
    /// updates done
    pub step: u64,
    pub loss: f64,
    pub accuracy: f64,
    pub f1: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub macro_f1: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matthews: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicted_classes: Option<u32>,
    /// which examples of the validation set are classified correctly; results of earlier versions do not have it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correct: Option<Correct>,
    /// of further sets
    #[serde(rename = "also", default, skip_serializing_if = "Vec::is_empty")]
    pub further_sets: Vec<(NamedSet, Scores)>,
    /// seconds since 1970
    pub finished: f64,
}

impl RunResult {
    /// From scores on the validation set and on further sets.
    pub fn of(
        run: RunId,
        attempt: u32,
        step: u64,
        scores: Scores,
        further_sets: Vec<(NamedSet, Scores)>,
        finished: f64,
    ) -> Self {
        let Scores { loss, accuracy, f1, macro_f1, matthews, predicted_classes } = scores;
        Self {
            run,
            attempt,
            step,
            loss,
            accuracy,
            f1,
            macro_f1,
            matthews,
            predicted_classes,
            correct: None,
            further_sets,
            finished,
        }
    }

    /// On the validation set.
    pub fn scores(&self) -> Scores {
        let RunResult { loss, accuracy, f1, macro_f1, matthews, predicted_classes, .. } = *self;
        Scores { loss, accuracy, f1, macro_f1, matthews, predicted_classes }
    }
}

impl Stored for RunResult {
    fn check(&self) -> Result<(), String> {
        if self.attempt == 0 {
            return Err("`attempt` is 0, expected a number from 1".into());
        }
        if !self.finished.is_finite() {
            return Err(format!("`finished` is {}, expected seconds since 1970", self.finished));
        }
        self.scores().check()?;
        self.further_sets
            .iter()
            .try_for_each(|(set, scores)| scores.check().map_err(|wrong| format!("scores of {}: {wrong}", set.name())))
    }
}

impl RunFolder {
    /// The result; a damaged one counts as missing.
    pub fn result(&self) -> Option<RunResult> {
        self.read_result().ok().flatten()
    }

    /// The result, which must belong to this run.
    pub fn read_result(&self) -> Result<Option<RunResult>, Damage> {
        self.read_result_of(self.read_spec().ok().flatten().as_ref())
    }

    /// The same, of a run whose spec was read before.
    pub(super) fn read_result_of(&self, spec: Option<&RunSpec>) -> Result<Option<RunResult>, Damage> {
        let Some(result) = stored::read::<RunResult>(&self.folder, RESULT)? else { return Ok(None) };
        let wrong = |reason: String| Err(Damage::of_content(&self.folder, RESULT, reason));
        if result.run != self.id {
            return wrong(format!("it is the result of run {}", result.run));
        }
        match spec {
            Some(spec) if spec.updates() != result.step => {
                wrong(format!("`step` is {}, the run has {} updates", result.step, spec.updates()))
            }
            _ => Ok(Some(result)),
        }
    }

    /// Commits the result. Returns false if there is one already, which is kept. A damaged one is set aside first.
    pub fn commit_result(&self, result: &RunResult) -> Result<bool, StoreError> {
        if let Err(damage) = self.read_result() {
            set_aside(&self.folder, RESULT, damage)?;
        }
        Ok(self.folder.create_once(RESULT, &stored::json(&self.folder, RESULT, result)?)?)
    }
}
