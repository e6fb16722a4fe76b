//! The table of runs, or of cells with their runs below them. In a long list the cursor stays in the middle.

mod cells;
mod columns;

use super::{cursor, panel};
use crate::app::table::{Column, Listing};
use crate::app::{Action, App, Panel};
use crate::tui::keymap::label;
use crate::tui::theme::Theme;
pub use cells::{sign, stage};
use columns::{Shape, fitting, title};
use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Cell, Row, Table};

pub fn draw(frame: &mut Frame<'_>, area: Rect, listing: &Listing<'_>, app: &App, theme: &Theme) {
    let place = listing.place;
    let mut block = panel::frame(Panel::Sweep, app, theme)
        .title_bottom(Line::styled(position(app, listing, place), theme.dim()).alignment(Alignment::Right));
    if app.table.filter.is_on() {
        let style = if listing.kept == 0 { theme.bad() } else { theme.accent() };
        let words = format!(" {} · {} of {} ", app.table.filter.filter(), listing.kept, listing.all);
        block = block.title_top(Line::styled(words, style).alignment(Alignment::Right));
    }
    let inner = block.inner(area);
    let columns = fitting(inner.width, app, listing);
    let room = usize::from(inner.height.saturating_sub(1));
    let first = cursor::first_in_sight(place, listing.items.len(), room);
    let rows = listing.items.iter().skip(first).take(room).map(|item| {
        let measures = listing.measures(item);
        Row::new(columns.iter().map(|(shape, width)| cells::cell(*shape, *width, item, &measures, app, theme)))
    });
    let header = Row::new(columns.iter().map(|(shape, _)| heading(*shape, app, theme))).style(theme.dim());
    let widths = columns.iter().map(|(_, width)| Constraint::Length(*width));
    frame.render_widget(Table::new(rows, widths).header(header).block(block), area);
    if (app.focus == Panel::Sweep || app.table.has_selection()) && !listing.items.is_empty() {
        let below_header = u16::try_from(1 + place - first).unwrap_or(u16::MAX);
        let line = Rect { y: inner.y.saturating_add(below_header), height: 1, ..inner };
        cursor::mark(frame.buffer_mut(), line.intersection(inner), theme);
    }
    if listing.items.is_empty() && listing.all > 0 && room > 0 {
        let below = Rect { y: inner.y + 1, height: 1, ..inner };
        frame.render_widget(
            Line::styled(format!("no run fits the filter; {} drops it", label(Action::Back)), theme.dim()).centered(),
            below,
        );
    }
}

fn position(app: &App, listing: &Listing<'_>, place: usize) -> String {
    let hidden = match app.table.hidden() {
        0 => String::new(),
        hidden => format!(" {hidden} hidden ·"),
    };
    match listing.items.len() {
        0 => hidden,
        count => format!("{hidden} {} of {count} ", place + 1),
    }
}

/// With an arrow if the table is sorted by it.
fn heading<'t>(shape: Shape, app: &App, theme: &Theme) -> Cell<'t> {
    let Shape::Of(column) = shape else { return Cell::default() };
    let title = title(column, &app.table);
    let line = match app.table.sort {
        Some((sorted, descending)) if sorted == column => {
            Line::from(Span::styled(format!("{title}{}", if descending { "↓" } else { "↑" }), theme.key()))
        }
        _ => Line::from(title),
    };
    let left = matches!(column, Column::State | Column::Arm | Column::Name | Column::Label(_) | Column::Progress);
    Cell::from(line.alignment(if left { Alignment::Left } else { Alignment::Right }))
}
