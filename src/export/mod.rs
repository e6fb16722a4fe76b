//! What leaves the program: pictures, tables and reports.
//!
//! May import: `domain`, `stats`, `plot` and below. Takes plain values and gives bytes or text; knows no terminal and no thread.

mod csv;
mod figure;
mod report;
mod table;

pub use csv::CsvTable;
pub use figure::{FigureError, Palette, Rgb, png};
pub use report::report;
pub use table::table;
