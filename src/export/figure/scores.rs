//! Final scores against batch size: every instance a point, an arm's means joined, each with its interval.

use super::axis::{AxisStyle, y_ticks};
use super::canvas::{Anchor, Canvas, Stroke, Words};
use super::layout::{Dimensions, Rect};
use crate::export::palette::FigurePalette;
use crate::plot::{CellScores, FinalScores, Scale};
use crate::theme::Rgb;

/// Share of the room between two batch sizes that the arms spread over.
const SPREAD: f64 = 0.6;
/// How much of its arm's colour an instance has.
const INSTANCE: f64 = 0.5;
/// Points from the bar of an interval to the instances beside it.
const BESIDE: f64 = 6.0;
/// Marks that differ in shape; as many again are hollow, then they begin anew.
const SHAPES: usize = 4;

pub struct ScoresChart<'c> {
    pub scores: &'c FinalScores,
    pub palette: &'c FigurePalette,
    pub measures: Dimensions,
    /// what values are multiplied by on the axis
    pub factor: f64,
    pub y_name: String,
}

impl ScoresChart<'_> {
    pub fn draw(&self, canvas: &mut Canvas, body: Rect) {
        let Dimensions { point, tick, name, .. } = self.measures;
        let y = Scale { factor: self.factor, ..Scale::linear(self.scores.y_range) };
        // from below: the name of the x axis, its labels
        let height = (body.height - 1.5 * name - 1.9 * tick - 0.6 * tick).max(8.0 * point);
        let ticks = y_ticks(y, height, tick);
        let widest = ticks.iter().map(|mark| canvas.font.width(&mark.label, tick)).fold(0.0, f64::max);
        let left = 1.5 * name + widest + 7.0 * point;
        let width = (body.width - left - tick).max(8.0 * point);
        let area = Rect { left: body.left + left, top: body.top + 0.6 * tick, width, height };
        let y_at = |value: f64| area.bottom() - y.share(value) * area.height;

        let style = AxisStyle::new(self.palette, self.measures);
        for mark in &ticks {
            style.y_tick(canvas, area, y_at(mark.value), Some(&mark.label));
        }
        let columns = self.scores.batch_sizes.len().max(1) as f64;
        let x_at = |place: f64| area.left + (place + 0.5) / columns * area.width;
        for (place, size) in self.scores.batch_sizes.iter().enumerate() {
            style.x_tick(canvas, area, x_at(place as f64), &size.to_string());
        }
        let middle = Words { size: name, colour: self.palette.text, anchor: Anchor::Middle };
        canvas.words("batch size", (area.left + area.width / 2.0, body.bottom() - 0.35 * name), middle);
        let (words, size) = canvas.font.fitted(&self.y_name, name, 0.7, area.height);
        let beside = (body.left + 0.85 * name, area.top + area.height / 2.0);
        canvas.vertical_text(&words, beside, size, self.palette.text);
        style.corner(canvas, area);

        let arms = self.scores.arms.len().max(1) as f64;
        let shift = |number: usize| SPREAD * ((number as f64 + 0.5) / arms - 0.5);
        let at = |number: usize, cell: &CellScores| x_at(cell.size as f64 + shift(number));
        for (number, arm) in self.scores.arms.iter().enumerate() {
            let means: Vec<(f64, f64)> = arm.cells.iter().map(|cell| (at(number, cell), y_at(cell.mean))).collect();
            canvas.line(&[means], Stroke::solid(self.palette.series(number), 1.4 * point));
        }
        for (number, arm) in self.scores.arms.iter().enumerate() {
            let colour = self.palette.series(number);
            for cell in &arm.cells {
                let x = at(number, cell);
                if let Some((low, high)) = cell.interval {
                    let (from, to) = self.scores.y_range;
                    let ends = [(high.min(to), high <= to), (low.max(from), low >= from)];
                    let [top, bottom] = ends.map(|(value, is_end)| (y_at(value), is_end));
                    interval(canvas, x, top, bottom, point, colour);
                }
                for score in &cell.instances {
                    instance(canvas, (x - BESIDE * point, y_at(score.value)), point, colour);
                }
            }
        }
        for (number, arm) in self.scores.arms.iter().enumerate() {
            for cell in &arm.cells {
                let place = (at(number, cell), y_at(cell.mean));
                mark(canvas, number, place, point, self.palette, self.palette.series(number));
            }
        }
    }
}

/// A bar from top to bottom, each with a cap where it ends there and does not leave the axes.
pub fn interval(canvas: &mut Canvas, x: f64, top: (f64, bool), bottom: (f64, bool), point: f64, colour: Rgb) {
    let half = 3.0 * point;
    let mut pieces = vec![vec![(x, top.0), (x, bottom.0)]];
    let caps = [top, bottom].into_iter().filter(|(_, is_end)| *is_end);
    pieces.extend(caps.map(|(y, _)| vec![(x - half, y), (x + half, y)]));
    canvas.line(&pieces, Stroke::solid(colour, point));
}

pub fn instance(canvas: &mut Canvas, at: (f64, f64), point: f64, colour: Rgb) {
    canvas.translucent_dot(at, 1.6 * point, colour, INSTANCE);
}

/// The mark of an arm's means.
pub fn mark(canvas: &mut Canvas, number: usize, (x, y): (f64, f64), point: f64, palette: &FigurePalette, colour: Rgb) {
    let r = 3.4 * point;
    let is_hollow = number / SHAPES % 2 == 1;
    let inside = if is_hollow { palette.background } else { colour };
    let rim = if is_hollow { colour } else { palette.background };
    let outline = match number % SHAPES {
        0 => return canvas.dot((x, y), r, inside, Some((rim, 0.9 * point))),
        1 => vec![(x, y - 1.2 * r), (x + 1.1 * r, y + 0.8 * r), (x - 1.1 * r, y + 0.8 * r)],
        2 => vec![
            (x - 0.9 * r, y - 0.9 * r),
            (x + 0.9 * r, y - 0.9 * r),
            (x + 0.9 * r, y + 0.9 * r),
            (x - 0.9 * r, y + 0.9 * r),
        ],
        _ => vec![(x, y - 1.3 * r), (x + 1.3 * r, y), (x, y + 1.3 * r), (x - 1.3 * r, y)],
    };
    let mut border = outline.clone();
    border.extend(outline.first().copied());
    border.extend(outline.get(1).copied());
    canvas.fill(&[outline], inside, 1.0);
    canvas.line(&[border], Stroke::solid(rim, 0.9 * point));
}
