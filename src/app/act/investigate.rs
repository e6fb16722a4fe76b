//! Adds an arm for every suspected cause, after a question.

use crate::app::state::{Action, App, Asking, Effect, Message, Panel};
use crate::domain::arm::Arm;
use crate::domain::command::{Command, QueuePosition};

pub(super) fn ask(app: &mut App) -> Vec<Effect> {
    let arms = app.investigation();
    if !arms.is_empty() {
        app.asking = Some(Asking::Investigate(arms));
        app.focus_on(Panel::Ablations);
    } else if app.inquiry.is_proved() {
        app.say("every suspected cause is already an arm of this sweep", false);
    } else {
        app.say("checking whether an example's logits depend on its batch…", false);
        return vec![Effect::Prove];
    }
    Vec::new()
}

pub(super) fn begin(app: &mut App, arms: Vec<Arm>) -> Vec<Effect> {
    let said = Message::from("investigating: the answer comes together in panel ").key(Action::Focus(Panel::Answer));
    app.say(said, false);
    app.arms.extend(arms.iter().cloned());
    app.focus_on(Panel::Answer);
    let added = arms.into_iter().map(|arm| Effect::Ask(Command::AddArm(arm, QueuePosition::Last)));
    std::iter::once(Effect::Prove).chain(added).collect()
}
