//! The arms that ask why batch size matters, and what an arm would show.

use super::app::App;
use crate::domain::arm::{Arm, BASELINE};
use crate::plan::would_show;
use crate::spec_file::{parse, preset};

/// The preset whose arms ask why.
const INVESTIGATION: &str = "why-batch-size";

impl App {
    /// Arms that ask why batch size matters, those that this sweep does not have yet.
    pub(in crate::app) fn investigation(&self) -> Vec<Arm> {
        let Some(spec) = preset(INVESTIGATION).and_then(|text| parse(INVESTIGATION, text, &[]).ok()) else {
            return Vec::new();
        };
        let known: Vec<_> = self.arms.iter().map(|arm| arm.train(&self.spec.train)).collect();
        let is_new = |arm: &Arm| !known.contains(&arm.train(&self.spec.train));
        spec.arms
            .into_iter()
            .filter(|arm| arm.name != BASELINE && is_new(arm) && self.can_have(arm).is_ok())
            .map(|arm| self.named_anew(arm))
            .collect()
    }

    /// What an arm would show, in words.
    pub fn would_show(&self, arm: &Arm) -> String {
        would_show(&arm.changes, arm.changes.removes(&self.spec.train))
    }
}
