//! From an arm's settings to its runs: one for each instance of each cell.

use crate::domain::choice::Dropout;
use crate::domain::model::ModelConfig;
use crate::domain::run::{DataIdentity, DropoutRates, ModelIdentity, NUMERICS, RunSpec};
use crate::domain::train::Train;

/// The runs of the first instances: every batch size of one, then of the next.
pub(super) fn run_specs(
    train: &Train,
    instances: u32,
    data: &DataIdentity,
    model: &ModelIdentity,
) -> impl Iterator<Item = RunSpec> {
    let cells = (0..instances).flat_map(|iid| train.batch_sizes.iter().map(move |size| (iid, *size)));
    cells.map(|(iid, batch_size)| run_spec(train, data, model, batch_size, iid))
}

/// The run of one instance of one cell, of these settings, on this data, from these weights.
pub(super) fn run_spec(
    train: &Train,
    data: &DataIdentity,
    model: &ModelIdentity,
    batch_size: u32,
    iid: u32,
) -> RunSpec {
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
        dropout: dropout_rates(train.dropout, &model.config),
        dropout_at_evaluation: train.dropout_at_evaluation,
        evaluation: train.evaluation,
        norm: train.norm,
        precision: train.precision,
        numbers: train.numbers.clone(),
    };
    let of_batch_size = |size: u32| u64::from(data.train_examples / size) * u64::from(train.epochs);
    let updates = train.updates.or(train.updates_of.map(of_batch_size));
    // a number that the epochs give anyway is left out: the run is then the same as that of an arm which gives none
    spec.updates = updates.filter(|updates| *updates != spec.updates());
    spec
}

/// The rates that a model of this configuration trains with.
pub fn dropout_rates(dropout: Dropout, config: &ModelConfig) -> DropoutRates {
    match dropout {
        Dropout::On => DropoutRates::of(config),
        Dropout::Off => DropoutRates::OFF,
        Dropout::Rate(rate) => DropoutRates { hidden: rate, attention: rate, classifier: rate },
    }
}
