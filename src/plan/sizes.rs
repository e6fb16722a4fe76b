//! Whether the data has enough examples for the batch sizes of an arm.

use crate::domain::choice::Evaluation;
use crate::domain::run::DataIdentity;
use crate::domain::train::Train;

/// The data has too few examples.
#[derive(Debug, thiserror::Error)]
pub enum TooFewExamples {
    #[error("batch size {batch_size} is larger than the training set of {examples} pairs; leave it out")]
    BatchSize { batch_size: u32, examples: u32 },
    #[error(
        "arm {arm}: accumulate is {accumulate}, and the training set's {examples} pairs do not fill so many batches of \
         {batch_size}; give a smaller number, or leave that batch size out"
    )]
    Accumulate { arm: String, accumulate: u32, batch_size: u32, examples: u32 },
    #[error(
        "arm {arm}: updates_of is {batch_size}, and of the training set's {examples} pairs no batch of that size can be \
         made; give a smaller one, or `updates`"
    )]
    UpdatesOf { arm: String, batch_size: u32, examples: u32 },
    #[error(
        "arm {arm}: evaluation is \"full-batches\", and the validation set's {pairs} pairs do not fill one of {batch_size}; \
         leave that batch size out"
    )]
    FullBatches { arm: String, batch_size: u32, pairs: u32 },
}

/// Whether the data has enough examples for what an arm trains and scores.
pub fn check_sizes(arm: &str, train: &Train, data: &DataIdentity) -> Result<(), TooFewExamples> {
    let (examples, pairs) = (data.train_examples, data.validation_examples);
    let smaller_than = |most: u32| train.batch_sizes.iter().copied().find(|size| *size > most);
    if let Some(batch_size) = smaller_than(examples) {
        return Err(TooFewExamples::BatchSize { batch_size, examples });
    }
    let filled = |size: &&u32| train.pairs_per_update(**size) > examples;
    if let Some(batch_size) = train.batch_sizes.iter().find(filled).copied() {
        return Err(TooFewExamples::Accumulate { arm: arm.into(), accumulate: train.accumulate, batch_size, examples });
    }
    if let Some(batch_size) = train.updates_of.filter(|size| *size > examples) {
        return Err(TooFewExamples::UpdatesOf { arm: arm.into(), batch_size, examples });
    }
    match smaller_than(pairs).filter(|_| train.evaluation == Evaluation::FullBatches) {
        Some(batch_size) => Err(TooFewExamples::FullBatches { arm: arm.into(), batch_size, pairs }),
        None => Ok(()),
    }
}
