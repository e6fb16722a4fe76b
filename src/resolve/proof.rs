//! The invariance check of an experiment: as it was remembered, or made now from what its spec names. Takes seconds.

use super::experiment::Experiment;
use super::prepare::{PrepareError, Prepared, prepare};
use super::sources::Sources;
use crate::data::gather;
use crate::domain::arm::Norm;
use crate::domain::invariance::{Invariance, LogitShift};
use crate::model::Bert;
use crate::train::logit_shift;

/// Examples that share a batch and are then passed alone.
const EXAMPLES: u32 = 16;

#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    #[error("its data or its model are not there any more: {0}")]
    Gone(#[from] PrepareError),
    #[error("its data or its model are not those any more that its runs began with")]
    Changed,
    #[error("the check would not see a dependence on this model: with batch norm no logit moves either")]
    Blind,
    #[error(transparent)]
    Model(#[from] candle_core::Error),
}

impl Prepared {
    /// Whether an example's logits depend on its batch, with the baseline's norm and with batch norm.
    pub fn invariance(&self) -> Result<Invariance, ProofError> {
        let examples = EXAMPLES.min(self.data.train_examples);
        let together = gather(&self.train, &(0..examples).collect::<Vec<_>>());
        let alone: Vec<_> = (0..examples).map(|number| gather(&self.train, &[number])).collect();
        let shift = |norm: Norm| -> Result<LogitShift, candle_core::Error> {
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

impl Experiment {
    /// Makes the check, unless its outcome is known, for the next question to hold it.
    pub fn prove(&mut self) -> Result<(), ProofError> {
        if self.invariance.is_some() {
            return Ok(());
        }
        let prepared = prepare(self.spec.clone(), &Sources::cached())?;
        let inputs = self.inputs.as_ref();
        if inputs.is_some_and(|known| (&known.data, &known.model) != (&prepared.data, &prepared.model)) {
            return Err(ProofError::Changed);
        }
        let invariance = prepared.invariance()?;
        // a store that cannot be written has the check made again next time
        let _ = self.store.remember_invariance(&self.folder, &invariance);
        self.invariance = Some(invariance);
        Ok(())
    }
}
