//! A panel as a plot for terminal cells.

use super::curve::Curve;
use super::dash::{pattern, strokes};
use super::figure::{Figure, Line, Panel};
use malevich::{Charset, Color, Frame, Mapping, Plot};

/// Colours of lines by batch size, first to last, going round when there are more.
pub type Ink<'i> = &'i [Color];

/// A dot of braille is about as long as this many pixels of a picture.
const PIXELS_OF_A_DOT: f64 = 2.0;
/// Dots of a cell.
const DOTS: (usize, usize) = (2, 4);

/// Where the dots of a plot lie.
#[derive(Clone, Debug)]
pub struct Grid {
    pub mapping: Mapping,
    x_range: (f64, f64),
    y_range: (f64, f64),
    log_y: bool,
    dots: (usize, usize),
}

impl Grid {
    /// Of a figure in so many cells; nothing where there is no room for a plot.
    pub fn new(figure: &Figure, width: usize, height: usize) -> Option<Self> {
        let frame = Frame { charset: Charset::Braille, ..Frame::plain(width, height) };
        let mapping = axes(figure).mapping(&frame);
        let area = mapping.plot_area()?;
        let dots = (area.width * DOTS.0, area.height * DOTS.1);
        Some(Self { mapping, x_range: figure.x_range, y_range: figure.y_range, log_y: figure.log_y, dots })
    }

    /// The column of dots of an x: as the plot will round it.
    fn column(&self, x: f64) -> f64 {
        let (low, high) = self.x_range;
        ((x - low) / (high - low) * (self.dots.0 - 1) as f64).round()
    }

    /// The points that light the same dots as all of them.
    pub fn points(&self, curve: &Curve) -> Vec<(f64, f64)> {
        curve.reduced(self.x_range, self.dots.0, |x| self.column(x))
    }

    /// A line as strokes. One with about as many points as there are columns is unbroken: gaps would hide spikes.
    fn strokes(&self, line: &Line) -> Vec<Vec<(f64, f64)>> {
        let points = self.points(&line.curve);
        let pattern = pattern(line.dash);
        if pattern.is_empty() || points.len() > self.dots.0 / 2 {
            return strokes(&points, &[], (1.0, 1.0));
        }
        let up = |y: f64| if self.log_y { y.log10() } else { y };
        let down = |y: f64| if self.log_y { 10f64.powf(y) } else { y };
        let span = |(low, high): (f64, f64), dots: usize| (high - low) / dots.max(1) as f64 / PIXELS_OF_A_DOT;
        let y_range = (up(self.y_range.0), up(self.y_range.1));
        let per_pixel = (span(self.x_range, self.dots.0), span(y_range, self.dots.1));
        let flat: Vec<(f64, f64)> = points.into_iter().map(|(x, y)| (x, up(y))).collect();
        let back = |stroke: Vec<(f64, f64)>| stroke.into_iter().map(|(x, y)| (x, down(y))).collect();
        strokes(&flat, pattern, per_pixel).into_iter().map(back).collect()
    }
}

/// The axes alone.
fn axes(figure: &Figure) -> Plot<'static> {
    let plot = Plot::new().x_domain(figure.x_range.0, figure.x_range.1).y_domain(figure.y_range.0, figure.y_range.1);
    if figure.log_y { plot.log_y() } else { plot }
}

/// Lines in the order of the panel: where they meet, the last is on top.
pub fn to_plot(figure: &Figure, panel: &Panel, grid: &Grid, ink: Ink<'_>) -> Plot<'static> {
    panel.lines.iter().fold(axes(figure), |plot, line| {
        let colour = ink.get(line.colour % ink.len().max(1)).copied().unwrap_or_default();
        drawn(plot, grid.strokes(line), grid, colour)
    })
}

/// What was measured behind smoothed lines, in their place.
pub fn raw_plot(figure: &Figure, panel: &Panel, grid: &Grid, ink: Ink<'_>) -> Plot<'static> {
    panel.behind().fold(axes(figure), |plot, (line, raw)| {
        let colour = ink.get(line.colour % ink.len().max(1)).copied().unwrap_or_default();
        drawn(plot, strokes(&grid.points(raw), &[], (1.0, 1.0)), grid, colour)
    })
}

/// Strokes as lines with gaps. A single point is no line yet: it shows as a dot.
fn drawn(mut plot: Plot<'static>, strokes: Vec<Vec<(f64, f64)>>, grid: &Grid, colour: Color) -> Plot<'static> {
    let (dots, lines): (Vec<_>, Vec<_>) = strokes.into_iter().partition(|stroke| stroke.len() == 1);
    if !dots.is_empty() {
        // a neighbour outside is there for its line, and has none
        let inside = |(x, _): &(f64, f64)| (grid.x_range.0..=grid.x_range.1).contains(x);
        let (x, y): (Vec<f64>, Vec<f64>) = dots.into_iter().flatten().filter(inside).unzip();
        plot = plot.layer(malevich::Points::xy(x, y).color(colour));
    }
    let points = lines.join(&(f64::NAN, f64::NAN));
    // a longer line would be reduced once more, and lose its ends outside
    let longest = 4 * grid.dots.0.max(1);
    for first in (0..points.len().saturating_sub(1)).step_by(longest - 1) {
        let (x, y): (Vec<f64>, Vec<f64>) = points[first..(first + longest).min(points.len())].iter().copied().unzip();
        plot = plot.layer(malevich::Line::xy(x, y).color(colour));
    }
    plot
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

    /// Every segment drawn, in layers too short for any reduction.
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

    fn dots(plot: &Plot<'_>, width: usize, height: usize) -> String {
        plot.raster(&Frame { charset: Charset::Braille, ..Frame::plain(width, height) }).to_plain()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// The oracle: what is drawn of few points lights the same dots as all of them, at any zoom, with gaps.
        #[test]
        fn reduced_lines_light_the_dots_of_all_points(
            values in prop::collection::vec(prop_oneof![20 => 0.4f64..2.2, 1 => Just(f64::NAN)], 2..2500),
            steps in prop::collection::vec(0.1f64..3.0, 2500),
            (from, part) in (0.0f64..0.9, 0.05f64..1.0),
            (width, height) in (24usize..70, 6usize..14),
            log_y in any::<bool>(),
        ) {
            // a point between two gaps is no segment: the oracle does not know it
            let finite = |place: Option<usize>| place.and_then(|place| values.get(place)).is_some_and(|y| y.is_finite());
            let joined = |place: usize| finite(place.checked_sub(1)) || finite(Some(place + 1));
            let ys: Vec<f64> =
                values.iter().enumerate().map(|(place, y)| if joined(place) { *y } else { f64::NAN }).collect();
            let mut x = 0.0;
            let xs: Vec<f64> = steps.iter().map(|step| { x += step; x }).collect();
            let curve = Curve::of(xs.iter().copied().zip(ys));
            let end = xs[values.len() - 1];
            let low = from * end;
            let figure = figure(curve, (low, low + (part * end).max(1.0)), log_y);
            let grid = Grid::new(&figure, width, height).unwrap();
            let reduced = dots(&to_plot(&figure, &figure.panels[0], &grid, &[]), width, height);
            prop_assert_eq!(reduced, dots(&every_point(&figure), width, height));
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
