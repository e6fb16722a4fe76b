//! A figure with everything exported of it: the picture, its data, and the view from which it can be redrawn.

use super::drawn_data;
use super::figure::{Drawing, PictureSize, subject};
use super::image::PictureError;
use super::palette::Palette;
use super::view::SavedView;
use crate::domain::spec::Spec;
use crate::domain::sweep::Sweep;
use crate::plot::Figure;

#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    pub view: SavedView,
    pub figure: Figure,
    pub size: PictureSize,
    subject: String,
    provenance: String,
}

impl Picture {
    /// `figure` is what the view shows of the sweep, which is of this spec.
    pub fn new(view: SavedView, figure: Figure, sweep: &Sweep, spec: &Spec) -> Self {
        let (subject, provenance) = (subject(spec), view.provenance(sweep));
        Self { view, figure, size: PictureSize::default(), subject, provenance }
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
        self.drawn(|drawing| drawing.png())
    }

    pub fn svg(&self) -> String {
        self.drawn(|drawing| drawing.svg())
    }

    fn drawn<T>(&self, draw: impl FnOnce(&Drawing<'_>) -> T) -> T {
        draw(&Drawing {
            figure: &self.figure,
            view: &self.view,
            palette: &Palette::of(self.view.theme, self.figure.batch_sizes.len()),
            subject: &self.subject,
            provenance: &self.provenance,
            size: self.size,
        })
    }

    /// The drawn data as comma-separated values.
    pub fn csv(&self) -> Result<Vec<u8>, PictureError> {
        Ok(drawn_data::csv(&self.figure, &self.view)?)
    }
}
