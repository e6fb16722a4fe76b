//! Draws a plot into cells.

use crate::plot::{Grid, Raster};
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

const NOTHING: &str = " ";
const EMPTY_BRAILLE: &str = "\u{2800}";

/// A plot and the cells to draw it in.
pub struct CellCanvas<'c> {
    pub grid: &'c Grid,
    pub area: Rect,
    pub buffer: &'c mut Buffer,
    pub theme: &'c Theme,
}

impl CellCanvas<'_> {
    /// The cells of the lines.
    pub fn inside(&self) -> Rect {
        let plot = self.grid.area;
        let at = |cells: usize| u16::try_from(cells).unwrap_or(0);
        Rect::new(self.area.x + at(plot.column), self.area.y + at(plot.row), at(plot.width), at(plot.height))
            .intersection(self.area)
    }

    pub fn axes(&mut self) {
        for (column, row, text) in self.grid.axes() {
            let (Ok(column), Ok(row)) = (u16::try_from(column), u16::try_from(row)) else { continue };
            let (x, y) = (self.area.x.saturating_add(column), self.area.y.saturating_add(row));
            let width = usize::from(self.area.right().saturating_sub(x));
            if y < self.area.bottom() {
                self.buffer.set_stringn(x, y, text, width, self.theme.dim());
            }
        }
    }

    /// The column of an x value.
    pub fn column(&self, x: f64) -> Option<u16> {
        Some(self.area.x + u16::try_from(self.grid.column_at(x)?).ok()?)
    }

    pub fn cell(&self, x: f64, y: f64) -> Option<Position> {
        let (column, row) = self.grid.cell_at(x, y)?;
        Some(Position::new(self.area.x + u16::try_from(column).ok()?, self.area.y + u16::try_from(row).ok()?))
    }

    /// The part of the x axis in a column.
    pub fn span(&self, column: u16) -> Option<(f64, f64)> {
        self.grid.x_span_at(column.checked_sub(self.area.x)?.into())
    }

    pub fn is_free(&self, at: Position) -> bool {
        self.buffer.cell(at).is_some_and(|cell| [NOTHING, EMPTY_BRAILLE].contains(&cell.symbol()))
    }

    pub fn put(&mut self, at: Position, symbol: &str, style: Style) {
        if let Some(cell) = self.buffer.cell_mut(at) {
            cell.set_symbol(symbol).set_style(style);
        }
    }

    /// Lines, in the style of each ink.
    pub fn lines(&mut self, lines: &Raster, style: impl Fn(usize) -> Style) {
        for (at, glyph, ink) in lit(lines, self.inside()) {
            self.put(at, glyph.encode_utf8(&mut [0; 4]), style(ink));
        }
    }

    /// Lines in free cells only: dots of two lines in one cell cannot be distinguished.
    pub fn behind(&mut self, lines: &Raster, style: impl Fn(usize) -> Style) {
        for (at, glyph, ink) in lit(lines, self.inside()) {
            if self.is_free(at) {
                self.put(at, glyph.encode_utf8(&mut [0; 4]), style(ink));
            }
        }
    }

    /// The zero line, in free cells.
    pub fn zero(&mut self) {
        let inside = self.inside();
        let Some(row) = self.cell(self.grid.x.low, 0.0).map(|at| at.y) else { return };
        for column in inside.left()..inside.right() {
            let at = Position::new(column, row);
            if self.is_free(at) {
                self.put(at, "┈", self.theme.dim());
            }
        }
    }
}

/// Cells with dots: position, character and colour.
fn lit(lines: &Raster, inside: Rect) -> impl Iterator<Item = (Position, char, usize)> + '_ {
    let at = |first: u16, cells: usize| first.saturating_add(u16::try_from(cells).unwrap_or(u16::MAX));
    lines.lit().map(move |(column, row, glyph, colour)| {
        (Position::new(at(inside.x, column), at(inside.y, row)), glyph, colour)
    })
}
