//! The input of a judgement.

use super::outcomes::Outcomes;
use serde::Serialize;

/// Everything that an answer depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub batch_sizes: Vec<u32>,
    pub baseline: Outcomes,
    pub causes: Vec<Cause>,
    /// what may be a cause, whether or not any of those above is about it
    pub known: Vec<KnownCause>,
    /// how many causes share the chance of error: those above, and any that were judged before and left out since
    pub family: usize,
    /// instances of every cell that were planned
    pub planned: usize,
    /// which look at complete instances this is, from 1; the next one where they are not complete
    pub look: u32,
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

impl Evidence {
    pub fn kind(&self) -> CauseKind {
        match self {
            Evidence::Proof(_) => CauseKind::Proof,
            Evidence::Removal(_) => CauseKind::Removal,
            Evidence::Introduction(_) => CauseKind::Introduction,
        }
    }
}
