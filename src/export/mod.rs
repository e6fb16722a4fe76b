//! Output: figures, tables, reports and checkpoints.
//!
//! May import: `domain`, `logs`, `model`, `plot`, `spec_file`, `stats`, `theme`. Alone knows: `resvg`, `png`, `dejavu`, `ab_glyph`; cells
//! of a screen, `ratatui`, as `tui` does; tensors of a checkpoint, `candle_core`. Never uses: `std::thread`. Turns plain values into bytes or
//! text; knows no terminals and no threads.

mod checkpoint;
mod content;
mod csv;
mod drawn_data;
mod figure;
mod image;
mod palette;
mod picture;
mod points;
mod pretrained;
mod report;
mod screen;
mod table;
mod text_table;
mod view;

pub use checkpoint::{CheckpointError, CheckpointFolder, Tokenizer};
pub use content::Content;
pub use csv::CsvTable;
pub use figure::{PictureSize, SizeError, subject};
pub use image::PictureError;
pub use palette::PictureTheme;
pub use picture::Picture;
pub use points::points_to_csv;
pub use pretrained::PretrainedFolder;
pub use report::report;
pub use screen::{Ground, screen};
pub use table::table;
pub use text_table::text_table;
pub use view::{FigureKind, SavedRun, SavedView, ViewError};
