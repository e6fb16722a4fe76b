//! Runs as a figure in data units, the same for the terminal and for exported figures.
//!
//! May import: `domain`, `stats`. Never uses: `std::fs`, `std::thread`. A [`Figure`] has axes, lines, palette indices and
//! dash patterns; it knows no colours, pixels or cells.

mod agreement;
mod curve;
mod curves;
mod dash;
mod figure;
mod final_scores;
mod grid;
mod panel;
mod range;
mod raster;
mod scale;
mod smooth;
mod spread;
mod view;

pub use agreement::Agreement;
pub use curve::Curve;
pub use curves::Curves;
pub use dash::{Dashes, PATTERNS, alike, pattern, strokes};
pub use figure::Figure;
pub use final_scores::{ArmScores, CellScores, FinalScores, InstanceScore};
pub use grid::{Area, Grid, to_text};
pub use panel::{Failure, FigurePanel, Line, x_extent};
pub use raster::Raster;
pub use scale::{Scale, Tick};
pub use spread::middle_half;
pub use view::{Band, Fit, View, XAxis};
