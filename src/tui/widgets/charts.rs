//! The charts: as many as have room.

use super::{chart, panel};
use crate::app::{App, Panel};
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

/// Smallest area of a chart that says anything.
const LEAST: (u16, u16) = (30, 7);

pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let block = panel::frame(Panel::Charts, app, theme);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let figure = app.figure();
    let areas = split(inner, figure.panels.len());
    if let [single] = areas[..] {
        let place = figure.panels.iter().position(|panel| Some(panel.title.as_str()) == app.arm_in_sight());
        chart::draw(frame, single, &figure, place.unwrap_or(0), true, theme);
    } else {
        for (panel, area) in areas.iter().enumerate() {
            chart::draw(frame, *area, &figure, panel, false, theme);
        }
    }
}

/// As many equal charts as there are panels, side by side or one above the other; else one.
fn split(area: Rect, panels: usize) -> Vec<Rect> {
    if area.is_empty() {
        return Vec::new();
    }
    let parts = vec![Constraint::Fill(1); panels.max(1)];
    let beside = area.width / panels.max(1) as u16 >= LEAST.0 + 10;
    let above = area.height / panels.max(1) as u16 >= 2 * LEAST.1;
    // a curve wants width more than height
    if above && area.width < 4 * area.height {
        Layout::vertical(parts).split(area).to_vec()
    } else if beside {
        Layout::horizontal(parts).split(area).to_vec()
    } else if above {
        Layout::vertical(parts).split(area).to_vec()
    } else {
        vec![area]
    }
}
