//! All of one run: the one under the cursor.

use super::panel;
use crate::app::{App, Panel};
use crate::domain::history::Progress;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let Some(row) = app.sweep.rows().get(app.row_in_sight()) else {
        panel::text(frame, area, Panel::Run, vec![Line::styled("no run yet", theme.dim())], app, theme);
        return;
    };
    let spec = &row.planned.spec;
    let dropout = spec.dropout;
    let values = [
        ("run", row.planned.id.to_string()),
        ("arm", row.planned.arm.clone()),
        ("batch size", spec.batch_size.to_string()),
        ("instance", spec.iid.to_string()),
        ("updates", format!("{} of {}", row.history.step, spec.updates())),
        ("learning rate", format!("{:.2e}", spec.learning_rate)),
        ("dropout", format!("{} {} {}", dropout.hidden, dropout.attention, dropout.classifier)),
        ("norm", format!("{:?}", spec.norm).to_lowercase()),
    ];
    let mut lines: Vec<Line<'_>> = values
        .into_iter()
        .map(|(name, value)| {
            Line::from(vec![Span::styled(format!("{name:<14}"), theme.dim()), Span::styled(value, theme.text())])
        })
        .collect();
    if let Progress::Failed(message) = &row.history.progress {
        lines.push(Line::styled(message.clone(), theme.bad()));
    }
    panel::text(frame, area, Panel::Run, lines, app, theme);
}
