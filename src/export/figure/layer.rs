//! What is drawn into the axes of a panel: epochs, bands, lines, failures. Nothing leaves the axes.

use super::axis::Axis;
use super::clip::{Bounds, clip};
use super::text::colour;
use super::{Chart, SIZE, draw_error};
use crate::export::image::PictureError;
use crate::export::palette::Palette;
use crate::plot::{Curve, Line, Panel, pattern, strokes};
use plotters::prelude::*;

/// How much of the dim colour the end of an epoch has.
const EPOCH: f64 = 0.4;
/// Pixels between the ends of two epochs, at least: more would be a grid of their own.
const EPOCHS_APART: f64 = 24.0;
/// How much of its line's colour a band has.
const BAND: f64 = 0.2;

/// What is drawn into the axes of a panel.
pub struct Layer<'l, 'a, DB: DrawingBackend> {
    pub palette: &'l Palette,
    /// of both axes; y as its axis places it
    pub bounds: Bounds,
    pub y: &'l Axis,
    /// what is not above it has no place on the y axis
    pub floor: f64,
    pub chart: Chart<'a, DB>,
}

impl<DB: DrawingBackend> Layer<'_, '_, DB> {
    /// The ends of epochs as faint lines, where they have room.
    pub fn epochs(&mut self, epoch: Option<f64>) -> Result<(), PictureError> {
        let ((low, high), (bottom, top)) = self.bounds;
        let apart = EPOCHS_APART * self.per_pixel().0;
        let Some(epoch) = epoch.filter(|epoch| *epoch >= apart) else { return Ok(()) };
        let ends = ((low / epoch).floor() as u64 + 1..).map(|number| number as f64 * epoch).take_while(|x| *x < high);
        let style = colour(self.palette.faint(EPOCH));
        let ticks = ends.map(|x| PathElement::new(vec![(x, bottom), (x, top)], style));
        self.chart.draw_series(ticks).map(|_| ()).map_err(draw_error)
    }

    pub fn band(&mut self, line: &Line) -> Result<(), PictureError> {
        let Some((low, high)) = &line.band else { return Ok(()) };
        let (low, high) = (self.edge(low), self.edge(high));
        // a gap divides it; both edges have their gaps at the same places
        let gap = |point: &(f64, f64)| !point.1.is_finite();
        let parts = low.split(gap).zip(high.split(gap)).filter(|(low, _)| low.len() > 1);
        let style = self.series(line.colour).mix(BAND);
        let fills = parts.map(|(low, high)| {
            let outline = low.iter().chain(high.iter().rev()).copied().collect::<Vec<_>>();
            Polygon::new(outline, style)
        });
        self.chart.draw_series(fills).map(|_| ()).map_err(draw_error)
    }

    /// Points of a band's edge, those outside moved to the edges of the panel.
    fn edge(&self, curve: &Curve) -> Vec<(f64, f64)> {
        let ((left, right), (bottom, top)) = self.bounds;
        // what a band has below 0 is at the foot of a logarithmic axis
        let place = |y: f64| if y <= 0.0 { self.y.place(y).max(bottom) } else { self.y.place(y) };
        let visible = |y: f64| if y.is_finite() { place(y).clamp(bottom, top) } else { y };
        let inside = |(x, y): (f64, f64)| match x {
            _ if x < left => (left, curve.between(left).unwrap_or(y)),
            _ if x > right => (right, curve.between(right).unwrap_or(y)),
            _ => (x, y),
        };
        self.points(curve, f64::NEG_INFINITY).into_iter().map(inside).map(|(x, y)| (x, visible(y))).collect()
    }

    /// How much of both axes a pixel is.
    fn per_pixel(&self) -> (f64, f64) {
        let pixels = self.chart.plotting_area().get_pixel_range();
        let span = |(low, high): (f64, f64), pixels: std::ops::Range<i32>| {
            (high - low) / f64::from(pixels.end - pixels.start).abs().max(1.0)
        };
        (span(self.bounds.0, pixels.0), span(self.bounds.1, pixels.1))
    }

    /// What a picture as wide as this one shows of a curve, where what is not above `floor` is a gap.
    fn points(&self, curve: &Curve, floor: f64) -> Vec<(f64, f64)> {
        curve.reduced(self.bounds.0, floor, SIZE.0 as usize)
    }

    pub fn curve(&mut self, curve: &Curve, dash: u32, style: ShapeStyle) -> Result<(), PictureError> {
        let points: Vec<(f64, f64)> =
            self.points(curve, self.floor).into_iter().map(|(x, y)| (x, self.y.place(y))).collect();
        // gaps of a pattern would hide spikes of a line with about as many points as there are pixels
        let dashes = if points.len() > SIZE.0 as usize / 4 { &[] } else { pattern(dash) };
        let strokes = strokes(&points, dashes, self.per_pixel());
        // a single point is no line yet
        let ((left, right), (bottom, top)) = self.bounds;
        let inside = |x: f64, y: f64| (left..=right).contains(&x) && (bottom..=top).contains(&y);
        let alone = strokes.iter().filter(|stroke| stroke.len() == 1).map(|stroke| stroke[0]);
        let dots: Vec<_> = alone.filter(|(x, y)| inside(*x, *y)).map(|at| Circle::new(at, 3, style.filled())).collect();
        self.chart.draw_series(dots).map_err(draw_error)?;
        let lines = strokes.iter().flat_map(|stroke| clip(stroke, &self.bounds));
        let lines: Vec<_> = lines.map(|stroke| PathElement::new(stroke, style)).collect();
        self.chart.draw_series(lines).map(|_| ()).map_err(draw_error)
    }

    /// Where runs failed: at their last value, or at the foot of the panel where they never had one.
    pub fn failures(&mut self, panel: &Panel) -> Result<(), PictureError> {
        let ((left, right), (bottom, top)) = self.bounds;
        let in_sight = panel.failures.iter().filter(|failure| (left..=right).contains(&failure.x));
        let crosses: Vec<_> = in_sight
            .map(|failure| {
                let y = failure.y.map(|y| self.y.place(y)).filter(|y| !y.is_nan()).unwrap_or(bottom).clamp(bottom, top);
                Cross::new((failure.x, y), 8, self.series(failure.colour).stroke_width(3))
            })
            .collect();
        self.chart.draw_series(crosses).map(|_| ()).map_err(draw_error)
    }

    fn series(&self, place: usize) -> RGBColor {
        colour(self.palette.series(place))
    }
}
