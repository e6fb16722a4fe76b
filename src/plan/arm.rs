//! An arm of a sweep: the runs it plans, and the suspect it tests.

use super::run_spec::run_specs;
use crate::domain::arm::Arm;
use crate::domain::run::{DataIdentity, ModelIdentity, RunSpec};
use crate::domain::train::Train;
use crate::stats::{Cause, Evidence, Outcomes};

/// An arm, and how it trains.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedArm {
    pub arm: Arm,
    train: Train,
}

impl PlannedArm {
    pub fn of(arm: &Arm, baseline: &Train) -> Self {
        Self { train: arm.train(baseline), arm: arm.clone() }
    }

    /// The baseline's settings with the arm's changes.
    pub(super) fn train(&self) -> &Train {
        &self.train
    }

    /// Its first instances' runs, on this data from these weights.
    pub fn runs(&self, instances: u32, data: &DataIdentity, model: &ModelIdentity) -> impl Iterator<Item = RunSpec> {
        run_specs(&self.train, instances, data, model)
    }

    /// What it tests: the keys of its changes, and whether they take the suspect away. Several changes at once are one
    /// cause.
    pub fn tested(&self, baseline: &Train) -> (String, bool) {
        (self.arm.changes.cause(), self.arm.changes.removes(baseline))
    }

    pub(super) fn cause(&self, baseline: &Train, outcomes: Outcomes) -> Cause {
        let (name, removal) = self.tested(baseline);
        let evidence = if removal { Evidence::Removal(outcomes) } else { Evidence::Introduction(outcomes) };
        let changes = self.arm.changes.iter().map(|(ablation, value)| format!("{}={value}", ablation.key));
        Cause { arm: self.arm.name.clone(), name, changes: changes.collect::<Vec<_>>().join("+"), evidence }
    }
}
