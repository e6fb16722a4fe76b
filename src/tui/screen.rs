//! The whole screen from the whole state.

use super::layout::areas;
use super::theme::Theme;
use super::widgets::{chart, footer, header, help, status, table};
use crate::app::App;
use ratatui::Frame;
use ratatui::widgets::Block;

pub fn draw(frame: &mut Frame<'_>, app: &App, theme: &Theme) {
    let area = frame.area();
    frame.render_widget(Block::new().style(theme.text()), area);
    let figure = app.figure();
    let areas = areas(area, figure.panels.len(), app.zoomed);
    header::draw(frame, areas.header, app, theme);
    if let [single] = areas.charts[..] {
        let place = figure.panels.iter().position(|panel| Some(panel.title.as_str()) == app.arm_in_sight());
        chart::draw(frame, single, &figure, place.unwrap_or(0), true, theme);
    } else {
        for (panel, area) in areas.charts.iter().enumerate() {
            chart::draw(frame, *area, &figure, panel, false, theme);
        }
    }
    if let Some(area) = areas.table {
        table::draw(frame, area, app, theme);
    }
    status::draw(frame, areas.status, app, theme);
    footer::draw(frame, areas.footer, theme);
    if app.help {
        help::draw(frame, area, theme);
    }
}
