//! Has runs trained before the others that wait.

use crate::app::state::{App, Effect, Target, runs};
use crate::domain::command::{Command, Intent};
use crate::domain::history::Progress;

/// Those that the target has waiting.
pub(super) fn train_next(app: &mut App, target: &Target) -> Vec<Effect> {
    let waiting = target.of(&app.sweep, |row| {
        let waits = matches!(row.history.progress, Progress::Waiting | Progress::Interrupted);
        waits && row.elsewhere.is_none() && row.intent == Intent::Train
    });
    if waiting.is_empty() {
        app.say(format!("no waiting run of {} to train next", target.name), false);
        return Vec::new();
    }
    app.say(format!("trained next: {} of {}", runs(waiting.len()), target.name), false);
    vec![Effect::Ask(Command::Next(waiting))]
}
