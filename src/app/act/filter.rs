//! Types in the filter.

use crate::app::state::table::Typing;
use crate::app::state::{App, Panel};

/// Whoever filters wants to see the table.
pub(super) fn type_in(app: &mut App, typing: Typing) {
    if typing == Typing::Begin {
        app.focus_on(Panel::Sweep);
    }
    app.table.filter.act(typing, &app.sweep);
}
