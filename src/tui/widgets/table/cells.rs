//! The cells of a row.

use super::columns::{Shape, mark};
use crate::app::App;
use crate::app::table::{Column, Item, Measures, Shown, Stage};
use crate::domain::clock::clock;
use crate::domain::history::Progress;
use crate::domain::metric::Metric;
use crate::domain::run_label::UNKNOWN;
use crate::tui::theme::Theme;
use crate::tui::widgets::shed::shortened;
use ratatui::layout::Alignment;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Cell;

pub fn cell<'t>(shape: Shape, width: u16, item: &Item<'_>, measures: &Measures, app: &App, theme: &Theme) -> Cell<'t> {
    let line = app.sweep.batch_sizes().binary_search(&measures.batch_size).unwrap_or(0);
    let is_cell = item.is_cell();
    let text = if item.shown == Shown::None { theme.dim() } else { theme.text() };
    let Shape::Of(column) = shape else {
        let fold = match (app.table.grouped, is_cell, item.is_open) {
            (false, ..) => "",
            (true, true, true) => "▾",
            (true, true, false) => "▸",
            (true, false, _) => " ",
        };
        // unpinned rows keep the pin's place free
        let pin = if item.pinned { "*" } else { "" };
        let room = usize::from(width).saturating_sub(fold.chars().count() + 1);
        let pin = format!("{pin:>room$}");
        return Cell::from(Line::from(vec![
            Span::styled(fold, theme.dim()),
            Span::styled(pin, theme.key()),
            Span::styled(mark(item.shown), if item.shown == Shown::None { theme.dim() } else { theme.series(line) }),
        ]));
    };
    let score = |value: Option<f64>| value.map_or(UNKNOWN.into(), |value| digits(value, 5));
    match column {
        Column::State => {
            let (glyph, style) = sign(measures, theme);
            Cell::from(Span::styled(glyph, style))
        }
        Column::Arm => {
            let style = if item.is_member { theme.dim() } else { text };
            Cell::from(Span::styled(shortened(item.row.label.arm(), width.into()), style))
        }
        Column::BatchSize => right(measures.batch_size.to_string(), theme.series(line)),
        Column::Instance => {
            let number = measures.instance.map_or(UNKNOWN.into(), |instance| instance.to_string());
            match app.table.grouped && !is_cell && measures.instance.is_some() {
                true => right(format!("#{number}"), theme.dim()),
                false => right(number, text),
            }
        }
        Column::Progress => match &item.row.history.progress {
            Progress::Failed(message) if !is_cell => {
                Cell::from(Span::styled(shortened(message, width.into()), theme.bad()))
            }
            _ => match measures.share {
                Some(share) => Cell::from(bar(share, usize::from(width), theme)),
                None => Cell::from(Span::styled(UNKNOWN, theme.dim())),
            },
        },
        Column::Epoch => right(measures.epoch.map_or(UNKNOWN.into(), |epoch| format!("{epoch:.1}")), theme.dim()),
        Column::Pairs => right(measures.pairs.map_or(UNKNOWN.into(), pairs), theme.dim()),
        Column::Name => {
            let name = item.row.label.name.as_deref().filter(|_| !is_cell);
            Cell::from(Span::styled(shortened(name.unwrap_or_default(), width.into()), text))
        }
        Column::Label(name) => {
            Cell::from(Span::styled(shortened(item.label(name).unwrap_or(UNKNOWN), width.into()), text))
        }
        Column::Score(metric @ Metric::Logged(name)) => {
            let style = if metric == app.metric { text } else { theme.dim() };
            right(score(item.logged(name)), style)
        }
        Column::Score(metric) => {
            let style =
                if metric == app.first_metric() || metric == Metric::ValidAccuracy { text } else { theme.dim() };
            right(score(measures.score(metric)), style)
        }
        Column::Deviation => right(score(measures.deviation), theme.dim()),
        Column::Best => right(score(measures.best), theme.dim()),
        Column::Difference => difference(measures.difference, theme),
        Column::Speed => {
            right(measures.pairs_per_second.map_or(UNKNOWN.into(), |speed| format!("{speed:.0}")), theme.dim())
        }
        Column::Left => right(left(measures), theme.dim()),
    }
}

fn right<'t>(text: String, style: Style) -> Cell<'t> {
    Cell::from(Line::styled(text, style).alignment(Alignment::Right))
}

/// Three decimals, or as many as fit.
fn digits(value: f64, room: usize) -> String {
    let text = format!("{value:.3}");
    if text.len() <= room { text } else { format!("{value:.1}") }
}

/// The sign distinguishes a gain from a loss, not the colour alone.
fn difference<'t>(value: Option<f64>, theme: &Theme) -> Cell<'t> {
    let Some(value) = value else { return right(String::new(), theme.dim()) };
    let text = format!("{value:+.3}");
    let style = match text.as_str() {
        "+0.000" | "-0.000" => theme.dim(),
        _ if value > 0.0 => theme.good(),
        _ => theme.bad(),
    };
    right(text, style)
}

fn pairs(pairs: u64) -> String {
    match pairs {
        0..100_000 => pairs.to_string(),
        100_000..10_000_000 => format!("{:.0}k", pairs as f64 / 1e3),
        _ => format!("{:.0}M", pairs as f64 / 1e6),
    }
}

/// The symbol of a run's state. A run that predicts one class only is not marked as a success.
pub fn sign(measures: &Measures, theme: &Theme) -> (&'static str, Style) {
    match measures.stage {
        Stage::Finished if measures.one_class => ("!", theme.bad()),
        other => stage(other, theme),
    }
}

/// The progress bar of a run.
pub fn stage(stage: Stage, theme: &Theme) -> (&'static str, Style) {
    match stage {
        Stage::Finished => ("✓", theme.good()),
        Stage::Failed => ("✗", theme.bad()),
        Stage::Elsewhere => ("↗", theme.accent()),
        Stage::Running => ("▶", theme.accent()),
        Stage::Interrupted => ("◌", theme.accent()),
        Stage::Paused => ("‖", theme.accent()),
        Stage::Cancelled => ("-", theme.dim()),
        Stage::Waiting => ("·", theme.dim()),
    }
}

fn left(measures: &Measures) -> String {
    match (measures.stage, measures.seconds_left) {
        (_, Some(seconds)) => clock(seconds),
        (Stage::Finished, None) => "done".into(),
        (Stage::Failed, None) => "failed".into(),
        (Stage::Interrupted, None) => "begun".into(),
        (Stage::Paused, None) => "paused".into(),
        (Stage::Cancelled, None) => "out".into(),
        (Stage::Waiting | Stage::Running | Stage::Elsewhere, None) => "-".into(),
    }
}

/// In eighths of a cell.
fn bar<'t>(share: f64, cells: usize, theme: &Theme) -> Line<'t> {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share.clamp(0.0, 1.0) * (cells * 8) as f64).round() as usize;
    let (full, part) = (eighths / 8, PARTS[eighths % 8]);
    let rest = cells - full - usize::from(!part.is_empty());
    Line::from(vec![
        Span::styled(format!("{}{part}", "█".repeat(full)), theme.good()),
        Span::styled("·".repeat(rest), theme.border()),
    ])
}
