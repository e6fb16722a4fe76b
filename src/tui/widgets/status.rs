//! The line above the footer: the draft arm in words, else a message.

use super::filter;
use super::shed::{fitting, shortened};
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
        // the question gives way, never how to answer it
        let answers = [Span::styled("  y", theme.key()), Span::styled(" yes, any other key no", theme.dim())];
        let room = usize::from(area.width).saturating_sub(answers.iter().map(Span::width).sum::<usize>() + 1);
        let asked = Span::styled(format!(" {}", shortened(&asked, room)), theme.accent());
        Line::from_iter([asked].into_iter().chain(answers))
    } else if app.table.filter.is_typing() {
        filter::line(area, app, theme)
    } else if !app.draft.is_empty() && app.leaving == Leaving::No {
        draft(app, theme)
    } else if app.leaving == Leaving::Saving {
        Line::styled(" saving…  q again leaves at once", theme.accent())
    } else if let Some(message) = failure_in_sight(app) {
        Line::styled(shortened(&format!(" {message}"), area.width.into()), theme.bad())
    } else if let Some(toast) = &app.toast {
        Line::styled(format!(" {}", toast.text), if toast.bad { theme.bad() } else { theme.good() })
    } else if let Some(line) = ending(app, area.width, theme) {
        line
    } else {
        return;
    };
    frame.render_widget(Clear, area);
    frame.render_widget(line.style(theme.text()), area);
}

/// That nothing is left to train, and what can be done now: it stays until something is.
fn ending<'t>(app: &App, width: u16, theme: &Theme) -> Option<Line<'t>> {
    let sweep = &app.sweep;
    if let Some(message) = &sweep.broken {
        return Some(Line::styled(shortened(&format!(" training stopped: {message}"), width.into()), theme.bad()));
    }
    if !sweep.idle {
        return None;
    }
    let mut parts = match sweep.failed() {
        0 => vec![(0, vec![Span::styled(" every run is done", theme.good())])],
        failed => vec![
            (0, vec![Span::styled(format!(" done, but {failed} failed"), theme.bad())]),
            (2, vec![Span::styled("; --retry-failed trains them again", theme.bad())]),
        ],
    };
    let hints =
        [(3, "; ", "w", " writes the chart"), (4, ", ", "d n", " draft another arm"), (1, ", ", "q", " leaves")];
    parts.extend(hints.map(|(rank, before, key, words)| {
        let words = [(before, theme.text()), (key, theme.key()), (words, theme.text())];
        (rank, words.map(|(words, style)| Span::styled(words, style)).into())
    }));
    Some(fitting(parts, width))
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
