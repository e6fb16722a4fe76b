//! Exit codes.

use std::process::{ExitCode, Termination};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// done, or closed with `q`
    Done,
    /// some run failed
    Failed,
    /// bad arguments, spec, data or checkpoint
    BadInput,
    /// interrupted by a signal; the same command resumes
    Interrupted,
}

/// Invalid input: nothing was done.
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
