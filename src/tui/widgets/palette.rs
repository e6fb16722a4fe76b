//! The palette, over everything else: the line that is typed, and what fits it.

use super::typed;
use crate::app::App;
use crate::tui::keymap;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Paragraph};

const WIDTH: u16 = 76;
/// Most lines of what fits.
const LINES: u16 = 12;

pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let Some(input) = app.palette.input() else { return };
    let popup = area.centered(Constraint::Length(WIDTH), Constraint::Length(LINES + 3));
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.focus())
        .style(theme.text())
        .title_top(Span::styled(" what should happen? ", theme.title()))
        .title_bottom(Line::styled(" or a change for the draft: dropout=0.2 norm=batch ", theme.dim()).right_aligned());
    let inner = block.inner(popup);
    let mut line = vec![Span::styled(":", theme.key())];
    line.extend(typed::spans(input, usize::from(inner.width).saturating_sub(3), theme));
    let mut lines = vec![Line::from(line)];
    if app.palette.is_of_draft() {
        lines.push(match app.typed_draft() {
            Ok(words) => Line::styled(format!(" Enter drafts: {words}"), theme.accent()),
            Err(error) => Line::styled(format!(" {error}"), theme.bad()),
        });
    } else {
        let fitting = keymap::fitting(app.palette.text());
        let room = usize::from(inner.height).saturating_sub(1);
        let chosen = app.palette.chosen(fitting.len());
        let first = (chosen + 1).saturating_sub(room);
        lines.extend(fitting.iter().enumerate().skip(first).take(room).map(|(place, binding)| {
            let style = if place == chosen { theme.selection() } else { theme.text() };
            Line::from(vec![
                Span::styled(format!(" {:<10}", binding.label), theme.key()),
                Span::styled(binding.help, style),
            ])
        }));
        if fitting.is_empty() {
            lines.push(Line::styled(" nothing is called so", theme.dim()));
        }
    }
    frame.render_widget(Clear, popup);
    frame.render_widget(Paragraph::new(lines).block(block), popup);
}
