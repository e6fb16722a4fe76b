//! Runs on disk: plain files, one writer per attempt, any number of readers (docs/STORE.md has the layout).
//!
//! May import: `domain`, `files`, `stats` (a look at verdicts is its value). Never uses: `crossbeam_channel`. Uses nothing that shared file systems lack: no locks, memory maps or
//! notifications. Knows neither tensors nor threads; checkpoints are opaque bytes.

mod attempt;
mod changes;
mod checkpoint;
mod damage;
mod error;
mod experiment;
mod inspect;
mod journal;
mod layout;
mod leftovers;
mod lines;
mod mend;
mod owner;
mod place;
mod remove;
mod result;
mod set_aside;
mod stored;

pub use attempt::{BeatWatch, Claim, ClaimedAttempt, Ended, Standing};
pub use checkpoint::{Checkpoint, Staged};
pub use damage::Damage;
pub use error::StoreError;
pub use experiment::ExperimentInputs;
pub use inspect::StoredRun;
pub use journal::{Journal, read_journal, read_journals};
pub use layout::{RunFolder, STORE_FORMAT, Store};
pub use leftovers::{Leftover, LeftoverKind};
pub use lines::parse_journal;
pub use mend::Mended;
pub use owner::{Liveness, Owner};
pub use place::Place;
pub use remove::Removal;
pub use result::RunResult;
