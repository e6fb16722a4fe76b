//! The arms: what each changes, how far it is, and what has become of its runs.

use super::panel;
use super::table::stage;
use crate::app::table::Stage;
use crate::app::{App, Asking, Panel};
use crate::domain::arm::{Arm, BASELINE};
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let mut lines: Vec<Line<'_>> = app.arms.iter().map(|arm| line(arm, app, theme)).collect();
    let mut at = app.arms.iter().position(|arm| app.arm_in_sight() == Some(&arm.name)).unwrap_or(0);
    if let Some(Asking::Investigate(arms)) = &app.asking {
        at = lines.len();
        lines.push(Line::styled("to be added, and what each would show:", theme.title()));
        lines.extend(arms.iter().map(|arm| {
            Line::from(vec![
                Span::styled(format!("{} ", arm.name), theme.accent()),
                Span::styled(arm.changes.in_words(), theme.dim()),
                Span::styled(format!("  {}", app.would_show(arm)), theme.text()),
            ])
        }));
    }
    panel::list(frame, area, Panel::Ablations, lines, at, app, theme);
}

/// The arm that keys act on has the cursor.
fn line<'t>(arm: &Arm, app: &App, theme: &Theme) -> Line<'t> {
    let runs = app.sweep.rows().iter().filter(|row| row.planned.arm == arm.name);
    let stages: Vec<Stage> = runs.map(Stage::of).collect();
    let count = |wanted: Stage| stages.iter().filter(|stage| **stage == wanted).count();
    let in_sight = app.arm_in_sight() == Some(&arm.name);
    let cursor = if in_sight { "▸" } else { " " };
    let name = if in_sight { theme.title() } else { theme.text() };
    let mut spans = vec![
        Span::styled(cursor, theme.focus()),
        Span::styled(format!("{} ", arm.name), name),
        Span::styled(format!("{} of {} runs  ", count(Stage::Finished), stages.len()), theme.good()),
    ];
    for state in [Stage::Running, Stage::Paused, Stage::Cancelled, Stage::Failed] {
        if count(state) > 0 {
            spans.push(Span::styled(format!("{} {}  ", count(state), state.name()), stage(state, theme).1));
        }
    }
    let changes = if arm.name == BASELINE { "as the spec says".into() } else { arm.changes.in_words() };
    spans.push(Span::styled(changes, theme.dim()));
    Line::from(spans)
}
