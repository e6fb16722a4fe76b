//! Keys that change how charts look at the data, never the data.

use super::action::{Action, Motion};
use super::state::App;
use crate::domain::sweep::Row;
use crate::plot::x_extent;

/// Share of what is in sight that a key moves by.
const STEP: f64 = 0.01;
const LEAP: f64 = 0.1;
const PAN: f64 = 0.25;
/// Further than any axis goes.
const FAR: f64 = 1e9;
const ZOOM: f64 = 0.5;

impl App {
    pub(super) fn look(&mut self, action: Action) {
        let (end, newest) = self.x_extent();
        let y_range = self.figure().y_range;
        let view = &mut self.view;
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
            Action::FinalScores => self.final_chart = !self.final_chart,
            Action::Crosshair => view.toggle_crosshair(end, newest),
            _ => {}
        }
        let said = match action {
            Action::SmoothMore | Action::SmoothLess if !self.metric.is_of_a_batch() => {
                Some("only metrics of single batches are smoothed".to_owned())
            }
            Action::PanLeft | Action::PanRight if self.view.window.is_none() => {
                Some("all of the axis is in sight; + zooms in".into())
            }
            Action::NextFit if self.view.y_window.take().is_some() => {
                Some(format!("no longer zoomed: the y axis holds {}", self.view.fit.label()))
            }
            Action::NextFit => Some(format!("the y axis holds {}", self.view.fit.label())),
            Action::Overlay if self.view.overlay => Some("the baseline stands faint behind every other arm".into()),
            Action::Overlay => Some("every arm by itself".into()),
            Action::Follow if self.view.follow => Some("follows the newest points; t stops".into()),
            _ => None,
        };
        if let Some(text) = said {
            self.say(text, false);
        }
    }

    /// Where the x axis ends that keys move along, and its newest point: of the arm in sight where its chart is shown.
    fn x_extent(&self) -> (f64, f64) {
        let shows = self.table.shows(&self.sweep);
        let shown = || self.sweep.rows().iter().filter(|row| shows(row));
        let of_arm = |row: &&Row| Some(row.planned.arm.as_str()) == self.arm_in_sight();
        match shown().any(|row| of_arm(&row)) {
            true => x_extent(shown().filter(of_arm), &self.view),
            false => x_extent(shown(), &self.view),
        }
    }

    /// Sideways the crosshair or the window; up and down the arm in sight.
    pub(super) fn go_in_charts(&mut self, motion: Motion) {
        let (end, newest) = self.x_extent();
        let view = &mut self.view;
        let (step, leap) = if view.crosshair.is_some() { (STEP, LEAP) } else { (LEAP, 1.0) };
        let share = match motion {
            Motion::Left => -step,
            Motion::Right => step,
            Motion::PageUp => -leap,
            Motion::PageDown => leap,
            Motion::First => f64::NEG_INFINITY,
            Motion::Last => f64::INFINITY,
            Motion::Up => return self.next_arm(-1),
            Motion::Down => return self.next_arm(1),
        };
        match (view.crosshair, share.is_finite()) {
            (Some(_), true) => view.move_crosshair(share, end, newest),
            (Some(_), false) => view.put_crosshair(if share > 0.0 { newest } else { 0.0 }, end, newest),
            (None, true) => view.pan(share, end, newest),
            (None, false) => view.pan(share.signum() * FAR, end, newest),
        }
    }

    /// Selects the first run of the next arm, whose chart is then in sight.
    pub(super) fn next_arm(&mut self, by: isize) {
        let arms = self.sweep.arms();
        let Some(here) = self.arm_in_sight().and_then(|arm| arms.iter().position(|other| *other == arm)) else {
            return;
        };
        let wanted = arms[here.saturating_add_signed(by).min(arms.len() - 1)];
        self.table.select_arm(&self.sweep, wanted);
    }
}
