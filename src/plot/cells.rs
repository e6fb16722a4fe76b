//! A panel as terminal cells: axes and their labels by malevich, lines as dots of braille.

use super::curve::Curve;
use super::dash::{pattern, strokes};
use super::figure::{Figure, Line, Panel};
use super::range::floor;
use super::raster::{DOTS, Raster};
use malevich::{Charset, Frame, Mapping, Plot};

/// A dot of braille is about as long as this many pixels of a picture.
const PIXELS_OF_A_DOT: f64 = 2.0;

/// Where the dots of a plot lie.
#[derive(Clone, Debug)]
pub struct Grid {
    pub mapping: Mapping,
    x_range: (f64, f64),
    y_range: (f64, f64),
    log_y: bool,
    /// cells of the plot, without its axes
    cells: (usize, usize),
    dots: (usize, usize),
}

impl Grid {
    /// Of a figure in so many cells; nothing where there is no room for a plot.
    pub fn new(figure: &Figure, width: usize, height: usize) -> Option<Self> {
        let mapping = axes(figure).mapping(&frame(width, height));
        let area = mapping.plot_area()?;
        let cells = (area.width, area.height);
        let dots = (cells.0 * DOTS.0, cells.1 * DOTS.1);
        // malevich gives a logarithmic axis a whole power of ten at least
        let (x_range, y_range) = (mapping.x_domain(), mapping.y_domain());
        Some(Self { mapping, x_range, y_range, log_y: figure.log_y, cells, dots })
    }

    /// The lines in the order of the panel: where they meet, the last is on top. Ink is the colour's place.
    pub fn lines(&self, panel: &Panel) -> Raster {
        let mut raster = Raster::new(self.cells.0, self.cells.1);
        for line in &panel.lines {
            for stroke in self.strokes(line) {
                raster.line(stroke.into_iter().map(|point| self.place(point)), line.colour);
            }
        }
        raster
    }

    /// What was measured behind smoothed lines.
    pub fn measured(&self, panel: &Panel) -> Raster {
        let mut raster = Raster::new(self.cells.0, self.cells.1);
        for (line, raw) in panel.lines.iter().filter_map(|line| Some((line, line.raw.as_ref()?))) {
            raster.line(self.points(raw).into_iter().map(|point| self.place(point)), line.colour);
        }
        raster
    }

    /// Where a point lies, in dots from the upper left: as malevich puts it, so that marks stand on lines.
    fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let share = |(low, high): (f64, f64), value: f64| (value - low) / (high - low);
        let right = (self.dots.0 - 1) as f64 * share(self.x_range, x);
        let bottom = (self.dots.1 - 1) as f64;
        (right, bottom - bottom * share((self.up(self.y_range.0), self.up(self.y_range.1)), self.up(y)))
    }

    /// The height of a value on the axis.
    fn up(&self, y: f64) -> f64 {
        if self.log_y { y.log10() } else { y }
    }

    /// The points that light the same dots as all of them.
    pub fn points(&self, curve: &Curve) -> Vec<(f64, f64)> {
        curve.reduced(self.x_range, floor(self.log_y), self.dots.0 - 1)
    }

    /// A line as strokes. One with about as many points as there are columns is unbroken: gaps would hide spikes.
    fn strokes(&self, line: &Line) -> Vec<Vec<(f64, f64)>> {
        let points = self.points(&line.curve);
        let pattern = pattern(line.dash);
        if pattern.is_empty() || points.len() > self.dots.0 / 2 {
            return vec![points];
        }
        let down = |y: f64| if self.log_y { 10f64.powf(y) } else { y };
        let span = |(low, high): (f64, f64), dots: usize| (high - low) / dots.max(1) as f64 / PIXELS_OF_A_DOT;
        let y_range = (self.up(self.y_range.0), self.up(self.y_range.1));
        let per_pixel = (span(self.x_range, self.dots.0), span(y_range, self.dots.1));
        let flat: Vec<(f64, f64)> = points.into_iter().map(|(x, y)| (x, self.up(y))).collect();
        let back = |stroke: Vec<(f64, f64)>| stroke.into_iter().map(|(x, y)| (x, down(y))).collect();
        strokes(&flat, pattern, per_pixel).into_iter().map(back).collect()
    }
}

fn frame(width: usize, height: usize) -> Frame {
    Frame { charset: Charset::Braille, ..Frame::plain(width, height) }
}

/// The axes alone.
pub fn axes(figure: &Figure) -> Plot<'static> {
    let plot = Plot::new().x_domain(figure.x_range.0, figure.x_range.1).y_domain(figure.y_range.0, figure.y_range.1);
    if figure.log_y { plot.log_y() } else { plot }
}

/// A panel as plain text; nothing where there is no room for it.
pub fn to_text(figure: &Figure, panel: &Panel, width: usize, height: usize) -> Option<String> {
    let grid = Grid::new(figure, width, height)?;
    let area = grid.mapping.plot_area()?;
    let empty = axes(figure).raster(&frame(width, height));
    let mut glyphs: Vec<char> = empty.cells().iter().map(|cell| cell.glyph).collect();
    for (column, row, glyph, _) in grid.lines(panel).lit() {
        glyphs[(area.row + row) * empty.width() + area.column + column] = glyph;
    }
    let rows = glyphs.chunks(empty.width()).map(|row| row.iter().collect::<String>().trim_end().to_owned());
    Some(rows.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Band;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn figure(curve: Curve, x_range: (f64, f64), log_y: bool) -> Figure {
        let line = Line {
            name: "bs 2 #0".into(),
            colour: 0,
            dash: 0,
            curve: Arc::new(curve),
            raw: None,
            band: None,
            runs: 1,
            counts: Arc::default(),
        };
        Figure {
            title: "a test".into(),
            x_label: "pairs seen".into(),
            y_label: "a test".into(),
            x_range,
            y_range: (0.5, 2.0),
            log_y,
            band: Band::Runs,
            epoch: None,
            batch_sizes: vec![2],
            instances: 1,
            panels: vec![Panel { title: "baseline".into(), lines: vec![line], deaths: Vec::new() }],
        }
    }

    /// Every segment drawn by malevich, in layers too short for any reduction of its own.
    fn every_point(figure: &Figure) -> Plot<'static> {
        let points: Vec<(f64, f64)> = figure.panels[0].lines[0].curve.points().collect();
        points.windows(2).filter(|pair| pair.iter().all(|point| point.1.is_finite())).fold(
            axes(figure),
            |plot, pair| {
                let (x, y): (Vec<f64>, Vec<f64>) = pair.iter().copied().unzip();
                plot.layer(malevich::Line::xy(x, y))
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// The oracle: what is drawn of few points lights the same dots as all of them, at any zoom, with gaps.
        #[test]
        fn reduced_lines_light_the_dots_of_all_points(
            values in prop::collection::vec(prop_oneof![20 => 0.4f64..2.2, 1 => Just(f64::NAN), 1 => Just(0.0)], 2..2500),
            steps in prop::collection::vec(0.1f64..3.0, 2500),
            (from, part) in (0.0f64..0.9, 0.05f64..1.0),
            (width, height) in (24usize..70, 6usize..14),
            log_y in any::<bool>(),
        ) {
            // a point between two gaps is no segment: the oracle does not know it
            let shown = |y: &f64| y.is_finite() && *y > floor(log_y);
            let finite = |place: Option<usize>| place.and_then(|place| values.get(place)).is_some_and(shown);
            let joined = |place: usize| finite(place.checked_sub(1)) || finite(Some(place + 1));
            let ys: Vec<f64> =
                values.iter().enumerate().map(|(place, y)| if joined(place) { *y } else { f64::NAN }).collect();
            let mut x = 0.0;
            let xs: Vec<f64> = steps.iter().map(|step| { x += step; x }).collect();
            let curve = Curve::of(xs.iter().copied().zip(ys));
            let end = xs[values.len() - 1];
            let low = from * end;
            let figure = figure(curve, (low, low + (part * end).max(1.0)), log_y);
            let reduced = to_text(&figure, &figure.panels[0], width, height).unwrap();
            prop_assert_eq!(reduced, every_point(&figure).raster(&frame(width, height)).to_plain());
        }
    }

    #[test]
    fn a_spike_of_one_update_in_a_million_is_there_at_every_zoom() {
        let spike = 654_321;
        let curve = Curve::of((0..1_000_000).map(|x| (f64::from(x), if x == spike { 1.9 } else { 0.6 })));
        let spike = f64::from(spike);
        for width in [1e6, 1e5, 1e4, 1e3, 100.0] {
            let figure = figure(curve.clone(), ((spike - width / 2.0).max(0.0), spike + width / 2.0), false);
            let grid = Grid::new(&figure, 80, 20).unwrap();
            let points = grid.points(&figure.panels[0].lines[0].curve);
            assert!(points.len() <= 4 * 160 + 2, "{} points", points.len());
            assert!(points.contains(&(spike, 1.9)), "zoomed to {width}");
        }
    }
}
