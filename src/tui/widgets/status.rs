//! The line above the footer: an error, else the draft in words, else a message.

use super::shed::{fitting, shortened};
use super::{filter, footer};
use crate::app::table::Listing;
use crate::app::{Action, App, Asked, Leaving, Panel, runs};
use crate::domain::ablation;
use crate::domain::history::Progress;
use crate::domain::tally::Tally;
use crate::tui::keymap::label;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

/// Minimum width of the draft's description.
const LEAST_DRAFT: usize = 16;

/// `in_sight`: the visible panels, whose contents need no message.
pub fn draw(frame: &mut Frame<'_>, area: Rect, in_sight: &[Panel], listing: &Listing<'_>, app: &App, theme: &Theme) {
    let line = if let Some(asked) = app.asked() {
        question(&asked, usize::from(area.width), theme)
    } else if app.table.filter.is_typing() {
        filter::line(area, app, theme)
    } else if let Some(toast) = app.toast.as_ref().filter(|toast| toast.bad && app.leaving == Leaving::No) {
        // until the next key, the reason why a draft cannot be added replaces it
        Line::styled(shortened(&format!(" {}", toast.message.written(label)), area.width.into()), theme.bad())
    } else if !app.draft.is_empty() && app.leaving == Leaving::No {
        draft(app, area.width, theme)
    } else if app.leaving == Leaving::Saving {
        Line::styled(format!(" saving…  {} again leaves at once", label(Action::Quit)), theme.accent())
    } else if let Some(message) = failure_in_sight(listing, app).filter(|_| !in_sight.contains(&Panel::Run)) {
        Line::styled(shortened(&format!(" {message}"), area.width.into()), theme.bad())
    } else if let Some(toast) = &app.toast {
        Line::styled(shortened(&format!(" {}", toast.message.written(label)), area.width.into()), theme.good())
    } else if let Some(line) = ending(in_sight, app, area.width, theme) {
        line
    } else {
        return;
    };
    frame.render_widget(Clear, area);
    frame.render_widget(line.style(theme.text()), area);
}

/// The footer repeats the answers, where there may be more room.
fn question<'t>(asked: &Asked, width: usize, theme: &Theme) -> Line<'t> {
    let mut line = Line::from(Span::styled(shortened(&format!(" {}  ", asked.text), width), theme.accent()));
    let answers = footer::answers(asked, theme);
    if line.width() + answers.width() <= width {
        line.extend(answers);
    }
    line
}

/// Nothing is left to train, and what can be done now. It stays until something is trained.
fn ending<'t>(in_sight: &[Panel], app: &App, width: u16, theme: &Theme) -> Option<Line<'t>> {
    let sweep = &app.sweep;
    if let Some(message) = &sweep.broken {
        let words = if in_sight.contains(&Panel::Log) {
            format!(
                " no run is trained any more; {} says why, {} leaves",
                label(Action::Focus(Panel::Log)),
                label(Action::Quit)
            )
        } else {
            format!(" training stopped: {message}")
        };
        return Some(Line::styled(shortened(&words, width.into()), theme.bad()));
    }
    let Tally { running, failed, paused, cancelled, to_train, .. } = *sweep.tally();
    if !sweep.idle {
        let at_rest = paused > 0 && running == 0 && to_train == 0;
        return at_rest.then(|| {
            Line::styled(
                format!(" {} paused; {} lets them go on", runs(paused), label(Action::PauseOrResume)),
                theme.accent(),
            )
        });
    }
    let (first, again) = match (failed, cancelled) {
        (0, 0) => (Span::styled(" every run is finished", theme.good()), false),
        (0, _) => (Span::styled(format!(" done, {} cancelled", runs(cancelled)), theme.good()), true),
        (failed, _) => (Span::styled(format!(" done, but {failed} failed"), theme.bad()), true),
    };
    let again = again.then_some((2, "; ", vec![Action::Again], " trains them again"));
    let answer = Action::Focus(Panel::Answer);
    let answer = (app.focus != Panel::Answer).then_some((1, "; ", vec![answer], " shows the answer"));
    let hints = [
        (4, "; ", vec![Action::Picture], " writes the chart"),
        (5, ", ", vec![Action::Cycle(ablation::DROPOUT), Action::Cycle(ablation::NORM)], " draft another arm"),
        (3, ", ", vec![Action::Quit], " leaves"),
    ];
    let hints = again.into_iter().chain(answer).chain(hints).map(|(rank, before, keys, words)| {
        let keys: Vec<&str> = keys.into_iter().map(label).collect();
        let key = Span::styled(keys.join(" "), theme.key());
        (rank, vec![Span::styled(before, theme.text()), key, Span::styled(words, theme.text())])
    });
    Some(fitting(std::iter::once((0, vec![first])).chain(hints).collect(), width))
}

/// Why the selected run failed.
fn failure_in_sight<'s>(listing: &Listing<'s>, app: &App) -> Option<&'s str> {
    match &listing.run_in_sight().filter(|_| app.table.has_selection())?.history.progress {
        Progress::Failed(message) => Some(message),
        _ => None,
    }
}

/// The draft's changes, its cost, and the keys; in a narrow line with fewer words, the latest change dropped last.
fn draft<'t>(app: &App, width: u16, theme: &Theme) -> Line<'t> {
    let known = app.arm_like_draft();
    let cost = app.draft_cost();
    let price = known.map_or_else(|| cost.in_words(), |arm| format!("is there as {}", arm.name));
    let short_price = known.map_or_else(|| cost.briefly(), |_| "is there".into());
    let adds = if known.is_some() { " selects it  " } else { " adds  " };
    let keys = |next: &'static str| [(Action::AddDraft, adds), (Action::TrainNext, next), (Action::Back, " drops")];
    let rest = |price: &str, next| {
        let mut spans = vec![Span::styled(format!(" · {price} · "), theme.dim())];
        for (key, words) in keys(next) {
            spans.extend([Span::styled(label(key), theme.key()), Span::styled(words, theme.dim())]);
        }
        Line::from(spans)
    };
    let (mut drafted, title) = (app.drafted(), Span::styled(" draft: ", theme.title()));
    drafted.sort_by_key(|setting| !setting.newest);
    let needed = drafted.iter().map(|setting| setting.words.chars().count() + 2).sum::<usize>().saturating_sub(2);
    let room = |rest: &Line<'_>| usize::from(width).saturating_sub(title.width() + rest.width());
    let long = [rest(&price, " adds and trains it next  "), rest(&price, " trains it next  "), rest(&price, " next  ")];
    let shortest = rest(&short_price, " next  ");
    let rest = long.into_iter().find(|rest| needed <= room(rest)).unwrap_or(shortest);
    let mut left = room(&rest).max(LEAST_DRAFT);
    let mut line = Line::from(title);
    for (place, setting) in drafted.iter().enumerate() {
        let words = shortened(&format!("{}{}", if place > 0 { ", " } else { "" }, setting.words), left);
        left -= words.chars().count();
        line.push_span(Span::styled(words, if setting.newest { theme.key() } else { theme.text() }));
    }
    line.extend(rest);
    line
}
