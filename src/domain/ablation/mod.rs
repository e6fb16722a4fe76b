//! What an arm may change: one table of the keys of `[train]`, from which specs, `--set`, drafts, the keys of the dashboard,
//! answers and docs/SPEC.md take what they know of them.
//!
//! A new ablation is an entry of `table.rs` and its field in [`Train`](super::train::Train); one that is a number is an
//! entry of [`numbers`](super::numbers) alone.

mod entry;
mod patch;
mod settings;
mod suspects;
mod table;
mod value;

pub use entry::{Ablation, Press, Suspect};
pub use patch::{NotAChange, Patch};
pub use settings::LEARNING_RATE;
pub use suspects::{
    ACCUMULATE, BETAS_OF, DROPOUT, DROPOUT_AT_EVALUATION, EVALUATION, LEARNING_RATE_SCALING, LEARNING_RATES, NOISE_OF,
    NORM, UPDATES, UPDATES_OF,
};
pub use table::{all, named};
pub use value::Value;
