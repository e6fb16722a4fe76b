//! The table: an entry for each key, those that are suspected of an effect of batch size first.

use super::entry::{Ablation, of_number};
use super::settings::{
    CLIP_NORM, DROPOUT_SEED, EPOCHS, EVALUATIONS_PER_EPOCH, HEAD_SEED, LEARNING_RATE, ORDER_SEED, SEED, SHUFFLE,
    WARMUP_RATIO, WEIGHT_DECAY,
};
use super::suspects::{
    ACCUMULATE, BETAS_OF, DROPOUT, DROPOUT_AT_EVALUATION, EVALUATION, LEARNING_RATE_REFERENCE, LEARNING_RATE_SCALING,
    LEARNING_RATES, NOISE_OF, NORM, PRECISION, UPDATES, UPDATES_OF,
};
use crate::domain::numbers::NUMBERS;

/// Every ablation, in the order in which answers name what was not tested.
pub fn all() -> impl Iterator<Item = &'static Ablation> {
    TABLE.into_iter().chain(&OF_NUMBERS)
}

pub fn named(key: &str) -> Option<&'static Ablation> {
    all().find(|ablation| ablation.key == key)
}

const TABLE: [&Ablation; 24] = [
    NORM,
    DROPOUT,
    DROPOUT_AT_EVALUATION,
    UPDATES_OF,
    UPDATES,
    LEARNING_RATE_SCALING,
    LEARNING_RATE_REFERENCE,
    LEARNING_RATES,
    EVALUATION,
    NOISE_OF,
    BETAS_OF,
    ACCUMULATE,
    PRECISION,
    LEARNING_RATE,
    EPOCHS,
    WARMUP_RATIO,
    WEIGHT_DECAY,
    CLIP_NORM,
    EVALUATIONS_PER_EPOCH,
    SHUFFLE,
    SEED,
    HEAD_SEED,
    ORDER_SEED,
    DROPOUT_SEED,
];

static OF_NUMBERS: [Ablation; NUMBERS.len()] = {
    let mut all = [of_number(NUMBERS[0]); NUMBERS.len()];
    let mut place = 0;
    while place < NUMBERS.len() {
        all[place] = of_number(NUMBERS[place]);
        place += 1;
    }
    all
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::train::Train;

    #[test]
    fn every_value_that_is_read_can_be_written() {
        for ablation in all() {
            assert_eq!(named(ablation.key), Some(ablation));
            if let Some(value) = ablation.value(&Train::default()) {
                assert!(ablation.takes(&value), "{ablation:?} does not take its default");
            }
            assert!(!ablation.takes(&"maybe".into()), "{ablation:?}");
            for (changed, value) in ablation.press.map(|press| (press.round)(&Train::default())).unwrap_or_default() {
                let mut train = Train::default();
                assert!(changed.write(&mut train, &value).is_some(), "{changed:?} does not take {value}");
                assert_eq!(changed.value(&train), Some(value));
            }
        }
    }

    #[test]
    fn two_ways_to_say_the_same_know_of_each_other() {
        for ablation in all() {
            let back = ablation.rival.and_then(named).map(|rival| rival.rival);
            assert_eq!(back, ablation.rival.map(|_| Some(ablation.key)), "{ablation:?}");
        }
    }
}
