//! The input of a judgement.

use super::looks::Look;
use super::outcomes::Outcomes;
use super::separation::Design;
use serde::Serialize;

/// Everything that an answer depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub batch_sizes: Vec<u32>,
    pub baseline: Outcomes,
    pub causes: Vec<Cause>,
    /// what may be a cause, whether or not any of those above is about it
    pub known: Vec<KnownCause>,
    /// where the arms take apart what a batch size changes
    pub design: Option<Design>,
    /// verdicts that were shown before, oldest first
    pub looks: Vec<Look>,
    /// instances of every cell that were planned
    pub planned: usize,
    /// of the most frequent class in the validation set, where it is known
    pub majority_share: Option<f64>,
    pub validation_examples: Option<u32>,
}

/// What may be behind an effect of batch size.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownCause {
    /// of the ablations that are about it
    pub keys: Vec<&'static str>,
    pub words: &'static str,
    /// what is still to be tested where arms only put something in its place; nothing: then it is tested
    pub in_use: Option<&'static str>,
}

/// A suspected cause, and how it was tested.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    pub arm: String,
    /// the keys of the ablation, joined by `+`
    pub name: String,
    /// the same with their values, by which a look remembers it
    pub changes: String,
    pub evidence: Evidence,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Evidence {
    /// a check of the model itself
    Proof(Proof),
    /// an arm that takes the suspect away
    Removal(Outcomes),
    /// an arm that puts the suspected fault in
    Introduction(Outcomes),
}

/// Whether an example's logits depend on the others in its batch, checked on the real model.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    pub depends_on_batch: bool,
    /// the norm in use, in words
    pub norm: String,
    /// of a logit, between its example alone and in a batch
    pub largest_difference: f64,
    /// the same with batch norm in its place
    pub with_batch_norm: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CauseKind {
    Proof,
    Removal,
    Introduction,
}

impl Question {
    /// Outcomes of the baseline, 0, or of the arm of a cause, from 1.
    pub fn outcomes_mut(&mut self, arm: usize) -> Option<&mut Outcomes> {
        let Some(cause) = arm.checked_sub(1) else { return Some(&mut self.baseline) };
        match &mut self.causes.get_mut(cause)?.evidence {
            Evidence::Proof(_) => None,
            Evidence::Removal(outcomes) | Evidence::Introduction(outcomes) => Some(outcomes),
        }
    }
}

impl Evidence {
    pub fn kind(&self) -> CauseKind {
        match self {
            Evidence::Proof(_) => CauseKind::Proof,
            Evidence::Removal(_) => CauseKind::Removal,
            Evidence::Introduction(_) => CauseKind::Introduction,
        }
    }
}
