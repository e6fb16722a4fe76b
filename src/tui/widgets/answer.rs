//! What the sweep says so far.

use super::panel;
use crate::app::{App, Panel};
use crate::domain::history::Progress;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let done = app.sweep.count(|progress| *progress == Progress::Finished);
    let left = app.sweep.rows().len() - done;
    let text = match left {
        0 => "every run is done: `batchscope report` has the answer".to_owned(),
        1 => "1 run is to be done before there is an answer".into(),
        _ => format!("{left} runs are to be done before there is an answer"),
    };
    panel::text(frame, area, Panel::Answer, vec![Line::styled(text, theme.text())], app, theme);
}
