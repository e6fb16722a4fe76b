//! What a front may ask of a sweep under way.

use super::arm::Arm;
use super::id::RunId;

#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Train this arm too: every batch size, every instance.
    AddArm(Arm),
    /// Send the whole journal of a run again.
    Replay(RunId),
    /// Checkpoint what is under way and leave.
    Stop,
}
