//! One panel of the figure in braille, with a legend that never hides a curve.

use crate::domain::arm::BASELINE;
use crate::plot::{Figure, to_plot};
use crate::tui::theme::Theme;
use malevich::Charset;
use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType};

/// How instances look, in order; a terminal tells three apart.
const DASHES: [&str; 3] = ["──", "╌╌", "··"];

/// Draws one panel; `alone` where there is no room for the others, which are then counted.
pub fn draw(frame: &mut Frame<'_>, area: Rect, figure: &Figure, place: usize, alone: bool, theme: &Theme) {
    let Some(panel) = figure.panels.get(place) else {
        frame.render_widget(block(theme).title_top(Span::styled(" waiting for the first run ", theme.dim())), area);
        return;
    };
    // the arm first: of a narrow chart the end of the title is cut off
    let mut title = vec![Span::styled(format!(" {} ", figure.y_label), theme.title())];
    if panel.title != BASELINE || figure.panels.len() > 1 {
        title.insert(0, Span::styled(format!(" {} ", panel.title), theme.accent()));
    }
    if alone && figure.panels.len() > 1 {
        let count = format!(" arm {} of {}: ↓ ↑", place + 1, figure.panels.len());
        title.insert(0, Span::styled(count, theme.dim()));
    }
    let block = block(theme)
        .title_top(Line::from(title))
        .title_bottom(Line::styled(format!(" {} ", figure.x_label), theme.dim()).alignment(Alignment::Right));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let [legend, plot] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(inner);
    frame.render_widget(key_to_lines(figure, theme), legend);
    if panel.lines.is_empty() {
        frame.render_widget(Line::styled("no points yet", theme.dim()).alignment(Alignment::Center), middle(plot));
        return;
    }
    let ink = theme.ink();
    let chart = to_plot(figure, panel, &ink);
    frame.render_widget(chart.widget().charset(Charset::Braille), plot);
}

fn block(theme: &Theme) -> Block<'static> {
    Block::bordered().border_type(BorderType::Rounded).border_style(theme.border())
}

fn middle(area: Rect) -> Rect {
    Rect { y: area.y + area.height / 2, height: area.height.min(1), ..area }
}

/// Colours are batch sizes, dashes are instances.
fn key_to_lines<'t>(figure: &Figure, theme: &Theme) -> Line<'t> {
    let mut spans = vec![Span::styled(" batch size ", theme.dim())];
    for (place, size) in figure.batch_sizes.iter().enumerate() {
        spans.push(Span::styled("━━", theme.series(place)));
        spans.push(Span::styled(format!(" {size}  "), theme.text()));
    }
    if figure.instances > 1 {
        spans.push(Span::styled(" instance ", theme.dim()));
        for (place, dash) in DASHES.iter().enumerate().take(figure.instances as usize) {
            let numbers = (place as u32..figure.instances).step_by(DASHES.len()).map(|iid| iid.to_string());
            let numbers = numbers.collect::<Vec<_>>().join(",");
            spans.push(Span::styled(format!("{dash} {numbers}  "), theme.dim()));
        }
    }
    Line::from(spans)
}
