//! The charts: one for each arm that fits, with a second metric if there is room; or the final scores of all arms.

use super::chart::{self, Chart};
use super::{final_scores, legend, panel};
use crate::app::table::Listing;
use crate::app::{Action, App, Panel};
use crate::plot::{Figure, FinalScores, Fit, View};
use crate::tui::keymap::label;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

/// Minimum area of one of several charts, including its title.
const LEAST: (u16, u16) = (36, 7);
/// Minimum area of charts with two metrics.
const COMFORTABLE: (u16, u16) = (44, 8);
/// The ideal ratio of width to height, in cells.
const SHAPE: f64 = 4.5;
/// The penalty for an empty place in the grid.
const BLANK: f64 = 2.0;

pub fn draw(frame: &mut Frame<'_>, area: Rect, listing: &Listing<'_>, app: &App, theme: &Theme) {
    let scores = app.visible_final_scores(listing);
    if app.final_chart || scores.is_some() {
        return draw_final_scores(frame, area, scores.as_ref(), app, theme);
    }
    let block = panel::frame(Panel::Charts, app, theme);
    let inner = block.inner(area);
    let figure = app.figure_of(app.metric, listing);
    let [key, body] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(inner);
    let arms = figure.panels.len();
    let selected = app.selected_arm(listing).and_then(|arm| figure.panels.iter().position(|panel| panel.title == arm));
    let ChartAreas { shown, areas, both } = ChartAreas::of(body, arms, selected);
    let second = both.then(|| app.figure_of(app.second_metric(), listing));
    let figures = std::iter::once(&figure).chain(&second);
    let charts: Vec<Chart<'_>> = figures
        .flat_map(|figure| shown.iter().map(move |place| (figure, *place)))
        .filter_map(|(figure, place)| Some(Chart { figure, panel: figure.panels.get(place)?, view: &app.view }))
        .collect();
    let mut block = block.title_bottom(Line::from(bottom(&figure, &app.view, theme)).right_aligned());
    // after the panel's number and title
    let width = inner.width.saturating_sub(11);
    match &charts[..] {
        [] => block = block.title_top(Span::styled(format!(" {} ", app.why_no_charts()), theme.dim())),
        [single] => block = block.title_top(single.title(position(&shown, arms), width, theme)),
        _ => {
            if let Some(position) = position(&shown, arms) {
                block = block.title_top(Span::styled(format!(" {position} "), theme.dim()));
            }
        }
    }
    frame.render_widget(block, area);
    frame.render_widget(legend::line(&figure, key.width, theme), key);
    if let [single] = &charts[..] {
        chart::draw(frame, body, single, theme);
        return;
    }
    for (chart, area) in charts.iter().zip(areas) {
        let [title, plot] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
        frame.render_widget(chart.title(None, title.width, theme), title);
        chart::draw(frame, plot, chart, theme);
    }
}

fn draw_final_scores(frame: &mut Frame<'_>, area: Rect, scores: Option<&FinalScores>, app: &App, theme: &Theme) {
    let block = panel::frame(Panel::Charts, app, theme);
    let inner = block.inner(area);
    let words = match scores {
        Some(scores) => {
            let block = block.title_top(Span::styled(format!(" {} ", final_scores::title(scores)), theme.title()));
            frame.render_widget(block.title_bottom(Line::styled(" batch size ", theme.dim()).right_aligned()), area);
            return final_scores::draw(frame, inner, scores, theme);
        }
        None => format!("no finished run with a {} is shown", app.final_metric().title()),
    };
    frame.render_widget(block, area);
    frame.render_widget(Line::styled(words, theme.dim()).centered(), inner);
}

/// The areas of the charts.
struct ChartAreas {
    /// indices of the shown arms
    shown: Vec<usize>,
    /// one area for each chart
    areas: Vec<Rect>,
    /// whether every arm has two charts, of two metrics
    both: bool,
}

impl ChartAreas {
    fn of(body: Rect, arms: usize, selected: Option<usize>) -> Self {
        if arms > 0
            && let Some(areas) = grid(body, 2 * arms, COMFORTABLE)
        {
            return Self { shown: (0..arms).collect(), areas, both: true };
        }
        let room = (1..=arms).rev().find_map(|count| Some((count, grid(body, count, LEAST)?)));
        let (count, areas) = room.unwrap_or_else(|| (1, vec![body]));
        Self { shown: shown(arms, selected, count), areas, both: false }
    }
}

/// The arms that fit: always the first, and a range of the others that contains the selected one.
fn shown(arms: usize, selected: Option<usize>, room: usize) -> Vec<usize> {
    let selected = selected.unwrap_or(0);
    match room.min(arms) {
        1 => vec![selected],
        room if room == arms => (0..arms).collect(),
        room => {
            let others = room - 1;
            let first = (selected + 1).saturating_sub(others).clamp(1, arms - others);
            std::iter::once(0).chain(first..first + others).collect()
        }
    }
}

/// For titles, if several arms exist but not all are shown.
fn position(shown: &[usize], arms: usize) -> Option<String> {
    match shown {
        _ if shown.len() >= arms => None,
        [] => None,
        [one] => Some(format!("arm {} of {arms}", one + 1)),
        [first, last] if *last != first + 1 => Some(format!("arms {} and {} of {arms}", first + 1, last + 1)),
        [first, second, .., last] if *second != first + 1 => {
            Some(format!("arms {}, {}-{} of {arms}", first + 1, second + 1, last + 1))
        }
        [first, .., last] => Some(format!("arms {}-{} of {arms}", first + 1, last + 1)),
    }
}

/// The title of the x axis and the settings of the view.
fn bottom<'t>(figure: &Figure, view: &View, theme: &Theme) -> Vec<Span<'t>> {
    let mut spans = vec![Span::styled(format!(" {} ", figure.x_label), theme.dim())];
    let mut note = |words: &str| spans.insert(0, Span::styled(format!(" {words} "), theme.accent()));
    let (whole, fit) = (label(Action::WholeAxis), label(Action::NextFit));
    match view.fit {
        _ if view.y_window.is_some() => note(&format!("y zoomed, {whole} all")),
        Fit::Trained if figure.panels.iter().any(|panel| panel.beyond != (false, false)) => {
            note(&format!("the start lies outside, {fit} shows all"));
        }
        Fit::Trained | Fit::Whole => {}
        Fit::Inner => note(&format!("1 to 99 %, {fit} all")),
    }
    if view.log_y {
        note("log");
    }
    if view.window.is_some() {
        let zoomed = format!("zoomed, {whole} all");
        note(if view.follow { "follows" } else { &zoomed });
    }
    spans
}

/// An area for each chart in a grid, with a shape near the ideal one and few empty places; `None` if they would be too small.
fn grid(area: Rect, count: usize, least: (u16, u16)) -> Option<Vec<Rect>> {
    let side = |cells: u16, parts: usize| f64::from(cells) / parts as f64;
    let rows_of = |columns: usize| count.div_ceil(columns);
    let badness = |columns: usize| {
        let shape = side(area.width, columns) / side(area.height, rows_of(columns)).max(1.0);
        let blank = (columns * rows_of(columns)) as f64 / count as f64;
        (shape / SHAPE).ln().abs() + BLANK * blank.ln()
    };
    let fits = |columns: &usize| {
        // one free column between two charts
        let width = (usize::from(area.width) + 1) / columns;
        width > usize::from(least.0) && usize::from(area.height) / rows_of(*columns) >= usize::from(least.1)
    };
    let columns = (1..=count).filter(fits).min_by(|a, b| badness(*a).total_cmp(&badness(*b)))?;
    let rows = Layout::vertical(vec![Constraint::Fill(1); rows_of(columns)]).split(area);
    let parts = |row: &Rect| Layout::horizontal(vec![Constraint::Fill(1); columns]).spacing(1).split(*row).to_vec();
    Some(rows.iter().flat_map(parts).take(count).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_are_as_many_as_have_room_in_a_good_shape() {
        let areas = |width, height, count| grid(Rect::new(0, 0, width, height), count, LEAST);
        assert_eq!(areas(98, 12, 2).map(|areas| areas.len()), Some(2), "beside one another");
        assert_eq!(areas(60, 9, 2), None);
        assert_eq!(areas(122, 36, 2).unwrap()[1].x, 0, "one above the other");
        assert_eq!(areas(122, 36, 4).unwrap()[1].y, 0, "two by two");
        assert_eq!(areas(118, 20, 3).unwrap().len(), 3, "three that no rectangle of two by two holds without a gap");
        assert_eq!(areas(20, 4, 1), None);
    }

    /// Once, three arms at 120 x 40 had no charts.
    #[test]
    fn every_number_of_arms_has_a_chart_at_every_size() {
        for (width, height) in (30..=240).flat_map(|width| (3..=70).map(move |height| (width, height))) {
            let body = Rect::new(3, 2, width, height);
            for arms in 1..=16 {
                let ChartAreas { shown, areas, .. } = ChartAreas::of(body, arms, Some(arms / 2));
                assert!(!shown.is_empty() && areas.len() >= shown.len(), "{arms} arms at {width} x {height}");
                for (place, area) in areas.iter().enumerate() {
                    assert_eq!(area.intersection(body), *area);
                    let is_enough = area.width >= LEAST.0 && area.height >= LEAST.1;
                    assert!(is_enough || *area == body, "{arms} arms at {width} x {height}: {area}");
                    assert!(areas[..place].iter().all(|other| !other.intersects(*area)));
                }
            }
        }
    }

    #[test]
    fn the_baseline_and_the_selected_arm_are_shown() {
        assert_eq!(shown(5, Some(3), 1), [3]);
        assert_eq!(shown(5, None, 1), [0]);
        assert_eq!(shown(5, None, 2), [0, 1]);
        assert_eq!(shown(5, Some(3), 2), [0, 3]);
        assert_eq!(shown(10, Some(5), 4), [0, 3, 4, 5]);
        assert_eq!(shown(10, Some(0), 4), [0, 1, 2, 3]);
        assert_eq!(shown(2, Some(1), 4), [0, 1]);
        assert!(shown(0, None, 1).is_empty());
    }

    #[test]
    fn which_arms_are_shown_is_said_in_a_few_words() {
        let said = |shown: &[usize]| position(shown, 10).unwrap();
        assert_eq!(said(&[4]), "arm 5 of 10");
        assert_eq!(said(&[0, 1, 2, 3]), "arms 1-4 of 10");
        assert_eq!(said(&[0, 3]), "arms 1 and 4 of 10");
        assert_eq!(said(&[0, 3, 4, 5]), "arms 1, 4-6 of 10");
        assert_eq!(position(&[0, 1], 2), None);
    }
}
