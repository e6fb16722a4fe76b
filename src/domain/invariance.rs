//! The invariance check: whether the logits of an example depend on the rest of its batch, measured on the real model.

use super::choice::Norm;
use super::run::{DataIdentity, ModelIdentity};
use serde::{Deserialize, Serialize};

/// Rounding errors are far below this share of a logit, dependences far above.
const ROUNDING: f64 = 1e-3;

/// Examples were passed alone and all together, in training mode with dropout off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Invariance {
    /// digest of the weights
    pub weights: String,
    /// digest of the training examples
    pub data: String,
    pub examples: u32,
    /// with the norm in use
    pub in_use: LogitShift,
    /// the same model with batch norm in its place: what a dependence looks like
    pub with_batch_norm: LogitShift,
}

/// How far logits move between two batches.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogitShift {
    pub norm: Norm,
    /// largest difference of a logit
    pub difference: f64,
    /// largest size of a logit
    pub largest: f64,
}

impl Invariance {
    /// Whether this is about a model of these weights on these examples.
    pub fn is_of(&self, data: &DataIdentity, model: &ModelIdentity) -> bool {
        (&self.data, &self.weights) == (&data.train, &model.weights)
    }
}

impl LogitShift {
    /// Whether the logits move further than rounding does. What is not a number does.
    pub fn is_real(&self) -> bool {
        let rounded = self.difference <= ROUNDING * self.largest;
        !rounded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_no_dependence_and_a_broken_model_is_no_proof() {
        let is_real = |difference, largest| LogitShift { norm: Norm::Layer, difference, largest }.is_real();
        assert!(!is_real(3e-8, 0.2) && !is_real(0.0, 0.0));
        assert!(is_real(0.1, 0.2) && is_real(f64::NAN, 0.2));
    }
}
