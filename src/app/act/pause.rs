//! Pauses and resumes runs.

use crate::app::state::{Action, App, Effect, Message, runs};
use crate::domain::command::{Command, Intent};

/// Keeps the target back, or where all of it is kept back already, lets it go on.
pub(super) fn pause_or_resume(app: &mut App) -> Vec<Effect> {
    let target = app.target();
    let at_work = target.of(&app.sweep, |row| row.is_open() && row.intent == Intent::Train);
    let paused = target.of(&app.sweep, |row| row.is_open() && row.intent == Intent::Pause);
    if !at_work.is_empty() {
        let words = Message::from(format!("paused {}: {}; ", target.name, runs(at_work.len())));
        app.say(words.key(Action::PauseOrResume).text(" again goes on"), false);
        return vec![Effect::Ask(Command::Pause(at_work))];
    }
    if !paused.is_empty() {
        app.say(format!("{} goes on: {}", target.name, runs(paused.len())), false);
        return vec![Effect::Ask(Command::Resume(paused))];
    }
    app.say(format!("nothing to pause: no run of {} waits or trains", target.name), false);
    Vec::new()
}
