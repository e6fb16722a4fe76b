//! What has to be done outside after an update.

use crate::domain::command::Command;
use crate::export::Picture;
use crate::stats::Look;

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// ask this of the engine
    Ask(Command),
    /// write this picture, its data and its view into the current folder
    Picture(Box<Picture>),
    /// write a picture of the screen as it is drawn next
    Screen {
        provenance: String,
    },
    /// put this on the clipboard
    Copy(String),
    NextTheme,
    /// make the invariance check
    Prove,
    /// count a verdict, which is about to be seen
    RememberLook(Look),
    /// give the terminal back and stop until continued
    Suspend,
}
