//! The last line: the keys that matter most, as many as fit.

use crate::app::Panel;
use crate::tui::keymap;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

pub fn draw(frame: &mut Frame<'_>, area: Rect, focus: Panel, theme: &Theme) {
    let mut spans = vec![Span::raw(" ")];
    let mut left = usize::from(area.width).saturating_sub(1);
    for binding in keymap::working(focus).filter(|binding| !binding.hint.is_empty()) {
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
