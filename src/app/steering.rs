//! Keys that steer training: runs are paused, taken out, trained again; instances and workers are added.

use super::asking::Asking;
use super::cost::runs;
use super::effect::Effect;
use super::panel::Panel;
use super::state::App;
use crate::domain::arm::{Arm, BASELINE};
use crate::domain::command::{Command, Intent, Order};
use crate::domain::history::Progress;
use crate::domain::id::RunId;
use crate::domain::sweep::{Row, Sweep};

/// More would only take memory from each other.
const MOST_WORKERS: usize = 256;

/// What a key acts on.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// in words
    pub name: String,
    pub runs: Vec<RunId>,
    /// the arm, where all of it is meant
    pub arm: Option<String>,
}

impl Target {
    /// Runs that are neither done nor out of the sweep.
    pub fn open(&self, sweep: &Sweep) -> Vec<RunId> {
        self.of(sweep, |row| row.is_open() && row.intent != Intent::Cancel)
    }

    /// How many of them were begun.
    pub fn begun(&self, sweep: &Sweep) -> usize {
        let has_begun = |run: &&RunId| sweep.row(run).is_some_and(|row| row.history.step > 0);
        self.open(sweep).iter().filter(has_begun).count()
    }

    fn of(&self, sweep: &Sweep, wanted: impl Fn(&Row) -> bool) -> Vec<RunId> {
        let is_wanted = |run: &&RunId| sweep.row(run).is_some_and(&wanted);
        self.runs.iter().filter(is_wanted).cloned().collect()
    }
}

impl App {
    /// In the table the row under the cursor, elsewhere the arm in sight.
    fn target(&mut self) -> Target {
        if self.focus == Panel::Sweep {
            let (name, runs) = self.table.subject(&self.sweep);
            return Target { name, runs, arm: None };
        }
        self.table.stay(&self.sweep);
        self.arm_as_target(self.arm_in_sight().unwrap_or_default())
    }

    fn arm_as_target(&self, arm: &str) -> Target {
        let of_arm = self.sweep.rows().iter().filter(|row| row.planned.arm == arm);
        let runs = of_arm.map(|row| row.planned.id.clone()).collect();
        Target { runs, name: arm.to_owned(), arm: Some(arm.to_owned()) }
    }

    /// Keeps the target back, or where all of it is kept back already, lets it go on.
    pub(super) fn pause_or_resume(&mut self) -> Vec<Effect> {
        let target = self.target();
        let at_work = target.of(&self.sweep, |row| row.is_open() && row.intent == Intent::Train);
        let paused = target.of(&self.sweep, |row| row.is_open() && row.intent == Intent::Pause);
        if !at_work.is_empty() {
            self.say(format!("paused {}: {}; p again goes on", target.name, runs(at_work.len())), false);
            return vec![Effect::Ask(Command::Pause(at_work))];
        }
        if !paused.is_empty() {
            self.say(format!("{} goes on: {}", target.name, runs(paused.len())), false);
            return vec![Effect::Ask(Command::Resume(paused))];
        }
        self.say(format!("nothing to pause: no run of {} waits or trains", target.name), false);
        Vec::new()
    }

    /// Has what the cursor is on trained before the others that wait.
    pub(super) fn train_next(&mut self) -> Vec<Effect> {
        let target = self.target();
        self.next(&target)
    }

    pub(super) fn train_arm_next(&mut self, arm: &str) -> Vec<Effect> {
        let target = self.arm_as_target(arm);
        self.next(&target)
    }

    fn next(&mut self, target: &Target) -> Vec<Effect> {
        let waiting = target.of(&self.sweep, |row| {
            let waits = matches!(row.history.progress, Progress::Waiting | Progress::Interrupted);
            waits && row.elsewhere.is_none() && row.intent == Intent::Train
        });
        if waiting.is_empty() {
            self.say(format!("nothing to train next: no run of {} waits", target.name), false);
            return Vec::new();
        }
        self.say(format!("trained next: {} of {}", runs(waiting.len()), target.name), false);
        vec![Effect::Ask(Command::Next(waiting))]
    }

    pub(super) fn ask_to_cancel(&mut self) {
        let target = self.target();
        if target.open(&self.sweep).is_empty() {
            self.say(format!("nothing to cancel: no run of {} waits or trains", target.name), false);
        } else {
            self.asking = Some(Asking::Cancel(target));
        }
    }

    /// What is finished stays. An arm that was added from the keyboard does not come back by itself.
    pub(super) fn cancel(&mut self, target: Target, discard: bool) -> Vec<Effect> {
        let open = target.open(&self.sweep);
        let words = if discard { "discarded" } else { "cancelled" };
        self.say(format!("{words} {}: {}; A trains them after all", target.name, runs(open.len())), false);
        let command = if discard { Command::Discard(open) } else { Command::Cancel(open) };
        let forget = target.arm.filter(|arm| arm != BASELINE).map(|arm| Effect::Ask(Command::ForgetArm(arm)));
        std::iter::once(Effect::Ask(command)).chain(forget).collect()
    }

    /// What failed or was taken out.
    pub(super) fn again(&mut self) -> Vec<Effect> {
        let target = self.target();
        let lost = target.of(&self.sweep, |row| {
            matches!(row.history.progress, Progress::Failed(_)) || (row.is_open() && row.intent == Intent::Cancel)
        });
        if lost.is_empty() {
            let name = target.name;
            self.say(format!("no run of {name} failed or was cancelled; R adds another instance"), false);
            return Vec::new();
        }
        self.say(format!("trains again: {} of {}", runs(lost.len()), target.name), false);
        // a whole arm that was taken out was forgotten as well
        let arm = self.arms.iter().find(|arm| arm.name != BASELINE && Some(&arm.name) == target.arm.as_ref()).cloned();
        let added = arm.map(|arm| Effect::Ask(Command::AddArm(arm, Order::Last)));
        added.into_iter().chain([Effect::Ask(Command::Again(lost))]).collect()
    }

    pub(super) fn ask_for_instance(&mut self) {
        self.asking = Some(Asking::Instance);
    }

    pub(super) fn add_instance(&mut self) -> Vec<Effect> {
        let arms = self.arms_at_work();
        self.spec.train.instances += 1;
        let instances = self.spec.train.instances;
        self.say(format!("added instance {instances} of every cell"), false);
        vec![Effect::Ask(Command::Instances { instances, arms })]
    }

    /// Arms of which nothing was taken out: further instances of the others are not wanted.
    pub(super) fn arms_at_work(&self) -> Vec<Arm> {
        let is_out = |row: &&Row| row.is_open() && row.intent == Intent::Cancel;
        let out: Vec<&str> = self.sweep.rows().iter().filter(is_out).map(|row| row.planned.arm.as_str()).collect();
        self.arms.iter().filter(|arm| !out.contains(&arm.name.as_str())).cloned().collect()
    }

    pub(super) fn change_workers(&mut self, by: isize) -> Vec<Effect> {
        let wanted = self.workers.saturating_add_signed(by).clamp(1, MOST_WORKERS);
        if wanted == self.workers {
            let words = match by > 0 {
                true => format!("{MOST_WORKERS} workers are the most"),
                false => "one worker is the least; p pauses runs".into(),
            };
            self.say(words, false);
            return Vec::new();
        }
        self.workers = wanted;
        let mut words = if wanted == 1 { "1 worker".to_owned() } else { format!("{wanted} workers") };
        if let Some(cores) = self.sweep.cores.filter(|cores| wanted > *cores) {
            let cores = if cores == 1 { "1 core".to_owned() } else { format!("{cores} cores") };
            words += &format!(" on {cores}: training gets no faster, each run slower");
        }
        let saved = if by < 0 { "; what one too many trains is saved and goes on later" } else { "" };
        self.say(format!("{words}{saved}"), false);
        vec![Effect::Ask(Command::Workers(wanted))]
    }
}
