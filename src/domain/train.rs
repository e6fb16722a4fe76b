//! `[train]` of a spec.

use super::choice::{ClipNorm, Dropout, Evaluation, LearningRateScaling, Norm, Precision};
use super::numbers::Numbers;
use super::rates::Rates;
use serde::{Deserialize, Serialize};

/// The batch size that a scaled rate is meant for.
const LEARNING_RATE_REFERENCE: u32 = 8;

/// How every cell is trained, unless its arm says otherwise. What was added later is written only where it is not the
/// default: an experiment keeps its digest. Which keys are known, and which values, `spec_file` checks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Train {
    pub batch_sizes: Vec<u32>,
    pub instances: u32,
    pub epochs: u32,
    pub learning_rate: f64,
    pub warmup_ratio: f64,
    pub weight_decay: f64,
    pub clip_norm: ClipNorm,
    pub evaluations_per_epoch: u32,
    pub shuffle: bool,
    pub seed: u32,
    pub dropout: Dropout,
    /// score with dropout left on, as if it had been forgotten; one draw, seeded
    pub dropout_at_evaluation: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub evaluation: Evaluation,
    pub norm: Norm,
    #[serde(skip_serializing_if = "is_default")]
    pub precision: Precision,
    #[serde(skip_serializing_if = "is_default")]
    pub learning_rate_scaling: LearningRateScaling,
    #[serde(skip_serializing_if = "is_reference")]
    pub learning_rate_reference: u32,
    /// peaks of single batch sizes, whatever the scaling
    #[serde(skip_serializing_if = "is_default")]
    pub learning_rates: Rates,
    /// of every cell, instead of as many as its epochs have
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updates: Option<u64>,
    /// as many as the epochs have at this batch size; never beside `updates`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updates_of: Option<u32>,
    /// batches of an update
    #[serde(skip_serializing_if = "is_one")]
    pub accumulate: u32,
    /// the batch size whose gradient noise larger ones get
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noise_of: Option<u32>,
    /// the batch size for which Adam's decay rates are meant; at others their half-lives are as long in pairs
    #[serde(skip_serializing_if = "Option::is_none")]
    pub betas_of: Option<u32>,
    /// where it is given, every instance has the head of this seed
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_seed: Option<u32>,
    /// the same of the order of the pairs
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_seed: Option<u32>,
    /// the same of the dropout masks
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropout_seed: Option<u32>,
    #[serde(flatten)]
    pub numbers: Numbers,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn is_one(count: &u32) -> bool {
    *count == 1
}

fn is_reference(batch_size: &u32) -> bool {
    *batch_size == LEARNING_RATE_REFERENCE
}

impl Default for Train {
    fn default() -> Self {
        Self {
            batch_sizes: vec![2, 8, 16, 32, 64],
            instances: 5,
            epochs: 3,
            learning_rate: 2e-5,
            warmup_ratio: 0.1,
            weight_decay: 0.01,
            clip_norm: ClipNorm::At(1.0),
            evaluations_per_epoch: 1,
            shuffle: true,
            seed: 0,
            dropout: Dropout::default(),
            dropout_at_evaluation: false,
            evaluation: Evaluation::default(),
            norm: Norm::default(),
            precision: Precision::default(),
            learning_rate_scaling: LearningRateScaling::default(),
            learning_rate_reference: LEARNING_RATE_REFERENCE,
            learning_rates: Rates::default(),
            updates: None,
            updates_of: None,
            accumulate: 1,
            noise_of: None,
            betas_of: None,
            head_seed: None,
            order_seed: None,
            dropout_seed: None,
            numbers: Numbers::default(),
        }
    }
}

impl Train {
    /// Pairs that an update of this cell averages over.
    pub fn pairs_per_update(&self, batch_size: u32) -> u32 {
        batch_size.saturating_mul(self.accumulate)
    }
}
