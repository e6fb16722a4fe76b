//! The last line: the most important keys, as many as fit.

use crate::app::{App, Asked};
use crate::tui::keymap::{self, Binding, SEARCHING, TYPING};
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    if let Some(asked) = app.asked() {
        return frame.render_widget(answers(&asked, theme), area);
    }
    let mut spans = vec![Span::raw(" ")];
    let mut left = usize::from(area.width).saturating_sub(1);
    let keys: Vec<&Binding> = if app.palette.is_open() {
        SEARCHING.iter().collect()
    } else if app.table.filter.is_typing() {
        TYPING.iter().collect()
    } else {
        keymap::working(app.focus).collect()
    };
    let works = |binding: &&Binding| app.watched.is_none() || !binding.action.steers();
    for binding in keys.into_iter().filter(works).filter(|binding| !binding.hint.is_empty()) {
        let needed = binding.label.chars().count() + binding.hint.len() + 3;
        if needed > left {
            break;
        }
        left -= needed;
        spans.push(Span::styled(binding.label, theme.key()));
        spans.push(Span::styled(format!(" {}  ", binding.hint), theme.dim()));
    }
    frame.render_widget(Line::from(spans), area);
}

/// The answers to a question.
pub fn answers<'t>(asked: &Asked, theme: &Theme) -> Line<'t> {
    let mut spans = vec![Span::raw(" ")];
    for (letter, words) in asked.answers {
        spans.push(Span::styled(letter.to_string(), theme.key()));
        spans.push(Span::styled(format!(" {words}  "), theme.text()));
    }
    spans.push(Span::styled("any other key: no", theme.dim()));
    Line::from(spans)
}
