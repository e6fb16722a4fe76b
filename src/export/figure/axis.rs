//! What the axes of all figures have in common: grid lines, ticks and labels.

use super::canvas::{Anchor, Canvas, Stroke, Words};
use super::layout::{Dimensions, Rect};
use crate::export::palette::FigurePalette;
use crate::plot::{Scale, Tick};

/// Share of the dim colour in a grid line.
const GRID: f64 = 0.18;
/// Ticks of an axis, at most.
pub const MOST_TICKS: usize = 10;

/// Ticks of a y axis of this height, with labels of this size.
pub fn y_ticks(y: Scale, height: f64, label: f64) -> Vec<Tick> {
    let wanted = (height / (2.6 * label)) as usize;
    y.ticks(wanted.clamp(2, MOST_TICKS), |ticks| {
        ticks.windows(2).all(|pair| (y.share(pair[1].value) - y.share(pair[0].value)) * height > 1.25 * label)
    })
}

/// How axes are drawn, in pixels.
#[derive(Clone, Copy)]
pub struct AxisStyle<'s> {
    palette: &'s FigurePalette,
    point: f64,
    tick: f64,
}

impl<'s> AxisStyle<'s> {
    pub fn new(palette: &'s FigurePalette, measures: Dimensions) -> Self {
        Self { palette, point: measures.point, tick: measures.tick }
    }

    pub fn grid(&self) -> Stroke<'static> {
        Stroke::solid(self.palette.faint(GRID), 0.5 * self.point)
    }

    pub fn frame(&self) -> Stroke<'static> {
        Stroke::solid(self.palette.dim, 0.6 * self.point)
    }

    fn label(&self, anchor: Anchor) -> Words {
        Words { size: self.tick, colour: self.palette.text, anchor }
    }

    /// A grid line across the area at this height; a tick with its label if there is one.
    pub fn y_tick(&self, canvas: &mut Canvas, area: Rect, y: f64, label: Option<&String>) {
        canvas.line(&[vec![(area.left, y), (area.right(), y)]], self.grid());
        if let Some(label) = label {
            canvas.line(&[vec![(area.left - 3.0 * self.point, y), (area.left, y)]], self.frame());
            let beside = (area.left - 5.0 * self.point, y + 0.36 * self.tick);
            canvas.words(label, beside, self.label(Anchor::End));
        }
    }

    /// A tick below the area with its label.
    pub fn x_tick(&self, canvas: &mut Canvas, area: Rect, x: f64, label: &str) {
        let bottom = area.bottom();
        canvas.line(&[vec![(x, bottom), (x, bottom + 3.0 * self.point)]], self.frame());
        let below = (x, bottom + 3.0 * self.point + 1.15 * self.tick);
        canvas.words(label, below, self.label(Anchor::Middle));
    }

    /// The lines of both axes.
    pub fn corner(&self, canvas: &mut Canvas, area: Rect) {
        let corner = vec![(area.left, area.top), (area.left, area.bottom()), (area.right(), area.bottom())];
        canvas.line(&[corner], self.frame());
    }
}
