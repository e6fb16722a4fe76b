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
        let figure = app.arm_in_sight().map_or_else(|| figure.clone(), |arm| figure.only(arm));
        chart::draw(frame, single, &figure, 0, theme);
    } else {
        for (panel, area) in areas.charts.iter().enumerate() {
            chart::draw(frame, *area, &figure, panel, theme);
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
