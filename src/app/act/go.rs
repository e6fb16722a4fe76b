//! Moves within the focused panel.

use crate::app::state::{App, Motion, Panel};

/// The share of the visible range that a key moves by.
const STEP: f64 = 0.01;
const LEAP: f64 = 0.1;
/// Beyond the end of any axis.
const FAR: f64 = 1e9;

pub(super) fn go(app: &mut App, motion: Motion) {
    match app.focus {
        Panel::Charts => in_charts(app, motion),
        _ if matches!(motion, Motion::Left | Motion::Right) => {}
        Panel::Sweep => app.table.select_by(&app.sweep, motion.lines()),
        Panel::Ablations => next_arm(app, motion.lines()),
        panel => app.scroll(panel).go(motion),
    }
}

/// Left and right move the crosshair or the window; up and down select an arm.
fn in_charts(app: &mut App, motion: Motion) {
    let (end, newest) = app.x_extent();
    let view = &mut app.view;
    let (step, leap) = if view.crosshair.is_some() { (STEP, LEAP) } else { (LEAP, 1.0) };
    let share = match motion {
        Motion::Left => -step,
        Motion::Right => step,
        Motion::PageUp => -leap,
        Motion::PageDown => leap,
        Motion::First => f64::NEG_INFINITY,
        Motion::Last => f64::INFINITY,
        Motion::Up => return next_arm(app, -1),
        Motion::Down => return next_arm(app, 1),
    };
    match (view.crosshair, share.is_finite()) {
        (Some(_), true) => view.move_crosshair(share, end, newest),
        (Some(_), false) => view.put_crosshair(if share > 0.0 { newest } else { 0.0 }, end, newest),
        (None, true) => view.pan(share, end, newest),
        (None, false) => view.pan(share.signum() * FAR, end, newest),
    }
}

/// Selects the first run of the next arm, so that its chart is shown.
fn next_arm(app: &mut App, by: isize) {
    let arms = app.sweep.arms();
    let Some(here) = app.listing().run_in_sight().map(|row| row.arm) else { return };
    app.table.select_arm(&app.sweep, &arms[here.saturating_add_signed(by).min(arms.len() - 1)]);
}
