//! What has to be done outside after an update.

use crate::domain::command::Command;
use crate::plot::Figure;

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// ask this of the engine
    Ask(Command),
    /// write this figure as a picture into the current folder, under this name and an ending
    Picture {
        figure: Figure,
        name: String,
        provenance: String,
    },
    NextTheme,
    /// make the invariance check
    Prove,
    /// count a verdict on so many causes, which is about to be seen
    RememberLook {
        causes: usize,
    },
    /// give the terminal back and stop until continued
    Suspend,
}
