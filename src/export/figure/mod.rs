//! A figure as an SVG, and as a PNG of that SVG: same data and ranges as on the screen, at a size of its own. Same figure,
//! same bytes.

mod axis;
mod canvas;
mod clip;
mod curves;
mod font;
mod heading;
mod layout;
mod legend;
mod panels;
mod pixels;
mod scores;
mod size;
mod svg;

use self::canvas::{Anchor, Canvas, Words};
use self::font::Font;
use self::layout::{Dimensions, Rect};
use self::legend::Legend;
use self::panels::Panels;
use self::scores::ScoresChart;
use self::svg::Svg;
use super::content::Content;
use super::image::PictureError;
use super::palette::FigurePalette;
use super::view::SavedView;
use crate::plot::{Figure, FinalScores};
pub use heading::subject;
pub use size::{PictureSize, SizeError};

/// Inches from which on a legend stands beside the panels.
const BESIDE: f64 = 5.5;
/// Inches of height from which on a picture says what was done to its values, and where it comes from.
const SUBTITLE: f64 = 2.0;
const FOOTER: f64 = 2.4;

/// What a picture shows, and with which words.
pub struct Drawing<'d> {
    pub content: &'d Content,
    pub view: &'d SavedView,
    pub palette: &'d FigurePalette,
    /// task and model
    pub subject: &'d str,
    /// stands small under it, and in the file's metadata
    pub provenance: &'d str,
    pub size: PictureSize,
}

impl Drawing<'_> {
    /// The SVG as pixels.
    pub fn png(&self) -> Result<Vec<u8>, PictureError> {
        pixels::draw(&self.svg()?, self.size)?.to_png(self.provenance, Some(self.size.dpi))
    }

    pub fn svg(&self) -> Result<String, PictureError> {
        let (width, height) = (f64::from(self.size.width), f64::from(self.size.height));
        let measures = Dimensions::of(f64::from(self.size.dpi), self.size.inches());
        let mut canvas = Canvas { svg: Svg::default(), font: Font::new() };
        canvas.svg.open(
            "svg",
            &[
                ("xmlns", &"http://www.w3.org/2000/svg"),
                ("width", &self.size.width),
                ("height", &self.size.height),
                ("viewBox", &format!("0 0 {width} {height}")),
                ("font-family", &"DejaVu Sans, Verdana, sans-serif"),
            ],
        );
        let title = heading::title(self.subject, self.view);
        canvas.svg.words("title", &[], &title);
        canvas.svg.words("desc", &[], self.provenance);
        let whole = Rect { left: 0.0, top: 0.0, width, height };
        canvas.rect(whole, self.palette.background, 1.0);
        let inside = Rect {
            left: measures.margin,
            width: width - 2.0 * measures.margin,
            top: 0.7 * measures.margin,
            height: height - 1.2 * measures.margin,
        };
        let body = self.words_around(&mut canvas, inside, measures, &title);
        match self.content {
            Content::Curves(figure) => self.panels_and_legend(&mut canvas, body, measures, figure)?,
            Content::FinalScores(Some(scores)) => self.scores_and_legend(&mut canvas, body, measures, scores),
            Content::FinalScores(None) => {}
        }
        Ok(canvas.svg.finish())
    }

    /// Title and footer. Gives what is left.
    fn words_around(&self, canvas: &mut Canvas, inside: Rect, measures: Dimensions, title: &str) -> Rect {
        let height = self.size.inches().1;
        let style = Words { size: measures.title, colour: self.palette.text, anchor: Anchor::Start };
        let (title, size) = canvas.font.fitted(title, measures.title, 0.7, inside.width);
        let mut y = inside.top + measures.title;
        canvas.words(&title, (inside.left, y), Words { size, ..style });
        y += 0.5 * measures.title;
        let dim = Words { colour: self.palette.dim, ..style };
        if height >= SUBTITLE {
            let words = heading::subtitle(self.content, self.view);
            let (words, size) = canvas.font.fitted(&words, measures.subtitle, 0.8, inside.width);
            y += measures.subtitle;
            canvas.words(&words, (inside.left, y), Words { size, ..dim });
            y += 0.7 * measures.subtitle;
        }
        let mut bottom = inside.bottom();
        if height >= FOOTER {
            let words = canvas.font.shortened(self.provenance, measures.footer, inside.width);
            canvas.words(&words, (inside.left, bottom), Words { size: measures.footer, ..dim });
            bottom -= 1.5 * measures.footer;
        }
        Rect { top: y, height: bottom - y, ..inside }
    }

    fn panels_and_legend(
        &self,
        canvas: &mut Canvas,
        body: Rect,
        measures: Dimensions,
        figure: &Figure,
    ) -> Result<(), PictureError> {
        let palette = self.palette;
        let panels = Panels {
            figure,
            palette,
            panels: figure.panels.iter().filter(|panel| !panel.lines.is_empty()).collect(),
            y_factor: heading::factor(self.view.metric),
            y_name: heading::y_name(self.view.metric),
        };
        // the legend must know it before there is a place for the panels beside it
        let has_dashes = panels.place(body, measures, canvas).has_dashes;
        let legend = Legend::of(figure, &panels.panels, has_dashes, palette, measures);
        let panels_in = self.legend(canvas, &legend, body, measures);
        let placed = panels.place(panels_in, measures, canvas).with_dashes(has_dashes);
        if !placed.has_room() {
            return Err(PictureError::Room { arms: panels.panels.len(), size: self.size });
        }
        panels.draw(canvas, &placed);
        Ok(())
    }

    fn scores_and_legend(&self, canvas: &mut Canvas, body: Rect, measures: Dimensions, scores: &FinalScores) {
        let legend = Legend::of_scores(scores, self.palette, measures, canvas, body.width);
        let rect = self.legend(canvas, &legend, body, measures);
        let (factor, y_name) = (heading::factor(scores.metric), heading::y_name(scores.metric));
        ScoresChart { scores, palette: self.palette, measures, factor, y_name }.draw(canvas, rect);
    }

    /// The legend beside what is drawn where it has room there, else above. Returns what is left.
    fn legend(&self, canvas: &mut Canvas, legend: &Legend<'_>, body: Rect, measures: Dimensions) -> Rect {
        let (wide, high) = legend.column(canvas);
        let gap = 1.2 * measures.legend;
        if self.size.inches().0 >= BESIDE && high <= body.height {
            legend.draw_column(canvas, body.right() - wide, body.top + measures.legend);
            Rect { width: body.width - wide - gap, ..body }
        } else {
            let high = legend.draw_rows(canvas, body.left, body.top, body) + 0.3 * measures.legend;
            Rect { top: body.top + high, height: body.height - high, ..body }
        }
    }
}

#[cfg(test)]
mod tests;
