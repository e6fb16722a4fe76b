//! One panel of a figure in braille. Drawn from back to front: bands, epochs, lines, marks, crosshair.

mod readout;

use super::canvas::CellCanvas;
use super::legend;
use super::shed::{fitting, middle_shortened};
use crate::domain::arm::BASELINE;
use crate::plot::{Band, Curve, Figure, FigurePanel, Fit, Grid, View, middle_half};
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};

/// Minimum area of a plot with the values at the crosshair beside it.
const READOUT: (u16, u16) = (30, 6);
/// Minimum number of columns between two epochs.
const EPOCH: f64 = 4.0;
/// Number of columns between two marks on a line, on a terminal without colours.
const MARKS: usize = 16;

pub struct Chart<'c> {
    pub figure: &'c Figure,
    pub panel: &'c FigurePanel,
    pub view: &'c View,
}

impl Chart<'_> {
    /// In a narrow chart, the part of the label after a comma is dropped first.
    pub fn title<'t>(&self, position: Option<String>, width: u16, theme: &Theme) -> Line<'t> {
        let mut parts = Vec::new();
        if let Some(position) = position {
            parts.push((3, vec![Span::styled(format!(" {position}"), theme.dim())]));
        }
        if self.panel.title != BASELINE || self.figure.panels.len() > 1 {
            let name = middle_shortened(&self.panel.title, usize::from(width / 2).max(8));
            parts.push((1, vec![Span::styled(format!(" {name} "), theme.accent())]));
        }
        let mut label = self.label().split(", ");
        parts.push((0, vec![Span::styled(format!(" {}", label.next().unwrap_or_default()), theme.title())]));
        parts.extend(label.map(|more| (5, vec![Span::styled(format!(", {more}"), theme.title())])));
        // a mark and a number if nothing else fits: the table has the same marks
        let mut marked = |mark: &str, runs: usize, words: &str| {
            if runs > 0 {
                parts.push((2, vec![Span::styled(format!("  {mark} {runs}"), theme.bad())]));
                parts.push((4, vec![Span::styled(format!(" {words}"), theme.bad())]));
            }
        };
        marked("✗", self.panel.failures.len(), "failed");
        let words = if self.panel.one_class == 1 { "predicts one class only" } else { "predict one class only" };
        marked("!", self.panel.one_class, words);
        parts.push((6, vec![Span::raw(" ")]));
        fitting(parts, width)
    }

    /// Without what the legend shows.
    fn label(&self) -> &str {
        let label = self.figure.y_label.as_str();
        match self.figure.band {
            Band::Runs => label,
            band => label.strip_suffix(band.label()).map_or(label, |label| label.trim_end_matches(", ")),
        }
    }
}

pub fn draw(frame: &mut Frame<'_>, area: Rect, chart: &Chart<'_>, theme: &Theme) {
    let Chart { figure, panel, view } = *chart;
    let crosshair = view.crosshair.filter(|_| area.width >= READOUT.0 + readout::WIDTH && area.height >= READOUT.1);
    let [area, beside] = Layout::horizontal([
        Constraint::Fill(1),
        Constraint::Length(if crosshair.is_some() { readout::WIDTH } else { 0 }),
    ])
    .areas(area);
    let Some(grid) = Grid::new(figure, panel, area.width.into(), area.height.into()) else {
        let middle = Rect { y: area.y + area.height / 2, height: area.height.min(1), ..area };
        frame.render_widget(Line::styled("no room for a chart", theme.dim()).alignment(Alignment::Center), middle);
        return;
    };
    let buffer = frame.buffer_mut();
    let mut canvas = CellCanvas { grid: &grid, area, buffer, theme };
    canvas.axes();
    canvas.lines(&grid.lines(&panel.lines), |colour| theme.series(colour));
    canvas.behind(&grid.lines(&panel.reference), |colour| theme.faint(colour));
    if figure.is_difference {
        canvas.zero();
    }
    canvas.epochs(panel);
    canvas.ribbons(panel);
    canvas.bands(panel, view);
    canvas.beyond(panel);
    if theme.is_plain() {
        canvas.marks(panel);
    }
    canvas.failures(figure, panel);
    if let Some(x) = view.crosshair {
        canvas.crosshair(x);
    }
    if panel.lines.is_empty() {
        let middle = Rect { y: area.y + area.height / 2, height: area.height.min(1), ..area };
        frame.render_widget(Line::styled("no points yet", theme.dim()).alignment(Alignment::Center), middle);
    }
    if let Some(x) = crosshair {
        readout::draw(frame, beside, chart, x, theme);
    }
}

impl CellCanvas<'_> {
    /// The ends of epochs as faint lines, unless they are too many.
    fn epochs(&mut self, panel: &FigurePanel) {
        let (low, high) = panel.x_range;
        let inside = self.inside();
        let Some(epoch) = panel.epoch.filter(|epoch| f64::from(inside.width) * epoch >= EPOCH * (high - low)) else {
            return;
        };
        let first = (low / epoch).floor().max(0.0) as u64 + 1;
        let ends = (first..).map(|number| number as f64 * epoch).take_while(|x| *x < high);
        for column in ends.filter_map(|x| self.column(x)).collect::<Vec<_>>() {
            for row in inside.top()..inside.bottom() {
                let at = Position::new(column, row);
                if self.is_free(at) {
                    self.put(at, "┊", self.theme.border());
                }
            }
        }
    }

    /// The middle half of the measured values around smoothed lines: the values themselves would fill the chart.
    fn ribbons(&mut self, panel: &FigurePanel) {
        for (line, raw) in panel.unsmoothed() {
            self.ground(line.colour, |span| middle_half(raw, span));
        }
    }

    /// The background between the edges of a band, from the first training step on: the initial spread says nothing about training.
    fn bands(&mut self, panel: &FigurePanel, view: &View) {
        for line in &panel.lines {
            let Some((low, high)) = &line.band else { continue };
            let from = if view.fit == Fit::Trained { line.trained_from.unwrap_or(f64::INFINITY) } else { 0.0 };
            let edges = |span: (f64, f64)| {
                let span = (span.0.max(from), span.1);
                (span.0 <= span.1).then(|| Some((edge(low, span)?.0, edge(high, span)?.1))).flatten()
            };
            self.ground(line.colour, edges);
        }
    }

    /// Colours the cells between the edges in each column; only the edges if colours cannot be mixed.
    fn ground(&mut self, colour: usize, edges: impl Fn((f64, f64)) -> Option<(f64, f64)>) {
        let inside = self.inside();
        let ground = self.theme.band(colour);
        for column in inside.left()..inside.right() {
            let Some((low, high)) = self.span(column).and_then(&edges) else { continue };
            let Some((top, bottom)) = self.rows(low, high) else { continue };
            for row in top..=bottom {
                let at = Position::new(column, row);
                match ground {
                    Some(ground) => {
                        if let Some(cell) = self.buffer.cell_mut(at) {
                            cell.set_bg(ground);
                        }
                    }
                    None if (row == top || row == bottom) && self.is_free(at) => {
                        self.put(at, "·", self.theme.series(colour));
                    }
                    None => {}
                }
            }
        }
    }

    /// Marks at the edge for lines beyond it.
    fn beyond(&mut self, panel: &FigurePanel) {
        if panel.beyond == (false, false) {
            return;
        }
        let inside = self.inside();
        let (low, high) = (self.grid.y.low, self.grid.y.high);
        for line in &panel.lines {
            for column in inside.left()..inside.right() {
                let Some((least, most)) = self.span(column).and_then(|span| edge(&line.curve, span)) else { continue };
                let (row, mark) = match () {
                    () if most < low => (inside.bottom().saturating_sub(1), "▾"),
                    () if least > high => (inside.top(), "▴"),
                    () => continue,
                };
                let at = Position::new(column, row);
                if self.is_free(at) {
                    self.put(at, mark, self.theme.series(line.colour));
                }
            }
        }
    }

    /// The visible rows from high to low.
    fn rows(&self, low: f64, high: f64) -> Option<(u16, u16)> {
        let (least, most) = (self.grid.y.low, self.grid.y.high);
        if high < least || low > most {
            return None;
        }
        let x = self.grid.x.low;
        Some((self.cell(x, high.min(most))?.y, self.cell(x, low.max(least))?.y))
    }

    /// Marks of the batch size along a line and at its end, on a terminal without colours.
    fn marks(&mut self, panel: &FigurePanel) {
        let inside = self.inside();
        for (number, line) in panel.lines.iter().enumerate() {
            let last = line.curve.points().next_back().and_then(|(x, _)| self.column(x)).unwrap_or(inside.right());
            // adjacent lines have their marks in different columns
            let places = (inside.left() + (number * 5 % MARKS) as u16..last).step_by(MARKS).chain([last]);
            for column in places.collect::<Vec<_>>() {
                let at = self.span(column).and_then(|span| {
                    let (low, high) = edge(&line.curve, span)?;
                    self.cell((span.0 + span.1) / 2.0, (low + high) / 2.0)
                });
                if let Some(at) = at {
                    self.put(at, legend::mark(line.colour), self.theme.text());
                }
            }
        }
    }

    /// Failed runs: at their last value, or at the bottom of the chart if they have none.
    fn failures(&mut self, figure: &Figure, panel: &FigurePanel) {
        for failure in &panel.failures {
            let (low, high) = figure.y_range;
            let y = failure.y.map_or(low, |y| y.clamp(low, high));
            if let Some(at) = self.cell(failure.x, y) {
                self.put(at, "✗", self.theme.bad());
            }
        }
    }

    fn crosshair(&mut self, x: f64) {
        let Some(column) = self.column(x) else { return };
        let inside = self.inside();
        for row in inside.top()..inside.bottom() {
            let at = Position::new(column, row);
            if self.is_free(at) {
                self.put(at, "│", self.theme.accent());
            } else if let Some(cell) = self.buffer.cell_mut(at) {
                cell.set_style(self.theme.selection());
            }
        }
    }
}

/// The lowest and highest value within a column; interpolated between two points.
fn edge(curve: &Curve, (from, to): (f64, f64)) -> Option<(f64, f64)> {
    curve.extent((from, to), f64::NEG_INFINITY).or_else(|| {
        let value = curve.between((from + to) / 2.0)?;
        Some((value, value))
    })
}
