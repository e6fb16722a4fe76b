//! What is asked before something that costs much or loses something.

use super::target::Target;
use crate::domain::arm::Arm;

#[derive(Clone, Debug, PartialEq)]
pub enum Asking {
    /// add the arms that ask why batch size matters
    Investigate(Vec<Arm>),
    /// take runs out of the sweep
    Cancel(Target),
    /// train one more instance of every cell
    Instance,
}
