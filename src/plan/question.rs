//! The question that a sweep puts to its finished runs: each arm as a suspect, with what is known beside the outcomes.

use super::arm::PlannedArm;
use super::design::design;
use super::outcomes::outcomes;
use super::suspects::known_causes;
use crate::domain::ablation;
use crate::domain::choice::Norm;
use crate::domain::invariance::Invariance;
use crate::domain::run::RunSpec;
use crate::domain::scores::Scores;
use crate::domain::spec::Spec;
use crate::stats::{Cause, Evidence, Look, Proof, Question};

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
    /// The question that the next look puts to the finished runs, with the scores of their final evaluations (see
    /// [`outcomes`]). The baseline is the first of the arms.
    pub fn question<'a, 'r>(
        &self,
        spec: &Spec,
        arms: impl IntoIterator<Item = &'a PlannedArm>,
        finished: &[(&'r RunSpec, Scores)],
    ) -> Question {
        let of = |arm: &PlannedArm| outcomes(arm, finished.iter().copied());
        let mut arms = arms.into_iter();
        let baseline = arms.next().map(of).unwrap_or_default();
        let mut causes: Vec<Cause> = arms.map(|arm| arm.cause(&spec.train, of(arm))).collect();
        let design = design(&spec.train, &baseline, &causes);
        causes.extend(self.invariance.as_ref().map(|found| Cause {
            arm: "invariance check".into(),
            name: ablation::NORM.key.into(),
            changes: String::new(),
            evidence: Evidence::Proof(proof_of(found)),
        }));
        Question {
            batch_sizes: spec.train.batch_sizes.clone(),
            baseline,
            causes,
            known: known_causes(),
            design,
            looks: self.looks.clone(),
            planned: spec.train.instances as usize,
            majority_share: self.majority_share,
            validation_examples: self.validation_examples,
        }
    }
}

/// An invariance check as evidence.
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
