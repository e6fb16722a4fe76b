//! Edits the draft, and makes an arm of it.

use crate::app::state::{Action, App, Draft, Effect, Message};
use crate::domain::ablation;
use crate::domain::command::{Command, QueuePosition};
use crate::domain::train::Train;

/// The result of adding a draft.
pub(super) enum Added {
    /// it is an arm, or cannot be one
    Effects(Vec<Effect>),
    /// an arm that trains the same was there: it is selected
    Known(String),
}

pub(super) fn edit(app: &mut App, change: impl FnOnce(&mut Draft, &Train)) {
    let before = app.draft.changes().clone();
    change(&mut app.draft, &app.spec.train);
    app.draft.compare_with(&before);
    if let ([drafted], true) = (&app.drafted()[..], app.draft.is_empty()) {
        app.say(format!("{}, as in the baseline; nothing is drafted", drafted.words), false);
    }
}

/// Makes an arm of the draft. One that trains the same as an arm that is there selects that arm.
pub(super) fn add(app: &mut App, order: QueuePosition) -> Added {
    if app.draft.is_empty() {
        let mut said = Message::from("nothing to add yet; draft with ");
        for (number, ablation) in ablation::all().filter(|ablation| ablation.press.is_some()).enumerate() {
            let before = if number > 0 { ", " } else { "" };
            said = said.text(before).key(Action::Cycle(ablation)).text(format!(" {}", ablation.title()));
        }
        app.say(said, false);
        return Added::Effects(Vec::new());
    }
    if let Some(arm) = app.arm_like_draft() {
        let name = arm.name.clone();
        app.draft = Draft::default();
        app.table.select_arm(&app.sweep, &name);
        return Added::Known(name);
    }
    let arm = app.drafted_arm();
    if let Err(message) = app.can_have(&arm) {
        app.say(message, true);
        return Added::Effects(Vec::new());
    }
    let next = if order == QueuePosition::Next { "; it is trained next" } else { "" };
    app.say(format!("added {}: {}{next}", arm.name, arm.changes.in_words()), false);
    app.draft = Draft::default();
    app.arms.push(arm.clone());
    Added::Effects(vec![Effect::Ask(Command::AddArm(arm, order))])
}
