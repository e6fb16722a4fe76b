//! Adds another instance of every cell, after a question.

use crate::app::state::{App, Asking, Effect};
use crate::domain::command::Command;

pub(super) fn ask(app: &mut App) {
    app.asking = Some(Asking::Instance);
}

pub(super) fn add(app: &mut App) -> Vec<Effect> {
    let arms = app.arms_at_work();
    app.spec.train.instances += 1;
    let instances = app.spec.train.instances;
    app.say(format!("added instance {instances} of every cell"), false);
    vec![Effect::Ask(Command::Instances { instances, arms })]
}
