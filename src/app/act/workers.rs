//! More or fewer workers.

use crate::app::state::{Action, App, Effect, Message};
use crate::domain::command::Command;

/// More would only compete for memory.
const MOST_WORKERS: usize = 256;

pub(super) fn change(app: &mut App, by: isize) -> Vec<Effect> {
    let wanted = app.workers.saturating_add_signed(by).clamp(1, MOST_WORKERS);
    if wanted == app.workers {
        let words = match by > 0 {
            true => Message::from(format!("at most {MOST_WORKERS} workers")),
            false => Message::from("at least one worker; ").key(Action::PauseOrResume).text(" pauses runs"),
        };
        app.say(words, false);
        return Vec::new();
    }
    app.workers = wanted;
    let mut words = if wanted == 1 { "1 worker".to_owned() } else { format!("{wanted} workers") };
    if let Some(cores) = app.sweep.cores.filter(|cores| wanted > *cores) {
        let cores = if cores == 1 { "1 core".to_owned() } else { format!("{cores} cores") };
        words += &format!(" on {cores}: training is not faster, and each run is slower");
    }
    let saved = if by < 0 { "; the run of a removed worker is saved and resumes later" } else { "" };
    app.say(format!("{words}{saved}"), false);
    vec![Effect::Ask(Command::Workers(wanted))]
}
