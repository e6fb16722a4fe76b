//! From an arm's settings to its runs: one for each instance of each cell.

use crate::domain::choice::{Dropout, LearningRateScaling};
use crate::domain::model::ModelConfig;
use crate::domain::numbers::{BETA1, BETA2, EPSILON, Numbers};
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
    // what depends on a batch size does on the pairs of an update, so that batches accumulated to 64 train as one of 64
    let pairs = train.pairs_per_update(batch_size);
    let scaled = || train.learning_rate * train.learning_rate_scaling.factor(pairs, train.learning_rate_reference);
    // a seed that is the run's own anyway is left out
    let seed = |own: Option<u32>| own.filter(|own| (*own, 0) != (train.seed, iid));
    let mut spec = RunSpec {
        numerics: NUMERICS,
        batch_size,
        iid,
        seed: train.seed,
        data: data.clone(),
        model: model.clone(),
        epochs: train.epochs,
        updates: None,
        learning_rate: train.learning_rates.at(pairs).unwrap_or_else(scaled),
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
        accumulate: train.accumulate,
        noise_of: train.noise_of.filter(|size| *size < pairs),
        head_seed: seed(train.head_seed),
        order_seed: seed(train.order_seed),
        dropout_seed: seed(train.dropout_seed),
        numbers: numbers(train, pairs),
    };
    let of_batch_size = |size: u32| u64::from(data.train_examples / size) * u64::from(train.epochs);
    let updates = train.updates.or(train.updates_of.map(of_batch_size));
    // a number that the epochs give anyway is left out: the run is then the same as that of an arm which gives none
    spec.updates = updates.filter(|updates| *updates != spec.updates());
    spec
}

/// Adam's constants for updates of so many pairs.
fn numbers(train: &Train, pairs: u32) -> Numbers {
    let mut numbers = train.numbers.clone();
    let follows = train.learning_rate_scaling == LearningRateScaling::AdamSqrt;
    let ratio = |reference: u32| f64::from(pairs) / f64::from(reference);
    if follows && pairs != train.learning_rate_reference {
        let epsilon = numbers.get(EPSILON) / ratio(train.learning_rate_reference).sqrt();
        let _ = numbers.set(EPSILON, epsilon.clamp(f32::MIN_POSITIVE.into(), 1e38));
    }
    let reference = train.betas_of.or(follows.then_some(train.learning_rate_reference));
    if let Some(reference) = reference.filter(|reference| *reference != pairs) {
        // A half-life that is as long in pairs (Marek et al. 2025, arXiv 2507.07101). To first order it is the rule of
        // Malladi et al. 2022 (arXiv 2205.10287), 1 - beta in proportion to the batch size, which leaves [0, 1) at ten times the
        // reference of a beta of 0.9.
        let largest = f64::from(1f32.next_down());
        let _ = numbers.set(BETA1, numbers.get(BETA1).powf(ratio(reference)).min(largest));
        let _ = numbers.set(BETA2, numbers.get(BETA2).powf(ratio(reference)).clamp(f32::MIN_POSITIVE.into(), largest));
    }
    numbers
}

/// The rates that a model of this configuration trains with.
pub fn dropout_rates(dropout: Dropout, config: &ModelConfig) -> DropoutRates {
    match dropout {
        Dropout::On => DropoutRates::of(config),
        Dropout::Off => DropoutRates::OFF,
        Dropout::Rate(rate) => DropoutRates { hidden: rate, attention: rate, classifier: rate },
    }
}
