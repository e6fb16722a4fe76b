//! What a finished run came to, committed once.

use super::error::StoreError;
use super::files;
use super::layout::RunFolder;
use crate::domain::id::RunId;
use crate::domain::metric::Scores;
use crate::domain::spec::NamedSet;
use serde::{Deserialize, Serialize};

/// The final evaluation of a run: its presence makes the run a realization.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    pub run: RunId,
    /// which attempt finished it
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
    /// of further sets
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<(NamedSet, Scores)>,
    /// seconds since 1970
    pub finished: f64,
}

impl RunResult {
    /// On the validation set.
    pub fn scores(&self) -> Scores {
        let RunResult { loss, accuracy, f1, macro_f1, matthews, predicted_classes, .. } = *self;
        Scores { loss, accuracy, f1, macro_f1, matthews, predicted_classes }
    }
}

impl RunFolder {
    /// The result; one that does not parse counts as absent.
    pub fn result(&self) -> Option<RunResult> {
        files::read_json(&self.path.join("result.json"))
    }

    /// Commits the result. False when there was one already, which then stands.
    pub fn commit_result(&self, result: &RunResult) -> Result<bool, StoreError> {
        let path = self.path.join("result.json");
        if self.result().is_none() && path.exists() {
            // torn by a crash: counts as absent, and must not stand in the way
            files::replace_json(&path, result)?;
            return Ok(true);
        }
        files::create_once(&path, &files::json(&path, result)?)
    }
}
