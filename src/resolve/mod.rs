//! What a spec and a store name, found and checked: files, sets of examples, models, experiments.
//!
//! May import: everything below it. Makes no thread and no channel, and trains nothing.

mod cores;
mod experiment;
mod own_data;
mod prepare;
mod proof;
mod replay;
mod request;
mod sets;
mod sources;
mod start;

pub use cores::cores;
pub use experiment::{ArmRuns, Experiment, ExperimentError, Which, history};
pub use own_data::OwnData;
pub use prepare::{PrepareError, Prepared, prepare};
pub use proof::ProofError;
pub use replay::ReplayError;
pub use request::{Opened, Options, Request, RequestError, store_folder};
pub use sets::SetsError;
pub use sources::{Fetched, Sources};
pub use start::{Start, StartError, StartTokenizer, find_start};
