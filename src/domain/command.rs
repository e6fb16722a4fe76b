//! What a front may ask of a sweep under way.

use super::arm::Arm;
use super::id::RunId;

#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Train this arm too: every batch size, every instance.
    AddArm(Arm, Order),
    /// So many instances of every cell of these arms.
    Instances { instances: u32, arms: Vec<Arm> },
    /// Checkpoint these runs where they are under way, and keep them back.
    Pause(Vec<RunId>),
    /// Let these runs go on.
    Resume(Vec<RunId>),
    /// Train these before the others that wait: their first instance at once, the rest in turn with the others.
    Next(Vec<RunId>),
    /// Take these runs out of the sweep; of those under way a checkpoint stays.
    Cancel(Vec<RunId>),
    /// Take these runs out of the sweep, and what was trained of them out of the store.
    Discard(Vec<RunId>),
    /// The experiment does not go on with this arm when it is started again.
    ForgetArm(String),
    /// Train these runs after all: they failed, or were taken out.
    Again(Vec<RunId>),
    /// Train so many runs at the same time.
    Workers(usize),
    /// Checkpoint what is under way and leave.
    Stop,
}

/// Where runs stand among those that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// behind them
    Last,
    /// before them, see [`Command::Next`]
    Next,
}

/// What is meant to become of a run that is not done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Intent {
    /// it is trained when its turn comes
    #[default]
    Train,
    /// it is kept back
    Pause,
    /// it is out of the sweep
    Cancel,
}
