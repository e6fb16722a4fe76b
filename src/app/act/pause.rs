//! Pauses and resumes runs.

use crate::app::state::{Action, App, Effect, Message, runs};
use crate::domain::command::{Command, Intent};

/// Pauses the target, or resumes it if all of it is paused.
pub(super) fn pause_or_resume(app: &mut App) -> Vec<Effect> {
    let target = app.target();
    let unpaused = target.of(&app.sweep, |row| row.is_open() && row.intent == Intent::Train);
    let paused = target.of(&app.sweep, |row| row.is_open() && row.intent == Intent::Pause);
    if !unpaused.is_empty() {
        let words = Message::from(format!("paused {}: {}; ", target.name, runs(unpaused.len())));
        app.say(words.key(Action::PauseOrResume).text(" resumes"), false);
        return vec![Effect::Ask(Command::Pause(unpaused))];
    }
    if !paused.is_empty() {
        app.say(format!("resumed {}: {}", target.name, runs(paused.len())), false);
        return vec![Effect::Ask(Command::Resume(paused))];
    }
    app.say(format!("nothing to pause: no run of {} is waiting or in training", target.name), false);
    Vec::new()
}
