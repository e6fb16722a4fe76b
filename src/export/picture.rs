//! A figure with everything exported of it: the picture, its data, and the view from which it can be redrawn.

use super::content::Content;
use super::drawn_data;
use super::figure::{Drawing, PictureSize};
use super::image::PictureError;
use super::palette::FigurePalette;
use super::view::{FigureKind, SavedView};
use crate::domain::sweep::Sweep;

#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    pub view: SavedView,
    pub content: Content,
    pub size: PictureSize,
    subject: String,
    provenance: String,
}

impl Picture {
    /// `content` is what the view shows of the sweep; `subject` is what the sweep is about.
    pub fn new(view: SavedView, content: Content, sweep: &Sweep, subject: String) -> Self {
        let provenance = view.provenance(sweep);
        Self { view, content, size: PictureSize::default(), subject, provenance }
    }

    /// Whether nothing would be drawn.
    pub fn is_empty(&self) -> bool {
        match &self.content {
            Content::Curves(figure) => figure.panels.iter().all(|panel| panel.lines.is_empty()),
            Content::FinalScores(scores) => scores.is_none(),
        }
    }

    /// The name of its files without their endings.
    pub fn file_name(&self) -> String {
        let metric = self.view.metric.file_name();
        match self.view.kind {
            FigureKind::Curves => format!("figure_{metric}"),
            FigureKind::FinalScores => format!("figure_final-{metric}"),
        }
    }

    pub fn png(&self) -> Result<Vec<u8>, PictureError> {
        self.drawn(|drawing| drawing.png())
    }

    pub fn svg(&self) -> Result<String, PictureError> {
        self.drawn(|drawing| drawing.svg())
    }

    fn drawn<T>(&self, draw: impl FnOnce(&Drawing<'_>) -> T) -> T {
        let colours = match &self.content {
            Content::Curves(figure) => figure.batch_sizes.len(),
            Content::FinalScores(scores) => scores.as_ref().map_or(1, |scores| scores.arms.len()),
        };
        draw(&Drawing {
            content: &self.content,
            view: &self.view,
            palette: &FigurePalette::of(self.view.theme, colours),
            subject: &self.subject,
            provenance: &self.provenance,
            size: self.size,
        })
    }

    /// The drawn data as comma-separated values.
    pub fn csv(&self) -> Result<Vec<u8>, PictureError> {
        Ok(match &self.content {
            Content::Curves(figure) => drawn_data::of_curves(figure, &self.view)?,
            Content::FinalScores(scores) => drawn_data::of_final_scores(scores.as_ref(), self.view.metric)?,
        })
    }
}
