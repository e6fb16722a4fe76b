//! The output and exit code of a program, with a time limit.

use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// No program that tests start takes a tenth of this. One that hangs fails its test instead of holding up all others.
const LIMIT: Duration = Duration::from_mins(5);

pub struct Finished {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Finished {
    /// Runs a command to its end.
    #[track_caller]
    pub fn of(command: &mut Command) -> Self {
        let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self::of_child(piped.spawn().unwrap())
    }

    /// Reads what is piped of a program that was started, to its end.
    #[track_caller]
    pub fn of_child(child: Child) -> Self {
        let id = child.id();
        within_limit(id, || Self::from(child.wait_with_output().unwrap()))
    }

    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "standard output:\n{}\nstandard error:\n{}", self.out, self.err);
        self
    }
}

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The status of a program that is about to leave.
#[track_caller]
pub fn status(child: &mut Child) -> ExitStatus {
    within_limit(child.id(), || child.wait().unwrap())
}

/// A program that has not ended within the limit is killed, and its test fails.
#[track_caller]
fn within_limit<T>(id: u32, wait: impl FnOnce() -> T) -> T {
    let (ended, end) = channel::<()>();
    let guard = std::thread::spawn(move || {
        let late = end.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout);
        if late {
            kill(id);
        }
        late
    });
    let result = wait();
    drop(ended);
    assert!(!guard.join().unwrap(), "the program was still running after {LIMIT:?} and was killed");
    result
}

fn kill(id: u32) {
    #[cfg(unix)]
    if let Some(process) = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process(process, rustix::process::Signal::KILL);
    }
}
