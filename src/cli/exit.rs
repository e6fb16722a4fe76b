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
    /// interrupted by a signal; the same command resumes
    Interrupted,
}

/// What was asked for cannot be: nothing was done.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadInput(pub String);

impl Exit {
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::BadInput => 2,
            Exit::Interrupted => 130,
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}
