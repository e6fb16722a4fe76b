//! What a spec and a store name, found and checked: files, sets of examples, models, experiments.
//!
//! May import: `data`, `domain`, `export`, `hub`, `model`, `plan`, `spec_file`, `stats`, `store`, `train`. Alone
//! knows: `etcetera`. Never uses: `crossbeam_channel`. Makes no thread and trains nothing.

mod cores;
mod error;
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
pub use error::{PrepareError, RequestError, SetsError};
pub use experiment::{ArmRuns, Experiment, ExperimentError, Which, history};
pub use own_data::OwnData;
pub use prepare::{Prepared, prepare};
pub use proof::ProofError;
pub use replay::ReplayError;
pub use request::{Opened, Options, Request, store_folder};
pub use sources::{Fetched, Sources};
pub use start::{Start, StartError, StartTokenizer, find_start};
