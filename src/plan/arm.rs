//! An arm of a sweep: the runs it plans, and the suspect it tests.

use super::run_spec::run_specs;
use crate::domain::arm::{Arm, Changes, Dropout, LearningRateScaling, Norm};
use crate::domain::run::{DataIdentity, ModelIdentity, RunSpec};
use crate::domain::spec::{Evaluation, Train};
use crate::spec_file::{SpecError, train_of};
use crate::stats::{Cause, Evidence, Outcomes};

/// An arm, and how it trains.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedArm {
    pub arm: Arm,
    train: Train,
}

impl PlannedArm {
    pub fn of(place: &str, arm: &Arm, baseline: &Train) -> Result<Self, SpecError> {
        Ok(Self { train: train_of(place, baseline, arm)?, arm: arm.clone() })
    }

    /// The baseline's settings with the arm's changes.
    pub(super) fn train(&self) -> &Train {
        &self.train
    }

    /// Its first instances' runs, on this data from these weights.
    pub fn runs(&self, instances: u32, data: &DataIdentity, model: &ModelIdentity) -> impl Iterator<Item = RunSpec> {
        run_specs(&self.train, instances, data, model)
    }

    /// What it tests: the keys of its changes, and whether it takes the suspect away.
    pub fn tested(&self, baseline: &Train) -> (String, bool) {
        tested(&self.arm.changes, baseline, &self.train)
    }

    pub(super) fn cause(&self, baseline: &Train, outcomes: Outcomes) -> Cause {
        let (name, removal) = self.tested(baseline);
        let evidence = if removal { Evidence::Removal(outcomes) } else { Evidence::Introduction(outcomes) };
        Cause { arm: self.arm.name.clone(), name, evidence }
    }
}

/// What a set of changes tests: their keys, and whether they take the suspect away. Several changes at once are one cause.
fn tested(changes: &Changes, baseline: &Train, arm: &Train) -> (String, bool) {
    let name = changes.keys().map(String::as_str).collect::<Vec<_>>().join("+");
    (name, changes.keys().all(|key| removes(key, baseline, arm)))
}

/// Whether a change takes a suspect away. Any other puts something in, and is judged by the change of slope alone.
fn removes(key: &str, baseline: &Train, arm: &Train) -> bool {
    match key {
        "dropout" => arm.dropout == Dropout::Off || arm.dropout == Dropout::Rate(0.0),
        "dropout_at_evaluation" => baseline.dropout_at_evaluation && !arm.dropout_at_evaluation,
        "evaluation" => baseline.evaluation == Evaluation::FullBatches && arm.evaluation == Evaluation::Whole,
        "norm" => baseline.norm == Norm::Batch && arm.norm == Norm::Layer,
        "updates" | "updates_of" => baseline.updates.is_none() && baseline.updates_of.is_none(),
        "learning_rate_scaling" | "learning_rate_reference" => {
            baseline.learning_rate_scaling == LearningRateScaling::None
                && arm.learning_rate_scaling != LearningRateScaling::None
        }
        _ => false,
    }
}
