//! All keys, over everything else.

use crate::tui::keymap::{Binding, KEYS};
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Paragraph};

const SAME: &str = "the same";

pub fn draw(frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
    let lines: Vec<Line<'_>> = KEYS
        .iter()
        .enumerate()
        .filter(|(_, binding)| binding.help != SAME)
        .map(|(place, binding)| {
            // keys that do the same stand on one line
            let others = KEYS[place + 1..].iter().take_while(|other| other.help == SAME);
            let labels: Vec<&str> =
                std::iter::once(binding).chain(others).map(|Binding { label, .. }| *label).collect();
            Line::from(vec![
                Span::styled(format!(" {:<9}", labels.join(" ")), theme.key()),
                Span::styled(binding.help, theme.text()),
            ])
        })
        .collect();
    let (width, height) = (64, lines.len() as u16 + 2);
    let popup = area.centered(Constraint::Length(width), Constraint::Length(height));
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.border())
        .style(theme.text())
        .title_top(Span::styled(" keys ", theme.title()));
    frame.render_widget(Clear, popup);
    frame.render_widget(Paragraph::new(lines).block(block), popup);
}
