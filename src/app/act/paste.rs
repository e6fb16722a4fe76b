//! Inserts pasted text into the input line, if there is one.

use crate::app::state::App;

/// Takes pasted text into the list's search or the filter. Says whether anything took it: to a question, or to the
/// dashboard itself, its letters are no keys.
pub(super) fn paste(app: &mut App, text: &str) -> bool {
    if app.asking.is_some() {
        return false;
    }
    if app.palette.is_open() {
        app.palette.paste(text);
    } else if app.table.filter.is_typing() {
        app.table.filter.paste(text, &app.sweep);
    } else {
        return false;
    }
    true
}
