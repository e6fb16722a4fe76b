//! The line above the footer: the draft arm in words, else a message.

use super::filter;
use crate::app::{App, Leaving};
use crate::domain::clock::clock;
use crate::domain::history::Progress;
use crate::spec_file::describe;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let line = if let Some(asked) = app.asked() {
        let style = theme.accent();
        Line::from(vec![
            Span::styled(format!(" {asked}  "), style),
            Span::styled("y", theme.key()),
            Span::styled(" yes, any other key no", theme.dim()),
        ])
    } else if app.table.filter.is_typing() {
        filter::line(area, app, theme)
    } else if !app.draft.is_empty() && app.leaving == Leaving::No {
        draft(app, theme)
    } else if app.leaving == Leaving::Saving {
        Line::styled(" saving…  q again leaves at once", theme.accent())
    } else if let Some(message) = failure_in_sight(app) {
        Line::styled(format!(" {message}"), theme.bad())
    } else if let Some(toast) = &app.toast {
        Line::styled(format!(" {}", toast.text), if toast.bad { theme.bad() } else { theme.good() })
    } else if let Some(line) = ending(app, theme) {
        line
    } else {
        return;
    };
    frame.render_widget(Clear, area);
    frame.render_widget(line.style(theme.text()), area);
}

/// That nothing is left to train, and what can be done now: it stays until something is.
fn ending<'t>(app: &App, theme: &Theme) -> Option<Line<'t>> {
    let sweep = &app.sweep;
    if let Some(message) = &sweep.broken {
        return Some(Line::styled(format!(" training stopped: {message}"), theme.bad()));
    }
    if !sweep.idle {
        return None;
    }
    let mut spans = vec![match sweep.failed() {
        0 => Span::styled(" every run is done; ", theme.good()),
        failed => Span::styled(format!(" done, but {failed} failed; --retry-failed trains them again; "), theme.bad()),
    }];
    for (key, words) in [("w", " writes the chart, "), ("d n", " draft another arm, "), ("q", " leaves")] {
        spans.push(Span::styled(key, theme.key()));
        spans.push(Span::styled(words, theme.text()));
    }
    Some(Line::from(spans))
}

/// Why the selected run failed.
fn failure_in_sight(app: &App) -> Option<&str> {
    match &app.table.selected_run(&app.sweep)?.history.progress {
        Progress::Failed(message) => Some(message),
        _ => None,
    }
}

fn draft<'t>(app: &App, theme: &Theme) -> Line<'t> {
    let mut spans =
        vec![Span::styled(" draft: ", theme.title()), Span::styled(describe(app.draft.changes()), theme.accent())];
    if let Some(arm) = app.arm_like_draft() {
        spans.push(Span::styled(format!(" · is there as {} · ", arm.name), theme.dim()));
    } else {
        let (runs, seconds) = app.draft_cost();
        let time = seconds.map_or(String::new(), |seconds| format!(", {}", clock(seconds)));
        let runs = if runs == 1 { "1 run".into() } else { format!("{runs} runs") };
        spans.push(Span::styled(format!(" · {runs}{time} · "), theme.dim()));
    }
    for (key, word) in [("a", " adds  "), ("Esc", " drops")] {
        spans.push(Span::styled(key, theme.key()));
        spans.push(Span::styled(word, theme.dim()));
    }
    Line::from(spans)
}
