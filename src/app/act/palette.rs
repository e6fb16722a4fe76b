//! Types in the palette.

use crate::app::state::App;
use crate::app::state::table::Typing;
use crate::domain::ablation::Patch;

/// The changes for the draft, once they are complete.
pub(super) fn type_in(app: &mut App, typing: Typing) -> Option<Patch> {
    match typing {
        Typing::Begin => app.palette.open(),
        Typing::Edit(request) => app.palette.edit(request),
        Typing::Keep => match app.typed_changes() {
            Ok(changes) => return Some(changes),
            Err(error) => app.say(error.to_string(), true),
        },
        Typing::Complete => {}
        // first the search, then the list
        Typing::Drop if !app.palette.text().is_empty() => app.palette.open(),
        Typing::Drop => app.palette.close(),
    }
    None
}
