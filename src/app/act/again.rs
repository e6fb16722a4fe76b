//! Trains what failed or was taken out.

use crate::app::state::{Action, App, Effect, Message, runs};
use crate::domain::arm::BASELINE;
use crate::domain::command::{Command, Intent, QueuePosition};
use crate::domain::history::Progress;

pub(super) fn again(app: &mut App) -> Vec<Effect> {
    let target = app.target();
    let lost = target.of(&app.sweep, |row| {
        matches!(row.history.progress, Progress::Failed(_)) || (row.is_open() && row.intent == Intent::Cancel)
    });
    if lost.is_empty() {
        let said = Message::from(format!("no run of {} failed or was cancelled; ", target.name));
        app.say(said.key(Action::AddInstance).text(" adds another instance"), false);
        return Vec::new();
    }
    app.say(format!("queued again: {} of {}", runs(lost.len()), target.name), false);
    // a whole arm that was taken out was forgotten as well
    let arm = app.arms.iter().find(|arm| arm.name != BASELINE && Some(&arm.name) == target.arm.as_ref()).cloned();
    let added = arm.map(|arm| Effect::Ask(Command::AddArm(arm, QueuePosition::Last)));
    added.into_iter().chain([Effect::Ask(Command::Again(lost))]).collect()
}
