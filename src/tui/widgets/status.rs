//! The line above the footer: what went wrong, else the draft arm in words, else a message.

use super::shed::{fitting, shortened};
use super::{filter, footer};
use crate::app::{App, Asked, Leaving, runs};
use crate::domain::command::Intent;
use crate::domain::history::Progress;
use crate::spec_file::describe;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

/// Cells in which a draft is told at least.
const LEAST_DRAFT: usize = 12;

pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let line = if let Some(asked) = app.asked() {
        question(&asked, usize::from(area.width), theme)
    } else if app.table.filter.is_typing() {
        filter::line(area, app, theme)
    } else if let Some(toast) = app.toast.as_ref().filter(|toast| toast.bad && app.leaving == Leaving::No) {
        // until the next key: why a draft cannot be added is told in its place
        Line::styled(shortened(&format!(" {}", toast.text), area.width.into()), theme.bad())
    } else if !app.draft.is_empty() && app.leaving == Leaving::No {
        draft(app, area.width, theme)
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

/// Its answers stand in the last line too, where there may be more room.
fn question<'t>(asked: &Asked, width: usize, theme: &Theme) -> Line<'t> {
    let mut line = Line::from(Span::styled(shortened(&format!(" {}  ", asked.text), width), theme.accent()));
    let answers = footer::answers(asked, theme);
    if line.width() + answers.width() <= width {
        line.extend(answers);
    }
    line
}

/// That nothing is left to train, and what can be done now: it stays until something is.
fn ending<'t>(app: &App, width: u16, theme: &Theme) -> Option<Line<'t>> {
    let sweep = &app.sweep;
    if let Some(message) = &sweep.broken {
        return Some(Line::styled(shortened(&format!(" training stopped: {message}"), width.into()), theme.bad()));
    }
    let (paused, cancelled) = (sweep.intended(Intent::Pause), sweep.intended(Intent::Cancel));
    if !sweep.idle {
        let nothing_trains = paused > 0 && sweep.count(|progress| *progress == Progress::Running) == 0;
        let at_rest = nothing_trains && sweep.intended(Intent::Train) == 0;
        return at_rest.then(|| Line::styled(format!(" {} paused; p lets them go on", runs(paused)), theme.accent()));
    }
    let (first, again) = match (sweep.failed(), cancelled) {
        (0, 0) => (Span::styled(" every run is done", theme.good()), false),
        (0, _) => (Span::styled(format!(" done, {} cancelled", runs(cancelled)), theme.good()), true),
        (failed, _) => (Span::styled(format!(" done, but {failed} failed"), theme.bad()), true),
    };
    let again = again.then_some((2, "; ", "A", " trains them again"));
    let hints =
        [(3, "; ", "w", " writes the chart"), (4, ", ", "d n", " draft another arm"), (1, ", ", "q", " leaves")];
    let hints = again.into_iter().chain(hints).map(|(rank, before, key, words)| {
        let words = [(before, theme.text()), (key, theme.key()), (words, theme.text())];
        (rank, words.map(|(words, style)| Span::styled(words, style)).into())
    });
    Some(fitting(std::iter::once((0, vec![first])).chain(hints).collect(), width))
}

/// Why the selected run failed.
fn failure_in_sight(app: &App) -> Option<&str> {
    match &app.table.selected_run(&app.sweep)?.history.progress {
        Progress::Failed(message) => Some(message),
        _ => None,
    }
}

/// What is drafted gives way to what it costs and to the keys.
fn draft<'t>(app: &App, width: u16, theme: &Theme) -> Line<'t> {
    let price = match app.arm_like_draft() {
        Some(arm) => format!("is there as {}", arm.name),
        None => app.draft_cost().in_words(),
    };
    let mut rest = vec![Span::styled(format!(" · {price} · "), theme.dim())];
    for (key, word) in [("a", " adds  "), ("Esc", " drops")] {
        rest.push(Span::styled(key, theme.key()));
        rest.push(Span::styled(word, theme.dim()));
    }
    let title = Span::styled(" draft: ", theme.title());
    let taken = title.width() + rest.iter().map(Span::width).sum::<usize>();
    let room = usize::from(width).saturating_sub(taken).max(LEAST_DRAFT);
    let changes = shortened(&describe(app.draft.changes()), room);
    Line::from_iter([title, Span::styled(changes, theme.accent())].into_iter().chain(rest))
}
