//! What goes over the channel to the recorder, and how much of it may wait.

use crate::domain::event::{RunEvent, SweepEvent};
use crate::domain::id::RunId;
use crate::domain::run::PlannedRun;
use crate::model::Interrupt;
use crate::store::{Attempt, Ended, Place, RunFolder, RunResult, Staged};
use crossbeam_channel::Sender;

/// Records that may wait for the disk before a worker has to.
pub const RECORDS: usize = 4096;

/// To the recorder, in the order in which it must reach the disk and the front.
pub enum Record {
    /// A run was claimed. `tell_earlier`: the front does not know all of its earlier attempts.
    Open {
        run: RunId,
        folder: RunFolder,
        attempt: Attempt,
        place: Option<Place>,
        tell_earlier: bool,
        /// asked when the run turns out to be somebody else's by now
        interrupt: Interrupt,
    },
    Event {
        run: RunId,
        time: f64,
        event: RunEvent,
    },
    /// A checkpoint may count once everything before it is on disk.
    Checkpoint {
        run: RunId,
        staged: Staged,
    },
    /// The run leaves this process. A result makes it a realization. Answers whether the run was this process's up to
    /// here.
    Close {
        run: RunId,
        ended: Ended,
        result: Option<RunResult>,
        answer: Sender<bool>,
    },
    /// Tell the front all that the store holds of a run.
    Replay {
        run: RunId,
        folder: RunFolder,
        place: Option<Place>,
    },
    /// What was trained of a run leaves the store.
    Discard {
        run: RunId,
    },
    /// Another process trains the run.
    Elsewhere {
        run: RunId,
        owner: String,
    },
    /// Nothing to record: the front is told it, in order with the rest.
    Tell(SweepEvent),
}

/// A run waiting for a worker.
pub struct Job {
    pub planned: PlannedRun,
    pub folder: RunFolder,
    /// where its experiment shows it
    pub place: Option<Place>,
    /// the run whose weights it only scores otherwise, where that one keeps them
    pub weights_of: Option<RunId>,
    /// more may have happened than the front knows: another process was at it
    pub asked_before: bool,
    /// train it again where it failed before
    pub retry: bool,
}

/// Seconds since 1970.
pub fn now() -> f64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64())
}
