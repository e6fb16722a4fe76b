//! The arms: their changes, their progress and the states of their runs.

use super::panel;
use super::table::stage;
use crate::app::table::{Listing, Stage};
use crate::app::{App, Asking, Panel};
use crate::domain::arm::{Arm, BASELINE};
use crate::domain::sweep::Sweep;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use std::collections::HashMap;

pub fn draw(frame: &mut Frame<'_>, area: Rect, listing: &Listing<'_>, app: &App, theme: &Theme) {
    let (stages, in_sight) = (stages(&app.sweep), listing.arm_in_sight());
    let arms: Vec<(&str, String)> = match app.watched {
        None => app.arms.iter().map(|arm| (arm.name.as_str(), changes_of(arm))).collect(),
        Some(_) => app.sweep.arms().iter().map(|name| (name.as_str(), String::new())).collect(),
    };
    let mut at = arms.iter().position(|(name, _)| in_sight == Some(*name)).unwrap_or(0);
    let mut lines: Vec<Line<'_>> = Vec::new();
    for (name, changes) in arms {
        let stages = stages.get(name).copied().unwrap_or_default();
        lines.push(line(name, changes, stages, in_sight == Some(name), theme));
    }
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

fn changes_of(arm: &Arm) -> String {
    if arm.name == BASELINE { "as the spec says".into() } else { arm.changes.in_words() }
}

/// The number of an arm's runs in each state.
type Stages = [usize; Stage::COUNT];

fn stages(sweep: &Sweep) -> HashMap<&str, Stages> {
    let mut counts = vec![Stages::default(); sweep.arms().len()];
    sweep.rows().iter().for_each(|row| counts[row.arm][Stage::of(row) as usize] += 1);
    sweep.arms().iter().map(String::as_str).zip(counts).collect()
}

/// The selected arm has the cursor.
fn line<'t>(name: &str, changes: String, stages: Stages, in_sight: bool, theme: &Theme) -> Line<'t> {
    let count = |wanted: Stage| stages[wanted as usize];
    let cursor = if in_sight { "▸" } else { " " };
    let style = if in_sight { theme.title() } else { theme.text() };
    let mut spans = vec![
        Span::styled(cursor, theme.focus()),
        Span::styled(format!("{name} "), style),
        Span::styled(format!("{} of {} runs  ", count(Stage::Finished), stages.iter().sum::<usize>()), theme.good()),
    ];
    for state in [Stage::Running, Stage::Paused, Stage::Cancelled, Stage::Failed] {
        if count(state) > 0 {
            spans.push(Span::styled(format!("{} {}  ", count(state), state.name()), stage(state, theme).1));
        }
    }
    spans.push(Span::styled(changes, theme.dim()));
    Line::from(spans)
}
