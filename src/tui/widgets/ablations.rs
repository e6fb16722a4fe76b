//! The arms: what each changes, and how far it is.

use super::panel;
use crate::app::{App, Panel};
use crate::domain::history::Progress;
use crate::spec_file::describe;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let lines = app.arms.iter().map(|arm| {
        let runs = || app.sweep.rows().iter().filter(|row| row.planned.arm == arm.name);
        let done = runs().filter(|row| row.history.progress == Progress::Finished).count();
        Line::from(vec![
            Span::styled(format!("{} ", arm.name), theme.text()),
            Span::styled(format!("{done} of {} runs  ", runs().count()), theme.good()),
            Span::styled(describe(&arm.changes), theme.dim()),
        ])
    });
    panel::text(frame, area, Panel::Ablations, lines.collect(), app, theme);
}
