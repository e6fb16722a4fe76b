//! The layout of a panel in terminal cells: axes, ticks, labels, and the braille dots of its lines.

use super::curve::Curve;
use super::dash::{pattern, strokes};
use super::figure::Figure;
use super::panel::{FigurePanel, Line};
use super::range::floor;
use super::raster::{DOTS, Raster};
use super::scale::{Scale, Tick};

/// Pixels of an exported figure that correspond to one braille dot.
const PIXELS_OF_A_DOT: f64 = 2.0;
/// Least and greatest number of labels of an axis.
const LABELS: (usize, usize) = (4, 8);
/// Columns of a plot without its axes, at least.
const NARROWEST: usize = 8;

/// A rectangle of cells within the area of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    pub column: usize,
    pub row: usize,
    pub width: usize,
    pub height: usize,
}

/// Axes in cells, and where the dots of a plot lie.
#[derive(Clone, Debug)]
pub struct Grid {
    pub x: Scale,
    pub y: Scale,
    /// the cells of the plot, without its axes
    pub area: Area,
    width: usize,
    axis_rows: usize,
    x_ticks: Vec<Tick>,
    y_ticks: Vec<Tick>,
    dots: (usize, usize),
}

impl Grid {
    /// The grid of a panel; `None` if it is too small for a plot.
    pub fn new(figure: &Figure, panel: &FigurePanel, width: usize, height: usize) -> Option<Self> {
        let y = Scale { log: figure.log_y, ..Scale::linear(figure.y_range) };
        Self::of(Scale::linear(panel.x_range), y, None, width, height)
    }

    /// Of categories along the x axis, at 0, 1, 2, ...
    pub fn of_categories(names: &[String], y_range: (f64, f64), width: usize, height: usize) -> Option<Self> {
        let ticks = names.iter().enumerate();
        let ticks = ticks.map(|(place, name)| Tick { value: place as f64, label: name.clone() }).collect();
        let x = Scale::linear((-0.5, names.len().max(1) as f64 - 0.5));
        Self::of(x, Scale::linear(y_range), Some(ticks), width, height)
    }

    fn of(x: Scale, y: Scale, categories: Option<Vec<Tick>>, width: usize, height: usize) -> Option<Self> {
        let axis_rows = match height {
            0 | 1 => return None,
            2 | 3 => 1,
            _ => 2,
        };
        let rows = height - axis_rows;
        let wanted = (rows / 2).clamp(LABELS.0.min(rows), LABELS.1);
        let row = |tick: &Tick| row_of(&y, rows, tick.value);
        let y_ticks = y.ticks(wanted, |ticks| ticks.windows(2).all(|pair| row(&pair[0]) != row(&pair[1])));
        let labels = y_ticks.iter().map(|tick| tick.label.chars().count()).max().unwrap_or(0);
        let columns = width.checked_sub(labels + 2).filter(|columns| *columns >= NARROWEST)?;
        let area = Area { column: labels + 2, row: 0, width: columns, height: rows };
        let wanted = (columns / 12).clamp(LABELS.0, LABELS.1 + 2);
        let apart = |ticks: &[Tick]| {
            let places: Vec<(usize, usize)> = ticks.iter().map(|tick| label_place(&x, area, width, tick)).collect();
            places.windows(2).all(|pair| pair[0].1 < pair[1].0)
        };
        let x_ticks = match categories {
            Some(ticks) => {
                let every = (1..=ticks.len()).map(|step| ticks.iter().step_by(step).cloned().collect::<Vec<_>>());
                every.into_iter().find(|ticks| apart(ticks)).unwrap_or_default()
            }
            None => x.ticks(wanted, apart),
        };
        let dots = (columns * DOTS.0, rows * DOTS.1);
        Some(Self { x, y, area, width, axis_rows, x_ticks, y_ticks, dots })
    }

    /// The axes, their ticks and labels: column, row and text of each piece.
    pub fn axes(&self) -> Vec<(usize, usize, String)> {
        let Area { column, width, height, .. } = self.area;
        let mut pieces: Vec<(usize, usize, String)> = (0..height).map(|row| (column - 1, row, "│".into())).collect();
        for tick in &self.y_ticks {
            let row = row_of(&self.y, height, tick.value);
            pieces.push((column - 1, row, "┤".into()));
            pieces.push((column - 2 - tick.label.chars().count(), row, tick.label.clone()));
        }
        if self.axis_rows > 1 {
            pieces.push((column - 1, height, format!("└{}", "─".repeat(width))));
        }
        for tick in &self.x_ticks {
            let (begin, _) = label_place(&self.x, self.area, self.width, tick);
            if self.axis_rows > 1
                && let Some(column) = self.column_at(tick.value)
            {
                pieces.push((column, height, "┬".into()));
            }
            pieces.push((begin, height + self.axis_rows - 1, tick.label.clone()));
        }
        pieces
    }

    /// The column of an x that is in sight.
    pub fn column_at(&self, x: f64) -> Option<usize> {
        let share = self.x.share(x);
        (-1e-9..=1.0 + 1e-9).contains(&share).then(|| column_of(&self.x, self.area, x))
    }

    /// Column and row of a point that is in sight.
    pub fn cell_at(&self, x: f64, y: f64) -> Option<(usize, usize)> {
        let share = self.y.share(y);
        let row = (-1e-9..=1.0 + 1e-9).contains(&share).then(|| row_of(&self.y, self.area.height, y))?;
        Some((self.column_at(x)?, row))
    }

    /// The part of the x axis that a column stands for.
    pub fn x_span_at(&self, column: usize) -> Option<(f64, f64)> {
        let place = column.checked_sub(self.area.column).filter(|place| *place < self.area.width)?;
        let last = (self.dots.0 - 1) as f64;
        let at = |dot: f64| self.x.value((dot / last).clamp(0.0, 1.0));
        let first = (place * DOTS.0) as f64;
        Some((at(first - 0.5), at(first + DOTS.0 as f64 - 0.5)))
    }

    /// Draws the lines in the order of the panel, the last on top. The ink is the colour index.
    pub fn lines<'l>(&self, lines: impl IntoIterator<Item = &'l Line>) -> Raster {
        let mut raster = Raster::new(self.area.width, self.area.height);
        for line in lines {
            for stroke in self.strokes(line) {
                raster.line(stroke.into_iter().map(|point| self.place(point)), line.colour);
            }
        }
        raster
    }

    /// A line through points.
    pub fn polyline(&self, points: impl IntoIterator<Item = (f64, f64)>, ink: usize) -> Raster {
        let mut raster = Raster::new(self.area.width, self.area.height);
        raster.line(points.into_iter().map(|point| self.place(point)), ink);
        raster
    }

    /// Where a point lies, in dots from the upper left.
    fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let (right, bottom) = ((self.dots.0 - 1) as f64, (self.dots.1 - 1) as f64);
        (right * self.x.share(x), bottom - bottom * self.y.share(y))
    }

    /// The points that suffice to set the same dots as all of them.
    pub fn points(&self, curve: &Curve) -> Vec<(f64, f64)> {
        curve.reduced((self.x.low, self.x.high), floor(self.y.log), self.dots.0 - 1)
    }

    /// A line cut into dashes. A line with about as many points as columns stays solid, because gaps would hide spikes.
    fn strokes(&self, line: &Line) -> Vec<Vec<(f64, f64)>> {
        let points = self.points(&line.curve);
        let pattern = pattern(line.instance).pixels;
        if pattern.is_empty() || points.len() > self.dots.0 / 2 {
            return vec![points];
        }
        // in shares of the axes, so that a logarithmic one is like any other
        let per_pixel = |dots: usize| 1.0 / dots.max(1) as f64 / PIXELS_OF_A_DOT;
        let flat: Vec<(f64, f64)> = points.into_iter().map(|(x, y)| (self.x.share(x), self.y.share(y))).collect();
        let back = |stroke: Vec<(f64, f64)>| {
            stroke.into_iter().map(|(x, y)| (self.x.value(x), self.y.value(y))).collect::<Vec<_>>()
        };
        strokes(&flat, pattern, (per_pixel(self.dots.0), per_pixel(self.dots.1))).into_iter().map(back).collect()
    }
}

/// The cell in which a dot is.
fn cell(share: f64, dots: usize, per_cell: usize) -> usize {
    ((share.clamp(0.0, 1.0) * (dots - 1) as f64).round() as usize) / per_cell
}

fn row_of(y: &Scale, rows: usize, value: f64) -> usize {
    cell(1.0 - y.share(value), rows * DOTS.1, DOTS.1)
}

fn column_of(x: &Scale, area: Area, value: f64) -> usize {
    area.column + cell(x.share(value), area.width * DOTS.0, DOTS.0)
}

/// First and last column of a label below its tick, moved inside where it would stand over the edge.
fn label_place(x: &Scale, area: Area, width: usize, tick: &Tick) -> (usize, usize) {
    let length = tick.label.chars().count().max(1);
    let begin = column_of(x, area, tick.value).saturating_sub(length / 2).min(width.saturating_sub(length));
    (begin, begin + length)
}

/// A panel as plain text; nothing where there is no room for it.
pub fn to_text(figure: &Figure, panel: &FigurePanel, width: usize, height: usize) -> Option<String> {
    let grid = Grid::new(figure, panel, width, height)?;
    let mut glyphs = vec![vec![' '; width]; height];
    for (column, row, text) in grid.axes() {
        for (place, glyph) in text.chars().enumerate() {
            if let Some(cell) = glyphs.get_mut(row).and_then(|row| row.get_mut(column + place)) {
                *cell = glyph;
            }
        }
    }
    for (column, row, glyph, _) in grid.lines(&panel.lines).lit() {
        glyphs[grid.area.row + row][grid.area.column + column] = glyph;
    }
    let rows = glyphs.into_iter().map(|row| row.into_iter().collect::<String>().trim_end().to_owned());
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
            instance: Some(0),
            curve: Arc::new(curve),
            trained_from: None,
            raw: None,
            band: None,
            runs: 1,
            counts: Arc::default(),
        };
        Figure {
            title: "a test".into(),
            x_label: "pairs seen".into(),
            y_label: "a test".into(),
            y_range: (0.1, 10.0),
            log_y,
            is_difference: false,
            band: Band::Runs,
            batch_sizes: vec![2.into()],
            instances: 1,
            panels: vec![FigurePanel {
                title: "baseline".into(),
                x_range,
                epoch: None,
                lines: vec![line],
                reference: Vec::new(),
                failures: Vec::new(),
                one_class: 0,
                beyond: (false, false),
            }],
        }
    }

    /// The dots that malevich sets for every segment, in layers too short for any reduction of its own.
    fn every_point(figure: &Figure, area: Area) -> String {
        let (panel, y_range) = (&figure.panels[0], figure.y_range);
        let empty = malevich::Plot::new().axes(false).x_domain(panel.x_range.0, panel.x_range.1);
        let empty = empty.y_domain(y_range.0, y_range.1);
        let empty = if figure.log_y { empty.log_y() } else { empty };
        let points: Vec<(f64, f64)> = panel.lines[0].curve.points().collect();
        let segments = points.windows(2).filter(|pair| pair.iter().all(|point| point.1.is_finite()));
        let plot = segments.fold(empty, |plot, pair| {
            let (x, y): (Vec<f64>, Vec<f64>) = pair.iter().copied().unzip();
            plot.layer(malevich::Line::xy(x, y))
        });
        let frame = malevich::Frame::plain(area.width, area.height);
        plot.raster(&malevich::Frame { charset: malevich::Charset::Braille, ..frame }).to_plain()
    }

    /// The dots of the plot alone.
    fn drawn(figure: &Figure, grid: &Grid) -> String {
        let mut rows = vec![vec![' '; grid.area.width]; grid.area.height];
        for (column, row, glyph, _) in grid.lines(&figure.panels[0].lines).lit() {
            rows[row][column] = glyph;
        }
        let rows = rows.into_iter().map(|row| row.into_iter().collect::<String>().trim_end().to_owned());
        rows.collect::<Vec<_>>().join("\n")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// The oracle: what is drawn of few points lights the same dots as all of them, at any zoom, with gaps.
        #[test]
        fn reduced_lines_light_the_dots_of_all_points(
            values in prop::collection::vec(prop_oneof![20 => 0.05f64..12.0, 1 => Just(f64::NAN), 1 => Just(0.0)], 2..2500),
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
            let grid = Grid::new(&figure, &figure.panels[0], width, height).unwrap();
            prop_assert_eq!(drawn(&figure, &grid), every_point(&figure, grid.area));
        }
    }

    #[test]
    fn a_spike_of_one_update_in_a_million_is_there_at_every_zoom() {
        let spike = 654_321;
        let curve = Curve::of((0..1_000_000).map(|x| (f64::from(x), if x == spike { 1.9 } else { 0.6 })));
        let spike = f64::from(spike);
        for width in [1e6, 1e5, 1e4, 1e3, 100.0] {
            let figure = figure(curve.clone(), ((spike - width / 2.0).max(0.0), spike + width / 2.0), false);
            let grid = Grid::new(&figure, &figure.panels[0], 80, 20).unwrap();
            let points = grid.points(&figure.panels[0].lines[0].curve);
            assert!(points.len() <= 4 * 160 + 2, "{} points", points.len());
            assert!(points.contains(&(spike, 1.9)), "zoomed to {width}");
        }
    }

    /// Whatever the range, four values can be read off a plot of seven rows, and labels never touch.
    #[test]
    fn axes_have_four_labels_where_there_are_rows_for_them() {
        for (low, high) in
            [(0.76, 0.88), (0.7, 0.9), (0.0, 1.0), (0.66, 0.84), (-0.1, 0.05), (0.0, 2e-5), (0.0, 4096.0)]
        {
            for (width, height) in [(78, 9), (40, 7), (60, 16), (160, 40)] {
                let mut figure = figure(Curve::default(), (0.0, 20_750.0), false);
                figure.y_range = (low, high);
                let grid = Grid::new(&figure, &figure.panels[0], width, height).unwrap();
                assert!(grid.y_ticks.len() >= 4, "{low} to {high} in {height} rows: {:?}", grid.y_ticks);
                assert!(grid.x_ticks.len() >= 3, "{:?} in {width} columns", grid.x_ticks);
                let text = to_text(&figure, &figure.panels[0], width, height).unwrap();
                assert_eq!(text.lines().count(), height);
                assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
            }
        }
    }

    #[test]
    fn the_smallest_plot_still_draws() {
        let figure = figure(Curve::of([(0.0, 0.2), (9.0, 9.0)]), (0.0, 9.0), false);
        for width in 0..30 {
            for height in 0..8 {
                let text = to_text(&figure, &figure.panels[0], width, height);
                let is_enough = width >= 14 && height >= 2;
                let is_too_little = width < NARROWEST || height < 2;
                // between them it hangs on the labels of the y axis
                if is_enough || is_too_little {
                    assert_eq!(text.is_some(), is_enough, "{width} x {height}: {text:?}");
                }
            }
        }
    }
}
