//! What leaves the program: pictures, tables, reports and checkpoints.
//!
//! May import: `domain`, `stats`, `model`, `plot` and below. Takes plain values and gives bytes or text; knows no
//! terminal and no thread.

mod checkpoint;
mod csv;
mod figure;
mod pretrained;
mod report;
mod table;
mod text_table;

pub use checkpoint::{Checkpoint, CheckpointError, Tokenizer};
pub use csv::CsvTable;
pub use figure::{FigureError, Palette, Rgb, png};
pub use pretrained::Pretrained;
pub use report::report;
pub use table::table;
pub use text_table::text_table;
