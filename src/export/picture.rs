//! A figure with everything that is written of it: the picture, the data drawn in it, and the view it can be redrawn from.

use super::drawn_data;
use super::figure;
use super::image::PictureError;
use super::palette::Palette;
use super::view::SavedView;
use crate::domain::sweep::Sweep;
use crate::plot::Figure;

#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    pub view: SavedView,
    pub figure: Figure,
    provenance: String,
}

impl Picture {
    /// `figure` is what the view shows of the sweep.
    pub fn new(view: SavedView, figure: Figure, sweep: &Sweep) -> Self {
        let provenance = view.provenance(sweep);
        Self { view, figure, provenance }
    }

    /// Whether nothing would be drawn.
    pub fn is_empty(&self) -> bool {
        self.figure.panels.iter().all(|panel| panel.lines.is_empty())
    }

    /// The name of its files without their endings.
    pub fn file_name(&self) -> String {
        format!("figure_{}", self.view.metric.file_name())
    }

    pub fn png(&self) -> Result<Vec<u8>, PictureError> {
        figure::png(
            &self.figure,
            &self.view,
            &Palette::of(self.view.theme, self.figure.batch_sizes.len()),
            &self.provenance,
        )
    }

    pub fn svg(&self) -> Result<String, PictureError> {
        figure::svg(
            &self.figure,
            &self.view,
            &Palette::of(self.view.theme, self.figure.batch_sizes.len()),
            &self.provenance,
        )
    }

    /// The drawn data as comma-separated values.
    pub fn csv(&self) -> Result<Vec<u8>, PictureError> {
        Ok(drawn_data::csv(&self.figure, &self.view)?)
    }
}
