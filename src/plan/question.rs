//! What a sweep's outcomes are asked: each arm as a suspect, with what is known beside the outcomes.

use super::runs::{run_spec, run_specs};
use crate::domain::arm::{Arm, Changes, Dropout, LearningRateScaling, Norm};
use crate::domain::invariance::Invariance;
use crate::domain::run::{DataIdentity, ModelIdentity, RunSpec};
use crate::domain::spec::{Evaluation, Spec, Train};
use crate::spec_file::{SpecError, train_of};
use crate::stats::{Cause, Evidence, Outcomes, Proof, Question, look_number};
use crate::store::Look;

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

    /// Whether the run is one of this arm's, on whatever data and weights, by this version of the program or another.
    pub fn plans(&self, run: &RunSpec) -> bool {
        let planned = || RunSpec {
            numerics: run.numerics,
            ..run_spec(&self.train, &run.data, &run.model, run.batch_size, run.iid)
        };
        self.train.batch_sizes.contains(&run.batch_size) && run.iid < self.train.instances && planned() == *run
    }

    /// Its first instances' runs, on this data from these weights.
    pub fn runs(&self, instances: u32, data: &DataIdentity, model: &ModelIdentity) -> impl Iterator<Item = RunSpec> {
        run_specs(&self.train, instances, data, model)
    }

    /// What it tests: the keys of its changes, and whether it takes the suspect away.
    pub fn tested(&self, baseline: &Train) -> (String, bool) {
        tested(&self.arm.changes, baseline, &self.train)
    }

    fn cause(&self, baseline: &Train, outcomes: Outcomes) -> Cause {
        let (name, removal) = self.tested(baseline);
        let evidence = if removal { Evidence::Removal(outcomes) } else { Evidence::Introduction(outcomes) };
        Cause { arm: self.arm.name.clone(), name, evidence }
    }
}

/// What an answer needs beside outcomes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Background {
    /// verdicts that were shown before
    pub looks: Vec<Look>,
    pub invariance: Option<Invariance>,
    /// of the most frequent class in the validation set, where it is known
    pub majority_share: Option<f64>,
    pub validation_examples: Option<u32>,
}

impl Background {
    /// The next look at these arms' outcomes; the baseline comes first.
    pub fn question(&self, spec: &Spec, arms: Vec<(&PlannedArm, Outcomes)>) -> Question {
        let planned = spec.train.instances as usize;
        let earlier: Vec<usize> = self.looks.iter().map(|look| look.instances).collect();
        let mut arms = arms.into_iter();
        let baseline = arms.next().map(|(_, outcomes)| outcomes).unwrap_or_default();
        let mut causes: Vec<Cause> = arms.map(|(arm, outcomes)| arm.cause(&spec.train, outcomes)).collect();
        causes.extend(self.invariance.as_ref().map(|found| Cause {
            arm: "invariance check".into(),
            name: "norm".into(),
            evidence: Evidence::Proof(proof_of(found)),
        }));
        Question {
            batch_sizes: spec.train.batch_sizes.clone(),
            baseline,
            causes,
            // a cause that was left out after a look has had its chance of error all the same
            family: self.looks.iter().map(|look| look.causes).max().unwrap_or(0),
            planned,
            look: look_number(&earlier, planned),
            majority_share: self.majority_share,
            validation_examples: self.validation_examples,
        }
    }
}

/// As evidence.
pub fn proof_of(found: &Invariance) -> Proof {
    let norm = match found.in_use.norm {
        Norm::Layer => "layer norm",
        Norm::Batch => "batch norm",
        Norm::Rms => "rms norm",
        Norm::None => "no norm",
    };
    Proof {
        depends_on_batch: found.in_use.is_real(),
        norm: norm.into(),
        largest_difference: found.in_use.difference,
        with_batch_norm: found.with_batch_norm.difference,
    }
}

/// What a set of changes tests: their keys, and whether they take the suspect away. Several changes at once are one cause.
pub fn tested(changes: &Changes, baseline: &Train, arm: &Train) -> (String, bool) {
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
