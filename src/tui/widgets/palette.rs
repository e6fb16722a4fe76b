//! The list of all keys as an overlay: the search line and the visible entries, the selected one marked.

use super::{cursor, typed};
use crate::app::App;
use crate::tui::keymap;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Paragraph, Wrap};

const WIDTH: u16 = 78;
/// Rows of the borders and the search line.
const AROUND: u16 = 3;
/// Width of the column of keys.
const KEYS: usize = 10;

pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let Some(input) = app.palette.input() else { return };
    // the height does not change during a search
    let all = keymap::entries(app.focus, "").len();
    let height = u16::try_from(all).unwrap_or(u16::MAX).saturating_add(AROUND);
    let popup = area.centered(Constraint::Length(WIDTH), Constraint::Length(height));
    let mut block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.focus())
        .style(theme.text())
        .title_top(Span::styled(format!(" keys with the focus on {} ", app.focus.title()), theme.title()))
        .title_bottom(Span::styled(" type to search, or key=value for the draft ", theme.dim()));
    let inner = block.inner(popup);
    let mut line = vec![Span::styled(" / ", theme.key())];
    line.extend(typed::spans(input, usize::from(inner.width).saturating_sub(4), theme));
    let mut lines = vec![Line::from(line)];
    let mut marked = None;
    if app.palette.is_of_draft() {
        lines.push(match app.typed_draft() {
            Ok(words) => Line::styled(format!(" Enter drafts: {words}"), theme.accent()),
            Err(error) => Line::styled(format!(" {error}"), theme.bad()),
        });
    } else {
        let fitting = keymap::entries(app.focus, app.palette.text());
        let room = usize::from(inner.height).saturating_sub(1);
        let chosen = app.palette.chosen(fitting.len());
        let first = cursor::first_in_sight(chosen, fitting.len(), room);
        lines.extend(fitting.iter().skip(first).take(room).map(|entry| {
            let keys = Span::styled(format!(" {:<KEYS$}", entry.keys), theme.key());
            Line::from(vec![keys, Span::styled(entry.help.clone(), theme.text())])
        }));
        if fitting.is_empty() {
            lines.push(Line::styled(" no key has these words", theme.dim()));
        } else if room > 0 {
            let place = u16::try_from(1 + chosen - first).unwrap_or(u16::MAX);
            marked = Some(Rect { y: inner.y.saturating_add(place), height: 1, ..inner });
            let place = format!(" {} of {} ", chosen + 1, fitting.len());
            block = block.title_bottom(Line::styled(place, theme.dim()).right_aligned());
        }
    }
    frame.render_widget(Clear, popup);
    // an error is shown in full; lines of the list are cut
    let text = Paragraph::new(lines).block(block);
    let text = if app.palette.is_of_draft() { text.wrap(Wrap { trim: false }) } else { text };
    frame.render_widget(text, popup);
    if let Some(line) = marked {
        cursor::mark(frame.buffer_mut(), line.intersection(inner), theme);
    }
}
