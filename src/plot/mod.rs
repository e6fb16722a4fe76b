//! Runs as a figure: what is drawn, in data's own units, and the same for a terminal and for a picture.
//!
//! May import: `domain`. A [`Figure`] knows axes, lines, palette places and dashes; it knows no colour, no pixel and no
//! cell.

mod cells;
mod figure;
mod range;
mod smooth;

pub use cells::{Ink, to_plot};
pub use figure::{Figure, Line, Panel};
