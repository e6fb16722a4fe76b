//! The whole screen, drawn from the state.

use super::layout::areas;
use super::theme::Theme;
use super::widgets::{ablations, answer, charts, footer, header, log, palette, panel, run, status, table};
use crate::app::{App, Panel};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::Block;

pub fn draw(frame: &mut Frame<'_>, app: &App, theme: &Theme) {
    let theme = &theme.of_sizes(app.sweep.batch_sizes().len());
    let area = frame.area();
    frame.render_widget(Block::new().style(theme.text()), area);
    let areas = areas(area, app.focus, app.companion, app.zoomed);
    let listing = app.listing();
    header::draw(frame, areas.header, app, theme);
    for (panel, area) in &areas.panels {
        match panel {
            Panel::Sweep => table::draw(frame, *area, &listing, app, theme),
            Panel::Charts => charts::draw(frame, *area, &listing, app, theme),
            Panel::Ablations => ablations::draw(frame, *area, &listing, app, theme),
            Panel::Run => run::draw(frame, *area, &listing, app, theme),
            Panel::Answer => answer::draw(frame, *area, app, theme),
            Panel::Log => log::draw(frame, *area, app, theme),
        }
    }
    if let [(_, alone)] = areas.panels[..] {
        panel::tabs(frame, alone, app, theme);
    }
    footer::draw(frame, areas.footer, app, theme);
    let in_sight: Vec<Panel> = areas.panels.iter().map(|(panel, _)| *panel).collect();
    status::draw(frame, areas.status, &in_sight, &listing, app, theme);
    palette::draw(frame, Rect { height: area.height.saturating_sub(areas.footer.height), ..area }, app, theme);
}
