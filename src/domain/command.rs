//! What a front may ask of a sweep under way.

use super::arm::Arm;

#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Train this arm too: every batch size, every instance.
    AddArm(Arm),
    /// Checkpoint what is under way and leave.
    Stop,
}
