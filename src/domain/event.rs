//! Events of runs and sweeps, in order.

use super::command::Intent;
use super::id::RunId;
use super::point::GradientPoint;
use super::progress::Progress;
use super::run::PlannedRun;
use super::run_label::LabelledRun;
use super::scores::Scores;
use super::series::Sample;
use super::spec::NamedSet;
use super::symbol::Symbol;
use serde::{Deserialize, Serialize};

/// An event of a run. Steps are updates done: 0 is before the first.
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
    /// The validation set, or the part that the run uses, was scored.
    Evaluation {
        step: u64,
        #[serde(flatten)]
        scores: Scores,
    },
    /// What the updates since the last evaluation say of the gradient, after the evaluation of `step`.
    Gradient(GradientPoint),
    /// A further set was scored, after the last evaluation.
    AlsoEvaluated {
        step: u64,
        set: NamedSet,
        #[serde(flatten)]
        scores: Scores,
    },
    /// Everything needed to continue from `step` is on disk.
    Checkpointed { step: u64 },
    /// Stopped on request; it can be resumed.
    Stopped { step: u64 },
    /// The run failed and is not retried automatically.
    Failed { step: u64, message: String },
    /// The last update and the last evaluation are done.
    Finished { step: u64 },
}

impl RunEvent {
    /// The scores of a validation event.
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
            | RunEvent::Gradient(GradientPoint { step, .. })
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
pub struct JournalEntry {
    pub number: u64,
    /// seconds since 1970
    pub time: f64,
    #[serde(flatten)]
    pub event: RunEvent,
}

/// An event of a sweep, as sent to a front.
#[derive(Clone, Debug, PartialEq)]
pub enum SweepEvent {
    /// Runs were added to the sweep: at its beginning, and when an arm is added.
    Planned(Vec<PlannedRun>),
    /// Runs of another program were found, or more is known of them.
    Found(Vec<LabelledRun>),
    /// Another program took its run up again from this step: later values of metrics whose names begin so do not count.
    Rewound { run: RunId, prefix: String, step: u64 },
    /// Values by metric that another program has logged of its run since the last of these, and its present state.
    Logged { run: RunId, samples: Vec<(Symbol, Sample)>, progress: Progress },
    /// One run's journal grew by an entry. `attempt` counts from 1.
    Run { run: RunId, attempt: u32, entry: JournalEntry },
    /// A run is finished, according to its result in the store. Its journal follows: reading thousands of these takes seconds.
    Stored { run: RunId, step: u64, scores: Scores },
    /// The stored history of a run, which replaces everything known about it.
    Replayed { run: RunId, entries: Vec<JournalEntry> },
    /// Another process is training this run. Sent once per owner.
    Elsewhere { run: RunId, owner: String },
    /// Another process has taken over a run of this one, which had no heartbeat for too long.
    TakenOver { run: RunId, owner: String },
    /// The intent for these runs changed.
    Intended { runs: Vec<RunId>, intent: Intent },
    /// Something that a person should know.
    Noted(String),
    /// A file of the store is damaged: which one, why, and what was done about it.
    Damaged(String),
    /// A run can be neither trained nor read, for this reason.
    Unusable { run: RunId, reason: String },
    /// The sweep stopped with an error, for example because the store cannot be written.
    Broken(String),
    /// Nothing is left to train.
    Idle,
    /// Workers have left; nothing more will come.
    Closed,
}
