//! The sweep at work: every thread and every channel of training is made here.
//!
//! May import: everything below it. Knows no front: it takes commands and sends events. A front that leaves ends it.

mod conductor;
mod cores;
mod experiment;
mod front;
mod own_data;
mod planner;
mod prepare;
mod preset_price;
mod pretraining;
mod price;
mod priority;
mod proof;
mod question;
mod queue;
mod recorder;
mod replay;
mod request;
mod sets;
mod signals;
mod sources;
pub mod speed;
mod start;
mod wires;
mod worker;

pub use conductor::{Engine, Options};
pub use cores::cores;
pub use experiment::{ArmRuns, Experiment, ExperimentError, Which, history};
pub use own_data::OwnData;
pub use prepare::{PrepareError, Prepared, check_sizes, prepare};
pub use preset_price::{Estimate, estimates};
pub use pretraining::{
    BATCH_SIZE, Blocks, PAIRS_AN_UPDATE, Pretrainer, Pretraining, PretrainingEnd, PretrainingError, PretrainingFolder,
    PretrainingProgress,
};
pub use price::{ArmPrice, Price};
pub use proof::{ProofError, proof_of};
pub use question::{Background, PlannedArm};
pub use replay::ReplayError;
pub use request::{Opened, Request, RequestError, store_folder};
pub use sets::SetsError;
pub use signals::{Stops, leave_soon, pause, pause_signals, size_signals, stop_signals};
pub use sources::{Fetched, Sources};
pub use start::{Start, StartError, StartTokenizer, find_start};
pub use wires::now;
