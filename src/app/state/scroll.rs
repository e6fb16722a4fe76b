//! How far down a text is read.

use super::action::Motion;
use std::cell::Cell;

/// The first visible line. A key may scroll too far: only the code that draws the text knows its length, and limits the
/// position with [`Scroll::within`].
#[derive(Clone, Debug, Default)]
pub struct Scroll(Cell<usize>);

impl Scroll {
    /// The first visible line of a text of `lines`, of which `room` fit.
    pub fn within(&self, lines: usize, room: usize) -> usize {
        self.0.set(self.0.get().min(lines.saturating_sub(room)));
        self.0.get()
    }

    pub(in crate::app) fn go(&self, motion: Motion) {
        self.0.set(self.0.get().saturating_add_signed(motion.lines()));
    }
}
