//! Final scores against batch size: a point for every instance, and a line through each arm's means with their 95 %
//! intervals.

use super::canvas::CellCanvas;
use super::shed::distinct;
use crate::domain::run_label::BatchSize;
use crate::plot::{ArmScores, CellScores, FinalScores, Grid};
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};

/// Marks of the arms' means, repeated if there are more arms.
const MARKS: [&str; 8] = ["●", "▲", "■", "◆", "○", "△", "□", "◇"];
/// The share of the distance between two batch sizes over which arms are spread.
const SPREAD: f64 = 0.6;
/// Maximum width of an arm's name in the legend.
const NAME: usize = 24;

/// The title of the chart.
pub fn title(scores: &FinalScores) -> String {
    format!("final {} against batch size", scores.metric.title())
}

/// A legend above the chart.
pub fn draw(frame: &mut Frame<'_>, area: Rect, scores: &FinalScores, theme: &Theme) {
    let [key, body] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
    frame.render_widget(legend(scores, key.width, theme), key);
    let sizes: Vec<String> = scores.batch_sizes.iter().map(BatchSize::to_string).collect();
    let Some(grid) = Grid::of_categories(&sizes, scores.y_range, body.width.into(), body.height.into()) else {
        frame.render_widget(Line::styled("no room for a chart", theme.dim()).centered(), body);
        return;
    };
    let mut canvas = CellCanvas { grid: &grid, area: body, buffer: frame.buffer_mut(), theme };
    canvas.axes();
    let count = scores.arms.len();
    let places = |arm: usize| ArmOffset { shift: SPREAD * ((arm as f64 + 0.5) / count as f64 - 0.5) };
    for (number, arm) in scores.arms.iter().enumerate() {
        let means = arm.cells.iter().map(|cell| (places(number).x(cell), cell.mean));
        canvas.behind(&grid.polyline(means, arm.place), |place| theme.arm(place));
    }
    for (number, arm) in scores.arms.iter().enumerate() {
        arm.cells.iter().for_each(|cell| canvas.interval(arm, cell, places(number).x(cell)));
    }
    for (number, arm) in scores.arms.iter().enumerate() {
        for cell in &arm.cells {
            if let Some(at) = canvas.cell(places(number).x(cell), cell.mean) {
                canvas.put(at, mark(arm), theme.arm(arm.place));
            }
        }
    }
}

/// The horizontal offset of an arm.
struct ArmOffset {
    shift: f64,
}

impl ArmOffset {
    fn x(&self, cell: &CellScores) -> f64 {
        cell.size as f64 + self.shift
    }
}

impl CellCanvas<'_> {
    /// The visible part of the interval as a bar, with the instances beside it.
    fn interval(&mut self, arm: &ArmScores, cell: &CellScores, x: f64) {
        let style = self.theme.arm(arm.place);
        let (least, most) = (self.grid.y.low, self.grid.y.high);
        if let Some((low, high)) = cell.interval {
            let ends = self.cell(x, high.min(most)).zip(self.cell(x, low.max(least)));
            if let Some((top, bottom)) = ends {
                for row in top.y..=bottom.y {
                    let symbol = match row {
                        _ if row == top.y && high <= most => "┬",
                        _ if row == bottom.y && low >= least => "┴",
                        _ => "│",
                    };
                    self.put(Position::new(top.x, row), symbol, style);
                }
            }
        }
        for instance in &cell.instances {
            if let Some(at) = self.cell(x, instance.value) {
                let beside = Position::new(at.x.saturating_sub(1).max(self.inside().left()), at.y);
                self.put(beside, "·", style);
            }
        }
    }
}

fn mark(arm: &ArmScores) -> &'static str {
    MARKS[arm.place % MARKS.len()]
}

/// The arms that fit, and the number of the others.
fn legend<'t>(scores: &FinalScores, width: u16, theme: &Theme) -> Line<'t> {
    let names: Vec<&str> = scores.arms.iter().map(|arm| arm.name.as_str()).collect();
    let entries: Vec<Vec<Span<'t>>> = scores
        .arms
        .iter()
        .zip(distinct(&names, NAME))
        .map(|(arm, name)| {
            vec![
                Span::styled(format!(" {} ", mark(arm)), theme.arm(arm.place)),
                Span::styled(format!("{name} "), theme.text()),
            ]
        })
        .collect();
    let n = match scores.counts() {
        Some((least, most)) if least == most => format!(" mean, 95 % t interval, n = {most}"),
        Some((least, most)) => format!(" mean, 95 % t interval, n = {least} to {most}"),
        None => String::new(),
    };
    let (mut spans, mut left) = (Vec::new(), usize::from(width).saturating_sub(6));
    let count = entries.len();
    for (place, entry) in entries.into_iter().enumerate() {
        let needed: usize = entry.iter().map(Span::width).sum();
        if needed > left {
            spans.push(Span::styled(format!(" +{}", count - place), theme.dim()));
            left = 0;
            break;
        }
        left -= needed;
        spans.extend(entry);
    }
    if n.chars().count() <= left {
        spans.push(Span::styled(n, theme.dim()));
    }
    Line::from(spans)
}
