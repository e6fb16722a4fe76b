//! What happens in a run and in a sweep, in the order in which it happened.

use super::command::Intent;
use super::id::RunId;
use super::run::PlannedRun;
use super::scores::Scores;
use super::spec::NamedSet;
use serde::{Deserialize, Serialize};

/// One thing that happened in a run. Steps are updates done: 0 is before the first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RunEvent {
    /// An attempt began at `step`: 0, or the step of the checkpoint it continues.
    Started { step: u64 },
    /// One optimiser step. Loss and accuracy are of its batch, before the update.
    Update {
        step: u64,
        loss: f32,
        accuracy: f32,
        learning_rate: f64,
        /// global norm before clipping
        gradient_norm: f32,
    },
    /// The validation set was scored, or as much of it as the run scores.
    Evaluation {
        step: u64,
        #[serde(flatten)]
        scores: Scores,
    },
    /// A further set was scored, after the last evaluation.
    AlsoEvaluated {
        step: u64,
        set: NamedSet,
        #[serde(flatten)]
        scores: Scores,
    },
    /// Everything needed to continue from `step` is on disk.
    Checkpointed { step: u64 },
    /// Left on request, to be continued later.
    Stopped { step: u64 },
    /// The run went wrong and will not continue by itself.
    Failed { step: u64, message: String },
    /// The last update and the last evaluation are done.
    Finished { step: u64 },
}

impl RunEvent {
    /// Of the validation set, where it was scored.
    pub fn scores(&self) -> Option<Scores> {
        match *self {
            RunEvent::Evaluation { scores, .. } => Some(scores),
            _ => None,
        }
    }

    pub fn step(&self) -> u64 {
        match self {
            RunEvent::Started { step }
            | RunEvent::Update { step, .. }
            | RunEvent::Evaluation { step, .. }
            | RunEvent::AlsoEvaluated { step, .. }
            | RunEvent::Checkpointed { step }
            | RunEvent::Stopped { step }
            | RunEvent::Failed { step, .. }
            | RunEvent::Finished { step } => *step,
        }
    }
}

/// An event with its place in its attempt's journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub number: u64,
    /// seconds since 1970
    pub time: f64,
    #[serde(flatten)]
    pub event: RunEvent,
}

/// What a front hears of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub enum SweepEvent {
    /// Runs were added to the sweep: at its beginning, and when an arm is added.
    Planned(Vec<PlannedRun>),
    /// One run's journal grew by an entry. `attempt` counts from 1.
    Run { run: RunId, attempt: u32, entry: Entry },
    /// What the store holds of a run, all at once: replaces whatever was known of it.
    Replayed { run: RunId, entries: Vec<Entry> },
    /// Another process trains this run. Told once for each owner.
    Elsewhere { run: RunId, owner: String },
    /// Another process has taken over a run that this one trained: it was silent for too long, asleep say.
    TakenOver { run: RunId, owner: String },
    /// What is meant to become of these runs from now on.
    Intended { runs: Vec<RunId>, intent: Intent },
    /// A file of the store is damaged: which one, why, and what was done about it.
    Damaged(String),
    /// A run can be neither trained nor read, for this reason.
    Unusable { run: RunId, reason: String },
    /// The machinery failed around a run (store not writable, say); the sweep ends.
    Broken(String),
    /// Nothing is left to train.
    Idle,
    /// Workers have left; nothing more will come.
    Closed,
}
