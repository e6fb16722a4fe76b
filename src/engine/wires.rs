//! What goes over the channels inside the engine, and how much of it may wait.

use crate::domain::event::RunEvent;
use crate::domain::id::RunId;
use crate::domain::run::PlannedRun;
use crate::model::Interrupt;
use crate::store::{Attempt, Ended, Place, RunFolder, RunResult, Staged};
use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

/// Records that may wait for the disk before a worker has to.
pub const RECORDS: usize = 4096;
/// Events that may wait for a front. When full, a run's events are dropped and later sent again from its journal.
pub const INBOX: usize = 4096;

/// From workers to the recorder, in the order in which it must reach the disk.
pub enum Record {
    /// A run was claimed. Where the front does not know earlier attempts, they are told with it.
    Open {
        run: RunId,
        folder: RunFolder,
        attempt: Attempt,
        place: Option<Place>,
        tell_earlier: bool,
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
    /// The run leaves this process. A result makes it a realization.
    Close {
        run: RunId,
        ended: Ended,
        result: Option<RunResult>,
    },
    /// Tell the front all that the store holds of a run.
    Replay {
        run: RunId,
        folder: RunFolder,
        place: Option<Place>,
    },
    /// Nothing is left to train.
    Idle,
    /// Tell the front who else is at a run.
    Elsewhere {
        run: RunId,
        owner: String,
    },
}

/// A run waiting for a worker.
pub struct Job {
    pub planned: PlannedRun,
    pub folder: RunFolder,
    /// where its experiment shows it
    pub place: Option<Place>,
    /// another process was at it: the front does not know all that happened
    pub asked_before: bool,
}

/// What all threads of an engine see.
#[derive(Default)]
pub struct Shared {
    /// leave as soon as a checkpoint is written
    pub stop: Interrupt,
    /// jobs planned and not done with
    pub pending: AtomicUsize,
    /// jobs that another process is at, to be asked for again
    pub deferred: Mutex<Vec<Job>>,
    /// runs not done yet that will keep their final weights: others may wait for these
    pub keeping: Mutex<HashSet<RunId>>,
}

/// Seconds since 1970.
pub fn now() -> f64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64())
}
