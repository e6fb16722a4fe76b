//! The log, newest entries first.

use super::panel;
use crate::app::{App, Panel};
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let lines = app.log.lines().rev().map(|line| {
        // the time of day in UTC: the machine's time zone is not read
        let time = line.time.map_or(String::new(), |time| {
            let seconds = time as u64 % 86_400;
            format!("{:02}:{:02}:{:02} ", seconds / 3600, seconds / 60 % 60, seconds % 60)
        });
        let style = if line.bad { theme.bad() } else { theme.text() };
        Line::from(vec![Span::styled(time, theme.dim()), Span::styled(line.text.as_str(), style)])
    });
    panel::text(frame, area, Panel::Log, lines.collect(), app, theme);
}
