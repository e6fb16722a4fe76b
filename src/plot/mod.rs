//! Runs as a figure: what is drawn, in data's own units, and the same for a terminal and for a picture.
//!
//! May import: `domain`, `stats` and serde. A [`Figure`] knows axes, lines, palette places and dashes; it knows no colour, no
//! pixel and no cell.

mod cells;
mod curve;
mod curves;
mod dash;
mod drawn;
mod figure;
mod range;
mod raster;
mod smooth;
mod view;

pub use cells::{Grid, axes, to_text};
pub use curve::Curve;
pub use curves::Curves;
pub use dash::{PATTERNS, alike, pattern, strokes};
pub use figure::{Death, Figure, Line, Panel, x_extent};
pub use raster::Raster;
pub use view::{Band, View, XAxis};
