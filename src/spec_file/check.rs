//! Values that no run could be trained with.

use super::error::SpecError;
use crate::domain::spec::{Spec, Train, Validation};
use std::fmt::Display;

pub fn spec(place: &str, spec: &Spec) -> Result<(), SpecError> {
    let name_is_plain = !spec.name.is_empty()
        && spec.name.len() <= 60
        && spec.name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        && !spec.name.starts_with('.');
    require(name_is_plain, place, "name", &spec.name, "1 to 60 letters, digits, `-`, `_` or `.`")?;
    for arm in &spec.arms {
        let plain = !arm.name.is_empty() && arm.name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.=".contains(c));
        require(plain, place, "arms", &arm.name, "names of letters, digits, `-`, `_`, `.` or `=`")?;
    }
    if let Validation::Fraction(share) = spec.task.validation {
        require(share > 0.0 && share < 1.0, place, "validation", share, "\"dev\" or a fraction between 0 and 1")?;
    }
    require(spec.task.max_length >= 5, place, "max_length", spec.task.max_length, "at least 5 tokens")?;
    let seconds = spec.store.checkpoint_seconds;
    require(seconds >= 0.0 && seconds.is_finite(), place, "checkpoint_seconds", seconds, "0 or more seconds")?;
    train(place, &spec.train)
}

pub fn train(place: &str, train: &Train) -> Result<(), SpecError> {
    let sizes = &train.batch_sizes;
    let mut distinct = sizes.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let sizes_are_good = !sizes.is_empty() && distinct.len() == sizes.len() && distinct[0] > 0;
    require(sizes_are_good, place, "batch_sizes", format!("{sizes:?}"), "positive sizes, each once")?;
    at_least_one(place, "instances", train.instances)?;
    at_least_one(place, "epochs", train.epochs)?;
    at_least_one(place, "evaluations_per_epoch", train.evaluations_per_epoch)?;
    let positive = |value: f64| value > 0.0 && value.is_finite();
    require(positive(train.learning_rate), place, "learning_rate", train.learning_rate, "a positive number")?;
    require(positive(train.clip_norm), place, "clip_norm", train.clip_norm, "a positive number")?;
    require((0.0..=1.0).contains(&train.warmup_ratio), place, "warmup_ratio", train.warmup_ratio, "0 to 1")?;
    let decay = train.weight_decay;
    require(decay >= 0.0 && decay.is_finite(), place, "weight_decay", decay, "0 or a positive number")
}

fn at_least_one(place: &str, key: &str, value: u32) -> Result<(), SpecError> {
    require(value > 0, place, key, value, "at least 1")
}

fn require(holds: bool, place: &str, key: &str, found: impl Display, expected: &str) -> Result<(), SpecError> {
    if holds {
        return Ok(());
    }
    let (place, key) = (place.to_owned(), key.to_owned());
    Err(SpecError::Value { place, key, found: found.to_string(), expected: expected.to_owned() })
}
