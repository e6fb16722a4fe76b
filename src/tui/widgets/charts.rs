//! The charts: as many as have room, of one metric by arms and of a second one beside it.

use super::chart::{self, Chart};
use super::{legend, panel};
use crate::app::{App, Panel};
use crate::plot::{Figure, Fit, View};
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

/// Smallest area of one of several charts, its title included.
const LEAST: (u16, u16) = (44, 8);
/// How much wider than high a chart is at best, in cells.
const SHAPE: f64 = 4.5;

pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let block = panel::frame(Panel::Charts, app, theme);
    let inner = block.inner(area);
    let figure = app.figure();
    let [key, body] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(inner);
    let arms = figure.panels.len();
    let in_sight = figure.panels.iter().position(|panel| Some(panel.title.as_str()) == app.arm_in_sight());
    let room = (1..=2 * arms.max(1)).rev().find_map(|count| grid(body, count)).unwrap_or_else(|| vec![body]);
    let second = (room.len() >= 2 * arms).then(|| app.figure_of(app.second_metric()));
    let shown = shown(arms, in_sight.unwrap_or(0), room.len());
    let figures = std::iter::once(&figure).chain(&second);
    let charts: Vec<Chart<'_>> = figures
        .flat_map(|figure| shown.clone().map(move |place| (figure, place)))
        .filter_map(|(figure, place)| Some(Chart { figure, panel: figure.panels.get(place)?, view: &app.view }))
        .collect();
    let mut block = block.title_bottom(Line::from(bottom(&figure, &app.view, theme)).right_aligned());
    match &charts[..] {
        [] => block = block.title_top(Span::styled(" waiting for the first run ", theme.dim())),
        // behind the panel's number and title
        [single] => {
            block = block.title_top(single.title(position(&shown, arms), inner.width.saturating_sub(11), theme))
        }
        _ => {}
    }
    frame.render_widget(block, area);
    frame.render_widget(legend::line(&figure, key.width, theme), key);
    if let [single] = &charts[..] {
        chart::draw(frame, body, single, theme);
        return;
    }
    for (chart, area) in charts.iter().zip(grid(body, charts.len()).unwrap_or_default()) {
        let [title, plot] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
        frame.render_widget(chart.title(position(&shown, arms), title.width, theme), title);
        chart::draw(frame, plot, chart, theme);
    }
}

/// The arms that have room, the one in sight among them.
fn shown(arms: usize, in_sight: usize, room: usize) -> std::ops::Range<usize> {
    let count = room.min(arms);
    let first = in_sight.saturating_sub(count.saturating_sub(1)).min(arms - count);
    first..first + count
}

/// Where several arms are but not all are shown.
fn position(shown: &std::ops::Range<usize>, arms: usize) -> Option<String> {
    (shown.len() < arms).then(|| match shown.len() {
        1 => format!("arm {} of {arms}", shown.start + 1),
        _ => format!("{} of {arms} arms", shown.len()),
    })
}

/// What the x axis counts, and how it is looked at.
fn bottom<'t>(figure: &Figure, view: &View, theme: &Theme) -> Vec<Span<'t>> {
    let mut spans = vec![Span::styled(format!(" {} ", figure.x_label), theme.dim())];
    let mut note = |words: &str| spans.insert(0, Span::styled(format!(" {words} "), theme.accent()));
    match view.fit {
        _ if view.y_window.is_some() => note("y zoomed, = all"),
        Fit::Trained if figure.panels.iter().any(|panel| panel.beyond != (false, false)) => {
            note("the start lies outside, o shows all")
        }
        Fit::Trained | Fit::Whole => {}
        Fit::Inner => note("1 to 99 %, o all"),
    }
    if view.log_y {
        note("log");
    }
    if view.window.is_some() {
        note(if view.follow { "follows" } else { "zoomed, = all" });
    }
    spans
}

/// Equal areas for so many charts, in the shape nearest to a good one; nothing where they would be too small.
fn grid(area: Rect, count: usize) -> Option<Vec<Rect>> {
    let side = |cells: u16, parts: usize| f64::from(cells) / parts as f64;
    let badness = |columns: usize| {
        let shape = side(area.width, columns) / side(area.height, count.div_ceil(columns)).max(1.0);
        (shape / SHAPE).ln().abs()
    };
    let fits = |columns: &usize| {
        let rows = count.div_ceil(*columns);
        count.is_multiple_of(*columns)
            && side(area.width, *columns) >= f64::from(LEAST.0)
            && side(area.height, rows) >= f64::from(LEAST.1)
    };
    let columns = (1..=count).filter(fits).min_by(|a, b| badness(*a).total_cmp(&badness(*b)))?;
    let rows = Layout::vertical(vec![Constraint::Fill(1); count / columns]).split(area);
    let parts = |row: &Rect| Layout::horizontal(vec![Constraint::Fill(1); columns]).spacing(1).split(*row).to_vec();
    Some(rows.iter().flat_map(parts).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_are_as_many_as_have_room_in_a_good_shape() {
        let areas = |width, height, count| grid(Rect::new(0, 0, width, height), count);
        assert_eq!(areas(98, 12, 2).map(|areas| areas.len()), Some(2), "beside one another");
        assert_eq!(areas(60, 9, 2), None);
        assert_eq!(areas(122, 36, 2).unwrap()[1].x, 0, "one above the other");
        assert_eq!(areas(122, 36, 4).unwrap()[1].y, 0, "two by two");
        assert_eq!(areas(20, 4, 1), None);
    }

    #[test]
    fn the_arm_in_sight_is_shown() {
        assert_eq!(shown(5, 3, 1), 3..4);
        assert_eq!(shown(5, 0, 2), 0..2);
        assert_eq!(shown(5, 4, 2), 3..5);
        assert_eq!(shown(2, 1, 4), 0..2);
        assert_eq!(shown(0, 0, 1), 0..0);
    }
}
