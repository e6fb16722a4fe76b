//! What leaves the program: pictures, tables and checkpoints.
//!
//! May import: `domain`, `model`, `plot` and below. Takes plain values and gives bytes or text; knows no terminal and no thread.

mod checkpoint;
mod figure;
mod table;
mod text_table;

pub use checkpoint::{Checkpoint, CheckpointError, Tokenizer};
pub use figure::{FigureError, Palette, Rgb, png};
pub use table::table;
pub use text_table::text_table;
