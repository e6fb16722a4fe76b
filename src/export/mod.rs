//! What leaves the program: pictures and tables.
//!
//! May import: `domain`, `plot` and below. Takes plain values and gives bytes or text; knows no terminal and no thread.

mod figure;
mod table;

pub use figure::{FigureError, Palette, Rgb, png};
pub use table::table;
