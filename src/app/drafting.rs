//! Keys that edit the draft and make an arm of it.

use super::draft::Draft;
use super::effect::Effect;
use super::state::App;
use crate::domain::ablation;
use crate::domain::arm::Arm;
use crate::domain::command::{Command, Order};
use crate::domain::train::Train;
use crate::plan::check_sizes;

/// A setting that the draft is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drafted {
    /// `dropout on → off`; without an arrow where it is the baseline's again
    pub words: String,
    /// whether the last key changed it
    pub newest: bool,
}

impl App {
    pub(super) fn edit_draft(&mut self, edit: impl FnOnce(&mut Draft, &Train)) {
        let before = self.draft.changes().clone();
        edit(&mut self.draft, &self.spec.train);
        self.draft.compare_with(&before);
        if let ([drafted], true) = (&self.drafted()[..], self.draft.is_empty()) {
            self.say(format!("{}, as in the baseline; nothing is drafted", drafted.words), false);
        }
    }

    /// What the draft changes, from what to what, and what the last key took back.
    pub fn drafted(&self) -> Vec<Drafted> {
        let baseline = &self.spec.train;
        let drafted = self.draft.changes().apply(baseline);
        let mut settings: Vec<Drafted> = Vec::new();
        for ablation in self.draft.changes().ablations().chain(self.draft.newest().iter().copied()) {
            let (name, before) = ablation.setting(baseline);
            let (_, after) = ablation.setting(&drafted);
            let words =
                if before == after { format!("{name} {after}") } else { format!("{name} {before} → {after}") };
            if settings.iter().all(|known| known.words != words) {
                settings.push(Drafted { words, newest: self.draft.newest().contains(&ablation) });
            }
        }
        settings
    }

    /// Makes an arm of the draft. One that trains the same as an arm that is there selects that arm.
    pub(super) fn add_draft(&mut self, order: Order) -> Vec<Effect> {
        if self.draft.is_empty() {
            let keys =
                ablation::all().filter_map(|ablation| Some(format!("{} {}", ablation.press?.label, ablation.title())));
            self.say(format!("nothing to add yet; draft with {}", keys.collect::<Vec<_>>().join(", ")), false);
            return Vec::new();
        }
        if let Some(arm) = self.arm_like_draft() {
            let name = arm.name.clone();
            self.draft = Draft::default();
            self.table.select_arm(&self.sweep, &name);
            if order == Order::Next {
                return self.train_arm_next(&name);
            }
            self.say(format!("there already: {name}"), false);
            return Vec::new();
        }
        let arm = self.drafted_arm();
        if let Err(message) = self.can_have(&arm) {
            self.say(message, true);
            return Vec::new();
        }
        let next = if order == Order::Next { "; it is trained next" } else { "" };
        self.say(format!("added {}: {}{next}", arm.name, arm.changes.in_words()), false);
        self.draft = Draft::default();
        self.arms.push(arm.clone());
        vec![Effect::Ask(Command::AddArm(arm, order))]
    }

    /// Why an arm cannot be trained here, if it cannot.
    pub(super) fn can_have(&self, arm: &Arm) -> Result<(), String> {
        let train = arm.train(&self.spec.train);
        let data = self.sweep.rows().first().map(|row| &row.planned.spec.data);
        data.map_or(Ok(()), |data| check_sizes(&arm.name, &train, data)).map_err(|error| error.to_string())
    }

    /// The arm that trains the same as the draft, if there is one.
    pub fn arm_like_draft(&self) -> Option<&Arm> {
        let drafted = (!self.draft.is_empty()).then(|| self.draft.changes().apply(&self.spec.train))?;
        self.arms.iter().find(|arm| arm.train(&self.spec.train) == drafted)
    }

    /// The draft as an arm, under a name that no arm has.
    pub fn drafted_arm(&self) -> Arm {
        self.named_anew(self.draft.arm())
    }

    /// The same arm under a name that no other has.
    pub(super) fn named_anew(&self, arm: Arm) -> Arm {
        let taken = |name: &str| self.arms.iter().any(|other| other.name == name);
        let numbered = (2..).map(|number| format!("{}-{number}", arm.name));
        let name = std::iter::once(arm.name.clone()).chain(numbered).find(|name| !taken(name));
        Arm { name: name.unwrap_or_default(), ..arm }
    }
}
