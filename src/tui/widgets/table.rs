//! The runs, a line each. Columns are shed from the right of the list below when there is no room.

use super::panel;
use crate::app::{App, Panel};
use crate::domain::clock::clock;
use crate::domain::history::Progress;
use crate::domain::sweep::Row as Run;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Cell, Row, Table, TableState};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    State,
    BatchSize,
    Instance,
    Accuracy,
    Progress,
    Arm,
    Left,
    Loss,
    Speed,
    Epoch,
}

/// In the order in which they are shown.
const SHOWN: [Column; 10] = [
    Column::State,
    Column::Arm,
    Column::BatchSize,
    Column::Instance,
    Column::Progress,
    Column::Epoch,
    Column::Accuracy,
    Column::Loss,
    Column::Speed,
    Column::Left,
];

/// In the order in which they are kept when there is no room for all. Of a single arm the name can go.
fn by_importance(arms: usize) -> [Column; 10] {
    let (first, last) = if arms > 1 { (Column::Arm, Column::Progress) } else { (Column::Progress, Column::Arm) };
    [
        Column::State,
        Column::BatchSize,
        Column::Instance,
        first,
        Column::Accuracy,
        last,
        Column::Left,
        Column::Loss,
        Column::Speed,
        Column::Epoch,
    ]
}

pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let rows = app.sweep.rows();
    let arm_width = rows.iter().map(|row| row.planned.arm.len()).max().unwrap_or(0).clamp(3, 24) as u16;
    let arm_width = arm_width.min((area.width / 2).max(3));
    let columns = columns(area.width.saturating_sub(2), arm_width, app.sweep.arms().len());
    let sizes = app.sweep.batch_sizes();
    let header = Row::new(columns.iter().map(|column| title(*column))).style(theme.dim());
    let body = rows.iter().map(|run| Row::new(columns.iter().map(|column| cell(*column, run, &sizes, theme))));
    let selected = (!rows.is_empty()).then(|| app.row_in_sight());
    let count = Line::styled(position(selected, rows.len()), theme.dim()).alignment(Alignment::Right);
    let block = panel::frame(Panel::Sweep, app, theme).title_bottom(count);
    let highlight = if app.selected.is_some() { theme.selection() } else { Style::new() };
    let widths = columns.iter().map(|column| Constraint::Length(width(*column, arm_width)));
    let table = Table::new(body, widths).header(header).block(block).row_highlight_style(highlight);
    let mut state = TableState::new().with_selected(selected);
    frame.render_stateful_widget(table, area, &mut state);
}

fn position(selected: Option<usize>, count: usize) -> String {
    selected.map_or(String::new(), |place| format!(" {} of {count} ", place + 1))
}

/// The columns that fit, each with a space behind it.
fn columns(room: u16, arm_width: u16, arms: usize) -> Vec<Column> {
    let mut left = room + 1;
    let mut kept = Vec::new();
    for column in by_importance(arms) {
        let needed = width(column, arm_width) + 1;
        if needed > left {
            continue;
        }
        left -= needed;
        kept.push(column);
    }
    SHOWN.into_iter().filter(|column| kept.contains(column)).collect()
}

fn width(column: Column, arm_width: u16) -> u16 {
    match column {
        Column::State => 1,
        Column::Arm => arm_width,
        Column::BatchSize => 4,
        Column::Instance => 3,
        Column::Progress => 14,
        Column::Epoch => 5,
        Column::Accuracy => 6,
        Column::Loss => 6,
        Column::Speed => 7,
        Column::Left => 7,
    }
}

fn title(column: Column) -> Cell<'static> {
    let right = |text: &'static str| Cell::from(Line::from(text).alignment(Alignment::Right));
    match column {
        Column::State => Cell::from(""),
        Column::Arm => Cell::from("arm"),
        Column::BatchSize => right("bs"),
        Column::Instance => right("iid"),
        Column::Progress => Cell::from("progress"),
        Column::Epoch => right("epoch"),
        Column::Accuracy => right("acc"),
        Column::Loss => right("loss"),
        Column::Speed => right("pairs/s"),
        Column::Left => right("left"),
    }
}

fn cell<'t>(column: Column, run: &Run, sizes: &[u32], theme: &Theme) -> Cell<'t> {
    let spec = &run.planned.spec;
    let right = |text: String, style: Style| Cell::from(Line::styled(text, style).alignment(Alignment::Right));
    let evaluation = run.history.last_evaluation();
    match column {
        Column::State => {
            let (glyph, style) = state(run, theme);
            Cell::from(Span::styled(glyph, style))
        }
        Column::Arm => Cell::from(Span::styled(run.planned.arm.clone(), theme.text())),
        Column::BatchSize => {
            let place = sizes.binary_search(&spec.batch_size).unwrap_or(0);
            right(spec.batch_size.to_string(), theme.series(place))
        }
        Column::Instance => right(spec.iid.to_string(), theme.text()),
        Column::Progress => match &run.history.progress {
            Progress::Failed(message) => Cell::from(Span::styled(message.clone(), theme.bad())),
            _ => Cell::from(bar(run.history.step as f64 / spec.updates().max(1) as f64, theme)),
        },
        Column::Epoch => {
            let epochs = run.history.step as f64 / spec.updates_per_epoch().max(1) as f64;
            right(format!("{epochs:.1}"), theme.dim())
        }
        Column::Accuracy => {
            right(evaluation.map_or("-".into(), |point| format!("{:.3}", point.accuracy)), theme.text())
        }
        Column::Loss => right(evaluation.map_or("-".into(), |point| format!("{:.3}", point.loss)), theme.dim()),
        Column::Speed => right(run.pairs_per_second().map_or("-".into(), |speed| format!("{speed:.0}")), theme.dim()),
        Column::Left => right(left(run), theme.dim()),
    }
}

fn state(run: &Run, theme: &Theme) -> (&'static str, Style) {
    match run.history.progress {
        Progress::Finished => ("✓", theme.good()),
        Progress::Failed(_) => ("✗", theme.bad()),
        _ if run.elsewhere.is_some() => ("↗", theme.accent()),
        Progress::Running => ("▶", theme.accent()),
        Progress::Interrupted => ("‖", theme.accent()),
        Progress::Waiting => ("·", theme.dim()),
    }
}

fn left(run: &Run) -> String {
    match (&run.history.progress, run.remaining_seconds()) {
        (_, Some(seconds)) => clock(seconds),
        (Progress::Finished, None) => "done".into(),
        (Progress::Failed(_), None) => "failed".into(),
        (Progress::Interrupted, None) => "paused".into(),
        (Progress::Waiting | Progress::Running, None) => "-".into(),
    }
}

/// Eighths of a cell make it move smoothly.
fn bar<'t>(share: f64, theme: &Theme) -> Line<'t> {
    const CELLS: usize = 14;
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share.clamp(0.0, 1.0) * (CELLS * 8) as f64).round() as usize;
    let (full, part) = (eighths / 8, PARTS[eighths % 8]);
    let rest = CELLS - full - usize::from(!part.is_empty());
    Line::from(vec![
        Span::styled(format!("{}{part}", "█".repeat(full)), theme.good()),
        Span::styled("·".repeat(rest), theme.border()),
    ])
}
