//! The other settings of `[train]`: an entry for each key.

use super::entry::{Ablation, field};
use super::value::Value;
use crate::domain::choice::ClipNorm;

const A_SEED: &str = "a whole number from 0 to 4294967295";

pub const LEARNING_RATE: &Ablation = &field(
    "learning_rate",
    "a positive number below 1e38",
    "the peak; about 1e-4 suits the embedded model (docs/TASKS.md)",
    |train| Some(Value::Number(train.learning_rate)),
    |train, value| {
        train.learning_rate = value.positive()?;
        Some(())
    },
);

pub const EPOCHS: &Ablation = &field(
    "epochs",
    "a whole number from 1 to 1000000",
    "",
    |train| Some(train.epochs.into()),
    |train, value| {
        train.epochs = value.whole(1, 1_000_000)?;
        Some(())
    },
);

pub const WARMUP_RATIO: &Ablation = &field(
    "warmup_ratio",
    "a number from 0 to 1",
    "of the updates; then linear to 0",
    |train| Some(Value::Number(train.warmup_ratio)),
    |train, value| {
        train.warmup_ratio = value.number().filter(|ratio| (0.0..=1.0).contains(ratio))?;
        Some(())
    },
);

pub const WEIGHT_DECAY: &Ablation = &field(
    "weight_decay",
    "0 or a positive number below 1e38",
    "not on biases and norms",
    |train| Some(Value::Number(train.weight_decay)),
    |train, value| {
        train.weight_decay = value.number().filter(|decay| *decay == 0.0).or(value.positive())?;
        Some(())
    },
);

pub const CLIP_NORM: &Ablation = &Ablation {
    words: Some(|value| match value.text() {
        Some("off") => "no gradient clipping".into(),
        _ => format!("clip norm {value}"),
    }),
    name: Some(|value| match value.text() {
        Some("off") => "no-clipping".into(),
        _ => format!("clip_norm={value}"),
    }),
    ..field(
        "clip_norm",
        "a positive number below 1e38, or \"off\"",
        "the global norm at which gradients are clipped; or \"off\"",
        |train| {
            Some(match train.clip_norm {
                ClipNorm::At(norm) => Value::Number(norm),
                ClipNorm::Off => "off".into(),
            })
        },
        |train, value| {
            train.clip_norm = match value.text() {
                Some("off") => ClipNorm::Off,
                _ => ClipNorm::At(value.positive()?),
            };
            Some(())
        },
    )
};

pub const EVALUATIONS_PER_EPOCH: &Ablation = &field(
    "evaluations_per_epoch",
    "a whole number from 1 to 1000000",
    "and one before the first update",
    |train| Some(train.evaluations_per_epoch.into()),
    |train, value| {
        train.evaluations_per_epoch = value.whole(1, 1_000_000)?;
        Some(())
    },
);

pub const SHUFFLE: &Ablation = &field(
    "shuffle",
    "true or false",
    "",
    |train| Some(Value::Flag(train.shuffle)),
    |train, value| {
        train.shuffle = value.flag()?;
        Some(())
    },
);

pub const SEED: &Ablation = &field(
    "seed",
    A_SEED,
    "",
    |train| Some(train.seed.into()),
    |train, value| {
        train.seed = value.seed()?;
        Some(())
    },
);

pub const HEAD_SEED: &Ablation = &Ablation {
    example: "0",
    words: Some(|value| format!("the head of seed {value} in every instance")),
    ..field(
        "head_seed",
        A_SEED,
        "the same head in every instance, drawn from this seed",
        |train| train.head_seed.map(Value::from),
        |train, value| {
            train.head_seed = Some(value.seed()?);
            Some(())
        },
    )
};

pub const ORDER_SEED: &Ablation = &Ablation {
    example: "0",
    words: Some(|value| format!("the order of seed {value} in every instance")),
    ..field(
        "order_seed",
        A_SEED,
        "the same order of the pairs in every instance",
        |train| train.order_seed.map(Value::from),
        |train, value| {
            train.order_seed = Some(value.seed()?);
            Some(())
        },
    )
};

pub const DROPOUT_SEED: &Ablation = &Ablation {
    example: "0",
    words: Some(|value| format!("the dropout masks of seed {value} in every instance")),
    ..field(
        "dropout_seed",
        A_SEED,
        "the same dropout masks in every instance",
        |train| train.dropout_seed.map(Value::from),
        |train, value| {
            train.dropout_seed = Some(value.seed()?);
            Some(())
        },
    )
};
