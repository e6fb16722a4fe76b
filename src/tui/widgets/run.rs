//! The details of the selected run.

use super::panel;
use super::table::sign;
use crate::app::table::{Listing, Measures};
use crate::app::{App, Panel};
use crate::domain::attempts::{Attempt, AttemptEnd};
use crate::domain::clock::clock;
use crate::domain::history::Progress;
use crate::domain::run_label::RunLabel;
use crate::domain::scores::{ONE_CLASS, ONE_CLASS_MEANS};
use crate::domain::settings::{self, Settings};
use crate::domain::sweep::Row;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

pub fn draw(frame: &mut Frame<'_>, area: Rect, listing: &Listing<'_>, app: &App, theme: &Theme) {
    let Some(row) = listing.run_in_sight() else {
        panel::text(frame, area, Panel::Run, vec![Line::styled("no run yet", theme.dim())], app, theme);
        return;
    };
    let mut lines = head(row, &listing.measures_of(row), theme);
    if let Progress::Failed(message) = &row.history.progress {
        lines.extend(message.lines().map(|line| Line::styled(line.to_owned(), theme.bad())));
    }
    if let Some(owner) = &row.elsewhere {
        lines.push(Line::styled(format!("trained by {owner}"), theme.accent()));
    }
    let baseline = listing.baseline(row).map(settings_of);
    lines.extend(configuration(&settings_of(row), baseline.as_ref(), theme));
    if !row.attempts.all().is_empty() {
        lines.push(heading("attempts", theme));
        let attempts = row.attempts.all().iter().enumerate();
        lines.extend(attempts.map(|(place, attempt)| tell(place + 1, attempt, row, theme)));
    }
    lines.push(heading("place", theme));
    match &row.label.name {
        Some(name) => lines.push(pair("logs", name.clone(), theme.text(), theme)),
        None => lines.push(pair("run", row.id.to_string(), theme.text(), theme)),
    }
    if let Some(store) = &app.store {
        lines.push(pair("folder", store.run(&row.id).path().display().to_string(), theme.text(), theme));
    }
    panel::text(frame, area, Panel::Run, lines, app, theme);
}

/// Identity, progress and scores of the run.
fn head<'t>(row: &Row, measures: &Measures, theme: &Theme) -> Vec<Line<'t>> {
    let (glyph, style) = sign(measures, theme);
    let mut lines = vec![Line::from(vec![
        Span::styled(format!("{}  ", name(&row.label)), theme.title()),
        Span::styled(format!("{glyph} {}", measures.stage.name()), style),
    ])];
    let speed = measures.pairs_per_second.map_or(String::new(), |speed| format!(" · {speed:.0} pairs/s"));
    let left = measures.seconds_left.map_or(String::new(), |seconds| format!(" · {} left", clock(seconds)));
    let updates = row.label.length.updates.map_or(String::new(), |updates| format!(" of {updates}"));
    let epoch = measures.epoch.map_or(String::new(), |epoch| format!(" · epoch {epoch:.1}"));
    let pairs = measures.pairs.map_or(String::new(), |pairs| format!(" · {pairs} pairs"));
    let progress = format!("update {}{updates}{epoch}{pairs}{speed}{left}", row.history.step);
    lines.push(Line::styled(progress, theme.text()));
    if let (Some(scores), Some(best)) = (measures.scores, measures.best) {
        let mut words: Vec<String> =
            scores.named().map(|(metric, score)| format!("{} {score:.4}", metric.label())).collect();
        words.insert(1, format!("best {best:.4}"));
        words.extend(measures.difference.map(|difference| format!("{difference:+.4} against the baseline")));
        lines.push(Line::styled(words.join(" · "), theme.text()));
    }
    if measures.one_class {
        lines.push(Line::styled(ONE_CLASS, theme.bad()));
        lines.push(Line::styled(ONE_CLASS_MEANS, theme.text()));
    }
    lines
}

/// `baseline  bs 8  #0`.
fn name(label: &RunLabel) -> String {
    match label.pairing() {
        Some((size, iid)) => format!("{}  bs {size}  #{iid}", label.arm()),
        None => label.to_string(),
    }
}

/// Of our own run all that determines it; of another what its label says.
fn settings_of(row: &Row) -> Settings {
    let of_label = || row.label.columns.iter().map(|(name, text)| (name.to_string(), text.as_str().into())).collect();
    row.spec.as_ref().map_or_else(of_label, settings::of)
}

/// The settings: first those that differ from the baseline, then the chosen ones, then those of data and model.
fn configuration<'t>(own: &Settings, baseline: Option<&Settings>, theme: &Theme) -> Vec<Line<'t>> {
    let mut lines = Vec::new();
    if let Some(baseline) = baseline {
        lines.push(heading("differs from the baseline", theme));
        for (key, own, other) in settings::differences(own, baseline) {
            let mut line = pair(&key, settings::text(own.as_ref()), theme.accent(), theme);
            line.push_span(Span::styled(format!("  baseline {}", settings::text(other.as_ref())), theme.dim()));
            lines.push(line);
        }
    }
    let (given, chosen): (Vec<_>, Vec<_>) = own.iter().partition(|(key, _)| key.contains('.'));
    for (title, settings) in [("settings", chosen), ("data and model", given)] {
        lines.extend((!settings.is_empty()).then(|| heading(title, theme)));
        for (key, value) in settings {
            let differs = baseline.is_some_and(|baseline| !settings::equal(Some(value), baseline.get(key)));
            let style = if differs { theme.accent() } else { theme.text() };
            lines.push(pair(key, settings::text(Some(value)), style, theme));
        }
    }
    lines
}

fn heading<'t>(title: &'static str, theme: &Theme) -> Line<'t> {
    Line::styled(title, theme.title())
}

fn pair<'t>(key: &str, value: String, style: Style, theme: &Theme) -> Line<'t> {
    // keys of data and model are long and share a prefix
    Line::from(vec![Span::styled(format!("  {key:<22} "), theme.dim()), Span::styled(value, style)])
}

fn tell<'t>(number: usize, attempt: &Attempt, row: &Row, theme: &Theme) -> Line<'t> {
    let is_newest = number == row.attempts.all().len();
    let (words, style) = match &attempt.end {
        AttemptEnd::Finished => ("finished", theme.good()),
        AttemptEnd::Stopped => ("stopped", theme.text()),
        AttemptEnd::Failed(_) => ("failed", theme.bad()),
        AttemptEnd::None if is_newest && row.history.progress == Progress::Running => ("under way", theme.accent()),
        AttemptEnd::None => ("cut off", theme.dim()),
    };
    let time = clock(attempt.last - attempt.began);
    Line::from(vec![
        Span::styled(format!("  {number}  "), theme.dim()),
        Span::styled(words, style),
        Span::styled(format!("  update {} to {}, {time}", attempt.from, attempt.to), theme.text()),
    ])
}
