//! The keys, over everything else: those of the focused panel first.

use crate::app::App;
use crate::tui::keymap::{self, Binding, SAME};
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Paragraph};

pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let keys: Vec<&Binding> = keymap::working(app.focus).collect();
    let lines: Vec<Line<'_>> = keys
        .iter()
        .enumerate()
        .filter(|(_, binding)| binding.help != SAME)
        .map(|(place, binding)| {
            // keys that do the same stand on one line
            let others = keys[place + 1..].iter().take_while(|other| other.help == SAME);
            let labels: Vec<&str> = std::iter::once(binding).chain(others).map(|binding| binding.label).collect();
            Line::from(vec![
                Span::styled(format!(" {:<10}", labels.join(" ")), theme.key()),
                Span::styled(binding.help, theme.text()),
            ])
        })
        .collect();
    let (width, height) = (64, lines.len() as u16 + 2);
    let popup = area.centered(Constraint::Length(width), Constraint::Length(height));
    let room = usize::from(popup.height.saturating_sub(2));
    let first = app.help_scroll.within(lines.len(), room);
    let more = lines.len().saturating_sub(first + room);
    let mut block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.focus())
        .style(theme.text())
        .title_top(Span::styled(format!(" keys with the focus on {} ", app.focus.title()), theme.title()));
    if lines.len() > room {
        let words = if more > 0 { format!(" ↓ {more} more ") } else { " ↑ back up ".into() };
        block = block.title_bottom(Line::styled(words, theme.dim()).right_aligned());
    }
    frame.render_widget(Clear, popup);
    frame.render_widget(Paragraph::new(lines).scroll((first.try_into().unwrap_or(u16::MAX), 0)).block(block), popup);
}
