//! Leaves.

use crate::app::state::{App, Effect, Leaving};
use crate::domain::command::Command;

/// The first time: saves, then quits. The second time, or with nothing to save: quits.
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
