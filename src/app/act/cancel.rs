//! Takes runs out of the sweep, after a question.

use crate::app::state::{Action, App, Asking, Effect, Message, Target, runs};
use crate::domain::arm::BASELINE;
use crate::domain::command::Command;

pub(super) fn ask(app: &mut App) {
    let target = app.target();
    if target.open(&app.sweep).is_empty() {
        app.say(format!("nothing to cancel: no run of {} is waiting or in training", target.name), false);
    } else {
        app.asking = Some(Asking::Cancel(target));
    }
}

/// What is finished stays. An arm that was added from the keyboard does not come back by itself.
pub(super) fn cancel(app: &mut App, target: Target, discard: bool) -> Vec<Effect> {
    let open = target.open(&app.sweep);
    let words = if discard { "discarded" } else { "cancelled" };
    let said = Message::from(format!("{words} {}: {}; ", target.name, runs(open.len())));
    app.say(said.key(Action::Again).text(" trains them again"), false);
    let command = if discard { Command::Discard(open) } else { Command::Cancel(open) };
    let forget = target.arm.filter(|arm| arm != BASELINE).map(|arm| Effect::Ask(Command::ForgetArm(arm)));
    std::iter::once(Effect::Ask(command)).chain(forget).collect()
}
