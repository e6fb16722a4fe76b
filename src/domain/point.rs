//! What is measured of a run at one of its steps.

use super::scores::Scores;

/// One optimizer step. Loss and accuracy are of its batch, before the update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UpdatePoint {
    pub step: u64,
    pub loss: f32,
    pub accuracy: f32,
    pub learning_rate: f64,
    /// global norm before clipping
    pub gradient_norm: f32,
}

/// One scoring of the validation set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EvaluationPoint {
    pub step: u64,
    pub scores: Scores,
}
