//! One panel of a figure in braille. From the ground up: bands, epochs, what was measured, lines, marks, crosshair.

use super::shed::fitting;
use super::{legend, readout};
use crate::domain::arm::BASELINE;
use crate::plot::{Band, Curve, Figure, Grid, Panel, Raster, View, axes};
use crate::tui::theme::Theme;
use malevich::Charset;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

/// Smallest area of a plot beside which the values at the crosshair have room.
const READOUT: (u16, u16) = (30, 6);
/// Columns between two ticks of epochs, at least.
const EPOCH: f64 = 4.0;
/// Columns between two marks on a line, on a terminal without colours.
const MARKS: usize = 16;
const NOTHING: &str = " ";
const EMPTY_BRAILLE: &str = "\u{2800}";

pub struct Chart<'c> {
    pub figure: &'c Figure,
    pub panel: &'c Panel,
    pub view: &'c View,
}

impl Chart<'_> {
    /// Of a narrow chart, what the label says behind a comma goes first.
    pub fn title<'t>(&self, position: Option<String>, width: u16, theme: &Theme) -> Line<'t> {
        let mut parts = Vec::new();
        if let Some(position) = position {
            parts.push((3, vec![Span::styled(format!(" {position}"), theme.dim())]));
        }
        if self.panel.title != BASELINE || self.figure.panels.len() > 1 {
            parts.push((1, vec![Span::styled(format!(" {} ", self.panel.title), theme.accent())]));
        }
        let mut label = self.label().split(", ");
        parts.push((2, vec![Span::styled(format!(" {}", label.next().unwrap_or_default()), theme.title())]));
        parts.extend(label.map(|more| (4, vec![Span::styled(format!(", {more}"), theme.title())])));
        if !self.panel.deaths.is_empty() {
            parts.push((0, vec![Span::styled(format!("  ✗ {} failed", self.panel.deaths.len()), theme.bad())]));
        }
        parts.push((5, vec![Span::raw(" ")]));
        fitting(parts, width)
    }

    /// Without what the legend says already.
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
    let Some(grid) = Grid::new(figure, area.width.into(), area.height.into()) else { return };
    let buffer = frame.buffer_mut();
    axes(figure).widget().charset(Charset::Braille).render(area, buffer);
    let mut canvas = Canvas { grid: &grid, area, buffer, theme };
    canvas.lines(&grid.lines(panel));
    canvas.behind(&grid.measured(panel));
    canvas.epochs(figure);
    canvas.bands(panel);
    if theme.is_plain() {
        canvas.marks(panel);
    }
    canvas.deaths(figure, panel);
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

/// A drawn plot, cell by cell.
struct Canvas<'c> {
    grid: &'c Grid,
    area: Rect,
    buffer: &'c mut Buffer,
    theme: &'c Theme,
}

impl Canvas<'_> {
    /// The cells in which lines are.
    fn inside(&self) -> Rect {
        self.grid.mapping.plot_area().map_or(Rect::ZERO, |panel| {
            let at = |cells: usize| u16::try_from(cells).unwrap_or(0);
            Rect::new(self.area.x + at(panel.column), self.area.y + at(panel.row), at(panel.width), at(panel.height))
                .intersection(self.area)
        })
    }

    /// The column of the screen in which an x is.
    fn column(&self, x: f64) -> Option<u16> {
        Some(self.area.x + u16::try_from(self.grid.mapping.column_at(x)?).ok()?)
    }

    fn cell(&self, x: f64, y: f64) -> Option<Position> {
        let (column, row) = self.grid.mapping.cell_at(x, y)?;
        Some(Position::new(self.area.x + u16::try_from(column).ok()?, self.area.y + u16::try_from(row).ok()?))
    }

    fn is_free(&self, at: Position) -> bool {
        self.buffer.cell(at).is_some_and(|cell| [NOTHING, EMPTY_BRAILLE].contains(&cell.symbol()))
    }

    fn put(&mut self, at: Position, symbol: &str, style: Style) {
        if let Some(cell) = self.buffer.cell_mut(at) {
            cell.set_symbol(symbol).set_style(style);
        }
    }

    fn lines(&mut self, lines: &Raster) {
        for (at, glyph, colour) in lit(lines, self.inside()) {
            self.put(at, glyph.encode_utf8(&mut [0; 4]), self.theme.series(colour));
        }
    }

    /// Lines where others leave cells free, faint. Dots of both in one cell would be told apart by nothing.
    fn behind(&mut self, lines: &Raster) {
        for (at, glyph, _) in lit(lines, self.inside()) {
            if self.is_free(at) {
                self.put(at, glyph.encode_utf8(&mut [0; 4]), self.theme.border());
            }
        }
    }

    /// The ends of epochs as faint lines, where they are not too many.
    fn epochs(&mut self, figure: &Figure) {
        let (low, high) = figure.x_range;
        let inside = self.inside();
        let Some(epoch) = figure.epoch.filter(|epoch| f64::from(inside.width) * epoch >= EPOCH * (high - low)) else {
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

    /// The ground between two edges; the edges alone where colours cannot be mixed.
    fn bands(&mut self, panel: &Panel) {
        let inside = self.inside();
        for line in &panel.lines {
            let Some((low, high)) = &line.band else { continue };
            let ground = self.theme.band(line.colour);
            for column in inside.left()..inside.right() {
                let span = self.grid.mapping.x_span_at((column - self.area.x).into());
                let Some((low, high)) = span.and_then(|span| Some((edge(low, span)?.0, edge(high, span)?.1))) else {
                    continue;
                };
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
                            self.put(at, "·", self.theme.series(line.colour));
                        }
                        None => {}
                    }
                }
            }
        }
    }

    /// The rows from high to low, as far as they are in sight.
    fn rows(&self, low: f64, high: f64) -> Option<(u16, u16)> {
        let (least, most) = self.grid.mapping.y_domain();
        if high < least || low > most {
            return None;
        }
        let x = self.grid.mapping.x_domain().0;
        Some((self.cell(x, high.min(most))?.y, self.cell(x, low.max(least))?.y))
    }

    /// Which batch size a line is of, along it and at its end, where colours do not tell.
    fn marks(&mut self, panel: &Panel) {
        let inside = self.inside();
        for (number, line) in panel.lines.iter().enumerate() {
            let last = line.curve.points().next_back().and_then(|(x, _)| self.column(x)).unwrap_or(inside.right());
            // lines side by side have their marks at different columns
            let places = (inside.left() + (number * 5 % MARKS) as u16..last).step_by(MARKS).chain([last]);
            for column in places.collect::<Vec<_>>() {
                let span = self.grid.mapping.x_span_at(column.saturating_sub(self.area.x).into());
                let at = span.and_then(|span| {
                    let (low, high) = edge(&line.curve, span)?;
                    self.cell((span.0 + span.1) / 2.0, (low + high) / 2.0)
                });
                if let Some(at) = at {
                    self.put(at, legend::mark(line.colour), self.theme.text());
                }
            }
        }
    }

    /// Where runs failed: at their last value, or at the foot of the chart where they never had one.
    fn deaths(&mut self, figure: &Figure, panel: &Panel) {
        for death in &panel.deaths {
            let (low, high) = figure.y_range;
            let y = death.y.map_or(low, |y| y.clamp(low, high));
            if let Some(at) = self.cell(death.x, y) {
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

/// Cells with dots: where on the screen, what, and in which colour.
fn lit(lines: &Raster, inside: Rect) -> impl Iterator<Item = (Position, char, usize)> + '_ {
    let at = |first: u16, cells: usize| first.saturating_add(u16::try_from(cells).unwrap_or(u16::MAX));
    lines.lit().map(move |(column, row, glyph, colour)| {
        (Position::new(at(inside.x, column), at(inside.y, row)), glyph, colour)
    })
}

/// Lowest and highest value within a column; between two points the straight line's.
fn edge(curve: &Curve, (from, to): (f64, f64)) -> Option<(f64, f64)> {
    curve.extent((from, to), f64::NEG_INFINITY).or_else(|| {
        let value = curve.between((from + to) / 2.0)?;
        Some((value, value))
    })
}
