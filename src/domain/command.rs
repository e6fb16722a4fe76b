//! Commands of a front to a running sweep.

use super::arm::Arm;
use super::id::RunId;

#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Train this arm too: every batch size, every instance.
    AddArm(Arm, QueuePosition),
    /// Set the number of instances of every cell of these arms.
    Instances { instances: u32, arms: Vec<Arm> },
    /// Pause these runs, with a checkpoint if they are in progress.
    Pause(Vec<RunId>),
    /// Resume these runs.
    Resume(Vec<RunId>),
    /// Train these before other waiting runs: the first instance at once, the rest alternating with the others.
    Next(Vec<RunId>),
    /// Cancel these runs; those in progress keep a checkpoint.
    Cancel(Vec<RunId>),
    /// Cancel these runs and delete them from the store.
    Discard(Vec<RunId>),
    /// Do not resume this arm when the experiment is started again.
    ForgetArm(String),
    /// Train failed or cancelled runs again.
    Again(Vec<RunId>),
    /// Set the number of runs trained at the same time.
    Workers(usize),
    /// Checkpoint the runs in progress and stop.
    Stop,
}

/// The position of new runs among the waiting ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueuePosition {
    /// after them
    Last,
    /// before them, see [`Command::Next`]
    Next,
}

/// The user's intent for an unfinished run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Intent {
    /// train it in its turn
    #[default]
    Train,
    /// paused
    Pause,
    /// cancelled
    Cancel,
}
