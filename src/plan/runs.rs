//! From an arm's settings to its runs: one of every instance of every cell.

use crate::domain::arm::Dropout;
use crate::domain::model::ModelConfig;
use crate::domain::run::{DataIdentity, DropoutRates, ModelIdentity, NUMERICS, RunSpec};
use crate::domain::spec::{Evaluation, Train};

/// The data has too few examples.
#[derive(Debug, thiserror::Error)]
pub enum SizeError {
    #[error("batch size {batch_size} is larger than the training set of {examples} pairs; leave it out")]
    BatchSize { batch_size: u32, examples: u32 },
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
pub fn check_sizes(arm: &str, train: &Train, data: &DataIdentity) -> Result<(), SizeError> {
    let (examples, pairs) = (data.train_examples, data.validation_examples);
    let smaller_than = |most: u32| train.batch_sizes.iter().copied().find(|size| *size > most);
    if let Some(batch_size) = smaller_than(examples) {
        return Err(SizeError::BatchSize { batch_size, examples });
    }
    if let Some(batch_size) = train.updates_of.filter(|size| *size > examples) {
        return Err(SizeError::UpdatesOf { arm: arm.into(), batch_size, examples });
    }
    match smaller_than(pairs).filter(|_| train.evaluation == Evaluation::FullBatches) {
        Some(batch_size) => Err(SizeError::FullBatches { arm: arm.into(), batch_size, pairs }),
        None => Ok(()),
    }
}

/// Every batch size of the first instance, then of the next.
pub fn run_specs(
    train: &Train,
    instances: u32,
    data: &DataIdentity,
    model: &ModelIdentity,
) -> impl Iterator<Item = RunSpec> {
    let cells = (0..instances).flat_map(|iid| train.batch_sizes.iter().map(move |size| (iid, *size)));
    cells.map(|(iid, batch_size)| run_spec(train, data, model, batch_size, iid))
}

/// The run of one instance of one cell, of these settings, on this data, from these weights.
pub fn run_spec(train: &Train, data: &DataIdentity, model: &ModelIdentity, batch_size: u32, iid: u32) -> RunSpec {
    let factor = train.learning_rate_scaling.factor(batch_size, train.learning_rate_reference);
    let mut spec = RunSpec {
        numerics: NUMERICS,
        batch_size,
        iid,
        seed: train.seed,
        data: data.clone(),
        model: model.clone(),
        epochs: train.epochs,
        updates: None,
        learning_rate: train.learning_rate * factor,
        warmup_ratio: train.warmup_ratio,
        weight_decay: train.weight_decay,
        clip_norm: train.clip_norm,
        evaluations_per_epoch: train.evaluations_per_epoch,
        shuffle: train.shuffle,
        dropout: rates(train.dropout, &model.config),
        dropout_at_evaluation: train.dropout_at_evaluation,
        evaluation: train.evaluation,
        norm: train.norm,
    };
    let of_batch_size = |size: u32| u64::from(data.train_examples / size) * u64::from(train.epochs);
    let updates = train.updates.or(train.updates_of.map(of_batch_size));
    // those of its epochs are not worth a word: the run is then that of an arm which gives none
    spec.updates = updates.filter(|updates| *updates != spec.updates());
    spec
}

pub fn rates(dropout: Dropout, config: &ModelConfig) -> DropoutRates {
    match dropout {
        Dropout::On => DropoutRates::of(config),
        Dropout::Off => DropoutRates::OFF,
        Dropout::Rate(rate) => DropoutRates { hidden: rate, attention: rate, classifier: rate },
    }
}
