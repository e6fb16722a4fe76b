//! The filter line while it is edited, followed by completions or an error.

use super::typed;
use crate::app::App;
use crate::tui::theme::Theme;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// The minimum visible width of the line.
const LEAST: usize = 12;

pub fn line<'t>(area: Rect, app: &App, theme: &Theme) -> Line<'t> {
    let filter = &app.table.filter;
    let room = usize::from(area.width).saturating_sub(4);
    // the error must be readable: the line shrinks
    let behind = filter.error().map_or(0, |error| error.chars().count() + 2);
    let room = room.saturating_sub(behind).max(LEAST);
    let input = filter.input();
    let mut spans = vec![Span::styled(" /", theme.key())];
    spans.extend(typed::spans(input, room, theme));
    spans.push(Span::raw("  "));
    match filter.error() {
        Some(error) => spans.push(Span::styled(error.to_owned(), theme.bad())),
        None => spans.extend(candidates(app, theme)),
    }
    Line::from(spans)
}

/// The completions from the current one on.
fn candidates<'t>(app: &App, theme: &Theme) -> Vec<Span<'t>> {
    let completion = app.table.filter.completion();
    let first = completion.chosen.unwrap_or(0);
    let style = |place: usize| -> Style { if completion.chosen == Some(place) { theme.accent() } else { theme.dim() } };
    let all = completion.candidates.iter().enumerate().skip(first);
    all.map(|(place, word)| Span::styled(format!("{word} "), style(place))).collect()
}
