//! Leaves.

use crate::app::state::{App, Effect, Leaving};
use crate::domain::command::Command;

/// The first time: save, then leave. The second time, or when nothing is left to save: leave.
pub(super) fn quit(app: &mut App) -> Vec<Effect> {
    match app.leaving {
        Leaving::No if !app.sweep.closed && app.watched.is_none() => {
            (app.leaving, app.asking) = (Leaving::Saving, None);
            vec![Effect::Ask(Command::Stop)]
        }
        _ => {
            app.leaving = Leaving::Now;
            Vec::new()
        }
    }
}
