//! Runs as a figure: what is drawn, in data's own units, and the same for a terminal and for a picture.
//!
//! May import: `domain`, `stats`. Never uses: `std::fs`, `std::thread`. A [`Figure`] knows axes, lines, palette places and dashes; it knows no colour, no
//! pixel and no cell.

mod curve;
mod curves;
mod dash;
mod drawn;
mod figure;
mod final_scores;
mod grid;
mod range;
mod raster;
mod scale;
mod smooth;
mod spread;
mod view;

pub use curve::Curve;
pub use curves::Curves;
pub use dash::{PATTERNS, alike, pattern, strokes};
pub use figure::{Failure, Figure, Line, Panel, x_extent};
pub use final_scores::{ArmScores, CellScores, FinalScores};
pub use grid::{Area, Grid, to_text};
pub use raster::Raster;
pub use scale::{Scale, Tick};
pub use spread::middle_half;
pub use view::{Band, Fit, View, XAxis};
