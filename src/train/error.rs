//! Why a run cannot continue.

#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error("update {step}: the {what} is {value}; try a lower learning rate")]
    NotFinite { step: u64, what: &'static str, value: f64 },
    #[error("the checkpoint does not fit this run: {0}")]
    Snapshot(String),
    #[error("tensor operation failed: {0}")]
    Tensor(#[from] candle_core::Error),
    #[error("a thread that computed gradients panicked")]
    Panicked,
    #[error("what happened could not be recorded: {0}")]
    Record(String),
}
