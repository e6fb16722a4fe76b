//! How the program ends.

use std::process::{ExitCode, Termination};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// done, or left with `q`
    Done,
    /// some run failed
    Failed,
    /// bad arguments, spec, data or checkpoint
    BadInput,
    /// left before the end on a signal; the same command goes on from there
    Interrupted,
}

/// What was asked for cannot be: nothing was done.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadInput(pub String);

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::BadInput => 2,
            Exit::Interrupted => 130,
        })
    }
}
