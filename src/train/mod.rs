//! One run: a spec in, events out.
//!
//! May import: `domain`, `data`, `model`. Alone knows: `candle_core`, `candle_nn` (with `model`), `bytemuck`. Never uses: `std::fs`,
//! `std::thread`, `crossbeam_channel`. Single-threaded; knows no channels, clocks, files or other runs.

mod error;
mod evaluate;
mod invariance;
mod learner;
mod noise;
mod noise_meter;
mod optimizer;
mod pretrain;
mod pretraining_plan;
mod run;
mod snapshot;
mod untouched;

pub use crate::domain::schedule::LinearSchedule;
pub use error::TrainError;
pub use evaluate::{Scored, evaluate};
pub use invariance::logit_shift;
pub use learner::{Learner, StepMetrics, StepPart, UpdateInput};
pub use noise::loss_weights;
pub use optimizer::AdamW;
pub use pretrain::{Predictions, PretrainingTally, pretraining_pass};
pub use pretraining_plan::PretrainingPlan;
pub use run::{Ending, Observer, RunInputs, kept_model, score_again, train};
pub use snapshot::{OwnedSnapshot, Snapshot};
pub use untouched::untouched_scale;
