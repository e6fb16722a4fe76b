//! What is measured of a run at one of its steps.

use super::scores::Scores;
use serde::{Deserialize, Serialize};

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

/// What the updates since the last evaluation say of the gradient.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GradientPoint {
    pub step: u64,
    /// tr(S) / |G|^2 of the mean gradient G and the covariance S of the gradients of examples (McCandlish et al. 2018); nothing
    /// after too few updates
    pub noise_scale: Option<f64>,
    /// of the expected squared norm of an update's gradient, the share of |G|^2
    pub signal_share: Option<f64>,
    /// share of the updates whose gradient was clipped
    pub clipped_share: f64,
    /// how far the last update moved the weights, against their norm
    pub update_ratio: f64,
    /// of the weights from those before the first update (Hoffer et al. 2017)
    pub distance: f64,
}

/// One scoring of the validation set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EvaluationPoint {
    pub step: u64,
    pub scores: Scores,
}
