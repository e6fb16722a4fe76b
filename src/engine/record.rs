//! What workers and the planner send to the recorder.

use crate::domain::event::{RunEvent, SweepEvent};
use crate::domain::id::RunId;
use crate::model::Interrupt;
use crate::store::{ClaimedAttempt, Ended, Place, RunFolder, RunResult, Staged};
use crossbeam_channel::Sender;

/// Capacity of the channel to the recorder. When it is full, workers wait for the disk.
pub const RECORDS: usize = 4096;

/// To the recorder, in the order in which it must reach the disk and the front.
pub enum Record {
    /// A run was claimed. `tell_earlier`: the front does not know all of its earlier attempts.
    Open {
        run: RunId,
        folder: RunFolder,
        attempt: ClaimedAttempt,
        place: Option<Place>,
        tell_earlier: bool,
        /// asked when another process has taken the run over
        interrupt: Interrupt,
    },
    Event {
        run: RunId,
        time: f64,
        event: RunEvent,
    },
    /// A checkpoint to commit once everything before it is on disk.
    Checkpoint {
        run: RunId,
        staged: Staged,
    },
    /// The attempt ends. A result makes it a realization. Answers whether this process owned the run up to here.
    Close {
        run: RunId,
        ended: Ended,
        result: Option<RunResult>,
        answer: Sender<bool>,
    },
    /// Tells the front what the store has of a run.
    Replay {
        run: RunId,
        folder: RunFolder,
        place: Option<Place>,
    },
    /// Removes what was trained of a run from the store.
    Discard {
        run: RunId,
    },
    /// Another process trains the run.
    Elsewhere {
        run: RunId,
        owner: String,
    },
    /// Only for the front, in order with what is recorded.
    Tell(SweepEvent),
}

/// Seconds since 1970.
pub fn now() -> f64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64())
}
