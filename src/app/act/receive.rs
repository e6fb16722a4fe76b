//! Processes an event of the sweep.

use crate::app::state::{App, Leaving, Panel};
use crate::domain::event::SweepEvent;

pub(super) fn receive(app: &mut App, event: SweepEvent) {
    app.log.receive(&event, &app.sweep);
    app.inquiry.receive(&event);
    let known = app.sweep.series().len();
    app.sweep.apply(event);
    if app.sweep.series().len() > known && !app.touched {
        app.metric = app.first_metric();
    }
    if app.sweep.closed && app.leaving == Leaving::Saving {
        app.leaving = Leaving::Now;
    }
    // show the answer if no key was pressed
    if app.sweep.idle && !app.touched && app.sweep.tally().ended() > 0 {
        app.focus_on(Panel::Answer);
    }
}
