//! One step back: zoom, draft, filter, selection.

use crate::app::state::table::Typing;
use crate::app::state::{App, Draft};

pub(super) fn back(app: &mut App) {
    if app.zoomed {
        app.zoomed = false;
    } else if !app.draft.is_empty() {
        app.draft = Draft::default();
    } else if app.table.filter.is_on() {
        app.table.filter.act(Typing::Drop, &app.sweep);
    } else {
        app.table.unselect();
    }
}
