//! The values at the crosshair, in a table beside the chart.

use super::Chart;
use crate::domain::run_label::BatchSize;
use crate::plot::Line as Drawn;
use crate::tui::theme::Theme;
use crate::tui::widgets::legend;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Width of the table.
pub const WIDTH: u16 = 24;

pub fn draw(frame: &mut Frame<'_>, area: Rect, chart: &Chart<'_>, x: f64, theme: &Theme) {
    let mut lines = vec![Line::styled(format!(" {} {}", number(x), chart.figure.x_label), theme.title())];
    if let Some(epoch) = chart.panel.epoch.filter(|epoch| *epoch != 1.0) {
        lines.push(Line::styled(format!(" epoch {:.2}", x / epoch), theme.dim()));
    }
    let room = usize::from(area.height).saturating_sub(lines.len());
    // a run that ended earlier has no value here
    let there = |line: &&Drawn| line.curve.points().next_back().is_some_and(|(last, _)| last >= x);
    let mut drawn: Vec<&Drawn> = chart.panel.lines.iter().filter(there).collect();
    drawn.sort_by_key(|line| (line.colour, line.instance));
    let rows: Vec<Line<'_>> = if drawn.len() <= room {
        drawn.into_iter().map(|line| row(line, x, theme)).collect()
    } else {
        cells(chart, &drawn, x, theme)
    };
    let hidden = rows.len().saturating_sub(room);
    lines.extend(rows.into_iter().take(if hidden > 0 { room.saturating_sub(1) } else { room }));
    if hidden > 0 {
        lines.push(Line::styled(format!(" {} more", hidden + 1), theme.dim()));
    }
    for (line, row) in lines.into_iter().zip(area.rows()) {
        frame.render_widget(line, row);
    }
}

fn row<'t>(line: &Drawn, x: f64, theme: &Theme) -> Line<'t> {
    let value = line.curve.at(x).map_or("-".into(), number);
    let edges = line.band.as_ref().and_then(|(low, high)| Some((high.at(x)? - low.at(x)?) / 2.0));
    let edges = edges.filter(|half| half.is_finite()).map_or(String::new(), |half| format!(" ±{}", number(half)));
    let name = line.name.trim_start_matches("bs ");
    Line::from(vec![sample(line.colour, theme), Span::raw(format!("{name:<7}")), Span::raw(format!("{value}{edges}"))])
}

/// The mean of every batch size, if there are too many runs for a line each.
fn cells<'t>(chart: &Chart<'_>, lines: &[&Drawn], x: f64, theme: &Theme) -> Vec<Line<'t>> {
    let cell = |(colour, size): (usize, &BatchSize)| {
        let values: Vec<f64> =
            lines.iter().filter(|line| line.colour == colour).filter_map(|line| line.curve.at(x)).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        (!values.is_empty()).then(|| {
            Line::from(vec![
                sample(colour, theme),
                Span::raw(format!("{size:<7}{}", number(mean))),
                Span::styled(format!("  n {}", values.len()), theme.dim()),
            ])
        })
    };
    chart.figure.batch_sizes.iter().enumerate().filter_map(cell).collect()
}

fn sample<'t>(colour: usize, theme: &Theme) -> Span<'t> {
    let (text, style) =
        if theme.is_plain() { (legend::mark(colour), Style::new()) } else { ("━", theme.series(colour)) };
    Span::styled(format!(" {text} "), style)
}

/// Four significant digits.
fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".into(),
        size if !(1e-3..1e6).contains(&size) => format!("{value:.2e}"),
        size if size >= 1000.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_short_and_say_something() {
        let said = [0.71234, 12.34, 4150.0, 2e-5, 0.0].map(number);
        assert_eq!(said, ["0.7123", "12.3", "4150", "2.00e-5", "0"]);
    }
}
