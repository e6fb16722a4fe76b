//! A sweep in training: every thread and every channel of training is made here.
//!
//! May import: `data`, `domain`, `event_file`, `export`, `files`, `logs`, `model`, `plan`, `resolve`, `spec_file`, `store`, `train`. Alone
//! knows: `signal_hook`. Knows no front: it takes commands and sends events. A front that leaves ends it.

mod conductor;
mod open_run;
mod outbox;
mod planner;
mod pretraining;
mod price;
mod priority;
mod queue;
mod record;
mod recorder;
mod signals;
pub mod speed;
mod watching;
mod worker;

pub use conductor::Engine;
pub use pretraining::{
    BATCH_SIZE, Blocks, PAIRS_AN_UPDATE, Pretrainer, Pretraining, PretrainingEnd, PretrainingError, PretrainingFolder,
    PretrainingProgress,
};
pub use price::{estimates, price};
pub use record::now;
pub use signals::{Stops, leave_soon, pause, pause_signals, size_signals, stop_signals};
pub use watching::watch_logs;
