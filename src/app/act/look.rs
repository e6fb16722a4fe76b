//! Changes how charts look at the data, never the data.

use crate::app::state::{Action, App, Message};
use crate::plot::Agreement;

const PAN: f64 = 0.25;
const ZOOM: f64 = 0.5;

pub(super) fn look(app: &mut App, action: Action) {
    let ((end, newest), y_range) = (app.x_extent(), app.figure().y_range);
    let view = &mut app.view;
    match action {
        Action::NextAxis => view.next_axis(),
        Action::LogY => view.log_y = !view.log_y,
        Action::SmoothMore => view.smooth_more(),
        Action::SmoothLess => view.smooth_less(),
        Action::NextBand => view.band = view.band.next(),
        Action::NextFit => view.fit = view.fit.next(),
        Action::ZoomInY => view.zoom_y(ZOOM, y_range),
        Action::ZoomOutY => view.zoom_y(1.0 / ZOOM, y_range),
        Action::PanUp => view.pan_y(PAN, y_range),
        Action::PanDown => view.pan_y(-PAN, y_range),
        Action::ZoomIn => view.zoom(ZOOM, end, newest),
        Action::ZoomOut => view.zoom(1.0 / ZOOM, end, newest),
        Action::PanLeft => view.pan(-PAN, end, newest),
        Action::PanRight => view.pan(PAN, end, newest),
        Action::WholeAxis => view.reset(),
        Action::Follow => view.follow(end),
        Action::Overlay => view.overlay = !view.overlay,
        Action::FinalScores => app.final_chart = !app.final_chart,
        Action::Crosshair => view.toggle_crosshair(end, newest),
        _ => {}
    }
    let said = match action {
        Action::NextAxis => {
            let arm = app.sweep.rows().first().map_or(0, |row| row.arm);
            let agreement = Agreement::of(app.sweep.rows().iter().filter(|row| row.arm == arm), app.metric);
            agreement.and_then(|agreement| agreement.words(app.view.x)).map(Message::from)
        }
        Action::SmoothMore | Action::SmoothLess if !app.metric.is_of_a_batch() => {
            Some(Message::from("only metrics of single batches are smoothed"))
        }
        Action::PanLeft | Action::PanRight if app.view.window.is_none() => {
            Some(Message::from("the whole axis is visible; ").key(Action::ZoomIn).text(" zooms in"))
        }
        Action::NextFit if app.view.y_window.take().is_some() => {
            Some(format!("no longer zoomed: the y axis shows {}", app.view.fit.label()).into())
        }
        Action::NextFit => Some(format!("the y axis shows {}", app.view.fit.label()).into()),
        Action::Overlay if app.view.overlay => Some("the baseline is shown behind every other arm".into()),
        Action::Overlay => Some("the baseline is shown in its own chart only".into()),
        Action::Follow if app.view.follow => {
            Some(Message::from("follows the newest points; ").key(Action::Follow).text(" stops"))
        }
        _ => None,
    };
    if let Some(text) = said {
        app.say(text, false);
    }
}
