//! What the draft means: in words, as an arm, and whether it can be trained.

use super::app::App;
use crate::domain::ablation::Patch;
use crate::domain::arm::Arm;
use crate::plan::check_sizes;
use crate::spec_file::{SpecError, changes_of};

/// A setting that the draft is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drafted {
    /// `dropout on → off`; without an arrow if it equals the baseline's again
    pub words: String,
    /// whether the last key changed it
    pub newest: bool,
}

impl App {
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

    /// Why an arm cannot be trained here, if it cannot.
    pub(in crate::app) fn can_have(&self, arm: &Arm) -> Result<(), String> {
        let train = arm.train(&self.spec.train);
        self.own_data().map_or(Ok(()), |data| check_sizes(&arm.name, &train, data)).map_err(|error| error.to_string())
    }

    /// The arm that trains the same as the draft, if any.
    pub fn arm_like_draft(&self) -> Option<&Arm> {
        let drafted = (!self.draft.is_empty()).then(|| self.draft.changes().apply(&self.spec.train))?;
        self.arms.iter().find(|arm| arm.train(&self.spec.train) == drafted)
    }

    /// The draft as an arm, under a name that no arm has.
    pub fn drafted_arm(&self) -> Arm {
        self.named_anew(self.draft.arm())
    }

    /// The same arm under a name that no other has.
    pub(in crate::app) fn named_anew(&self, arm: Arm) -> Arm {
        let taken = |name: &str| self.arms.iter().any(|other| other.name == name);
        let numbered = (2..).map(|number| format!("{}-{number}", arm.name));
        let name = std::iter::once(arm.name.clone()).chain(numbered).find(|name| !taken(name));
        Arm { name: name.unwrap_or_default(), ..arm }
    }

    /// The typed changes, or why they are invalid.
    pub fn typed_draft(&self) -> Result<String, SpecError> {
        self.typed_changes().map(|changes| changes.in_words())
    }

    pub(in crate::app) fn typed_changes(&self) -> Result<Patch, SpecError> {
        changes_of("the palette", self.palette.text())
    }
}
