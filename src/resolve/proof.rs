//! The invariance check of a model: whether an example's logits depend on its batch. Takes seconds.

use super::error::PrepareError;
use super::prepare::Prepared;
use crate::data::gather;
use crate::domain::choice::Norm;
use crate::domain::invariance::{Invariance, LogitShift};
use crate::model::{Bert, TensorError};
use crate::train::logit_shift;

/// Examples that are passed in one batch and then one by one.
const EXAMPLES: u32 = 16;

#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    #[error("its data or its model is no longer available: {0}")]
    Gone(#[from] PrepareError),
    #[error("its data or its model is no longer the one that its runs began with")]
    Changed,
    #[error("the check would not see a dependence on this model: with batch norm no logit moves either")]
    Blind,
    #[error(transparent)]
    Model(#[from] TensorError),
}

impl Prepared {
    /// Whether an example's logits depend on its batch, with the baseline's norm and with batch norm.
    pub fn invariance(&self) -> Result<Invariance, ProofError> {
        let examples = EXAMPLES.min(self.data.train_examples);
        let together = gather(&self.train, &(0..examples).collect::<Vec<_>>());
        let alone: Vec<_> = (0..examples).map(|number| gather(&self.train, &[number])).collect();
        let shift = |norm: Norm| -> Result<LogitShift, TensorError> {
            let classes = self.data.classes as usize;
            let (config, seed) = (&self.model.config, self.spec.train.seed);
            let mut model = Bert::new(config, norm, &self.weights, &self.words, classes, seed, 0)?;
            logit_shift(&mut model, norm, &alone, &together)
        };
        let with_batch_norm = shift(Norm::Batch)?;
        if !with_batch_norm.is_real() {
            return Err(ProofError::Blind);
        }
        let (weights, data) = (self.model.weights.clone(), self.data.train.clone());
        Ok(Invariance { weights, data, examples, in_use: shift(self.spec.train.norm)?, with_batch_norm })
    }
}
