//! What is suspected of an effect of batch size: an entry for each key.

use super::entry::{Ablation, Press, Suspect, field, round};
use super::value::Value;
use crate::domain::choice::{Dropout, Evaluation, LearningRateScaling, Norm, Precision};
use crate::domain::rates::Rates;
use crate::domain::train::Train;

const A_BATCH_SIZE: &str = "a batch size from 1 to 4294967295";

pub const NORM: &Ablation = &Ablation {
    words: Some(|value| match value.text() {
        Some("none") => "no norm".into(),
        _ => format!("{value} norm"),
    }),
    name: Some(|value| match value.text() {
        Some("none") => "no-norm".into(),
        _ => format!("{value}-norm"),
    }),
    suspect: Some(&Suspect {
        words: "the normalization",
        removed: "the norm mixed the examples of a batch",
        in_use: Some("whether the norm in use mixes the examples of a batch"),
        removes: |baseline, arm| baseline.norm == Norm::Batch && arm.norm == Norm::Layer,
    }),
    press: Some(&Press {
        letter: 'n',
        label: "n",
        help: "draft: batch, rms, no, layer norm",
        hint: "norm",
        round: |baseline| round(NORM, baseline, Norm::ALL.map(|norm| norm.name().into())),
    }),
    ..field(
        "norm",
        "\"layer\", \"batch\", \"rms\" or \"none\"",
        "or \"batch\", \"rms\", \"none\"",
        |train| Some(train.norm.name().into()),
        |train, value| {
            train.norm = Norm::named(value.text()?)?;
            Some(())
        },
    )
};

pub const DROPOUT: &Ablation = &Ablation {
    name: Some(|value| match value.text() {
        Some("off") => "no-dropout".into(),
        _ => format!("dropout-{value}"),
    }),
    suspect: Some(&Suspect {
        words: "dropout",
        removed: "dropout made it",
        in_use: None,
        removes: |_, arm| matches!(arm.dropout, Dropout::Off | Dropout::Rate(0.0)),
    }),
    press: Some(&Press {
        letter: 'd',
        label: "d",
        help: "draft: dropout off, left on at evaluation, on",
        hint: "dropout",
        round: |baseline| match baseline.dropout {
            // without dropout there is nothing to leave on
            Dropout::Off => vec![(DROPOUT, "on".into())],
            _ if baseline.dropout_at_evaluation => vec![(DROPOUT, "off".into())],
            _ => vec![(DROPOUT, "off".into()), (DROPOUT_AT_EVALUATION, Value::Flag(true))],
        },
    }),
    ..field(
        "dropout",
        "\"on\", \"off\" or a rate of at least 0 and below 1",
        "the model's rates; \"off\"; or one rate for all",
        |train| {
            Some(match train.dropout {
                Dropout::On => "on".into(),
                Dropout::Off => "off".into(),
                Dropout::Rate(rate) => Value::Number(rate),
            })
        },
        |train, value| {
            train.dropout = match (value.text(), value.number()) {
                (Some("on"), _) => Dropout::On,
                (Some("off"), _) => Dropout::Off,
                (_, Some(rate)) if (0.0..1.0).contains(&rate) => Dropout::Rate(rate),
                _ => return None,
            };
            Some(())
        },
    )
};

pub const DROPOUT_AT_EVALUATION: &Ablation = &Ablation {
    words: Some(|value| match value {
        Value::Flag(true) => "dropout left on at evaluation".into(),
        value => format!("dropout at evaluation {value}"),
    }),
    name: Some(|_| "dropout-at-evaluation".into()),
    suspect: Some(&Suspect {
        words: "dropout left on at evaluation",
        removed: "scores with dropout made it",
        in_use: None,
        removes: |baseline, arm| baseline.dropout_at_evaluation && !arm.dropout_at_evaluation,
    }),
    ..field(
        "dropout_at_evaluation",
        "true or false",
        "true: left on",
        |train| Some(Value::Flag(train.dropout_at_evaluation)),
        |train, value| {
            train.dropout_at_evaluation = value.flag()?;
            Some(())
        },
    )
};

const NUMBER_OF_UPDATES: &Suspect = &Suspect {
    words: "the number of updates",
    removed: "smaller batches differ by making more updates",
    in_use: None,
    removes: |baseline, _| baseline.updates.is_none() && baseline.updates_of.is_none(),
};

fn updates(train: &Train) -> (&'static str, String) {
    let updates = match (train.updates, train.updates_of) {
        (Some(updates), _) => updates.to_string(),
        (None, Some(size)) => format!("as at batch size {size}"),
        (None, None) => format!("of {} epochs", train.epochs),
    };
    ("updates", updates)
}

/// With [`UPDATES`] one of two ways to give the number of updates, of which the one given last holds.
pub const UPDATES_OF: &Ablation = &Ablation {
    example: "8",
    rival: Some("updates"),
    words: Some(|value| format!("as many updates as batch size {value} at every batch size")),
    name: Some(|value| format!("updates-of-{value}")),
    setting: Some(updates),
    suspect: Some(NUMBER_OF_UPDATES),
    press: Some(&Press {
        letter: 'u',
        label: "u",
        help: "draft: as many updates at every batch size as one of them has",
        hint: "updates",
        round: |baseline| {
            let mut sizes = baseline.batch_sizes.clone();
            sizes.sort_by_key(|size| (*size != baseline.learning_rate_reference, *size));
            round(UPDATES_OF, baseline, sizes.into_iter().map(Value::from))
        },
    }),
    ..field(
        "updates_of",
        A_BATCH_SIZE,
        "or as many as `epochs` gives at this batch size",
        |train| train.updates_of.map(Value::from),
        |train, value| {
            (train.updates_of, train.updates) = (Some(value.batch_size()?), None);
            Some(())
        },
    )
};

pub const UPDATES: &Ablation = &Ablation {
    example: "1000",
    rival: Some("updates_of"),
    words: Some(|value| format!("{value} updates at every batch size")),
    setting: Some(updates),
    suspect: Some(NUMBER_OF_UPDATES),
    ..field(
        "updates",
        "a whole number from 1 to 1000000000",
        "in every cell, instead of `epochs`;",
        |train| train.updates.and_then(|updates| i64::try_from(updates).ok()).map(Value::Integer),
        |train, value| {
            (train.updates, train.updates_of) = (Some(value.whole(1, 1_000_000_000)?), None);
            Some(())
        },
    )
};

const ONE_RATE: &Suspect = &Suspect {
    words: "a learning rate that does not grow with the batch size",
    removed: "the rate was right for one batch size only",
    in_use: None,
    removes: |baseline, arm| {
        let is_one =
            |train: &Train| train.learning_rate_scaling == LearningRateScaling::None && train.learning_rates.is_empty();
        is_one(baseline) && !is_one(arm)
    },
};

pub const LEARNING_RATE_SCALING: &Ablation = &Ablation {
    words: Some(|value| {
        match value.text() {
            Some("sqrt") => "learning rate grows with the square root of the batch size",
            Some("linear") => "learning rate grows with the batch size",
            Some("adam-sqrt") => "learning rate, betas and epsilon follow the square root of the batch size",
            _ => "one learning rate for all batch sizes",
        }
        .into()
    }),
    name: Some(|value| match value.text() {
        Some("none") => "one-rate".into(),
        _ => format!("{value}-rate"),
    }),
    suspect: Some(ONE_RATE),
    press: Some(&Press {
        letter: 'l',
        label: "l",
        help: "draft: a learning rate that grows with the batch size, or its root",
        hint: "rate",
        round: |baseline| {
            // the rate alone: betas and epsilon have keys of their own
            let order = [LearningRateScaling::None, LearningRateScaling::Linear, LearningRateScaling::Sqrt];
            round(LEARNING_RATE_SCALING, baseline, order.map(|scaling| scaling.name().into()))
        },
    }),
    ..field(
        "learning_rate_scaling",
        "\"none\", \"sqrt\", \"linear\" or \"adam-sqrt\"",
        "or \"sqrt\", \"linear\", \"adam-sqrt\": the peak grows with the batch size,",
        |train| Some(train.learning_rate_scaling.name().into()),
        |train, value| {
            train.learning_rate_scaling = LearningRateScaling::named(value.text()?)?;
            Some(())
        },
    )
};

pub const LEARNING_RATE_REFERENCE: &Ablation = &Ablation {
    suspect: Some(ONE_RATE),
    ..field(
        "learning_rate_reference",
        A_BATCH_SIZE,
        "relative to this one",
        |train| Some(train.learning_rate_reference.into()),
        |train, value| {
            train.learning_rate_reference = value.batch_size()?;
            Some(())
        },
    )
};

pub const LEARNING_RATES: &Ablation = &Ablation {
    example: "{ 2 = 1e-5, 64 = 1e-4 }",
    words: Some(|value| match value.table() {
        Some(table) if !table.is_empty() => format!("learning rates by batch size {value}"),
        _ => "no learning rates by batch size".into(),
    }),
    name: Some(|value| {
        let rates = value.table().into_iter().flatten().map(|(size, rate)| format!("-{size}={rate:e}"));
        format!("rates{}", rates.collect::<String>())
    }),
    suspect: Some(ONE_RATE),
    ..field(
        "learning_rates",
        "a table of batch sizes and their peak rates, such as { 2 = 1e-5, 64 = 1e-4 }",
        "or the peaks of single batch sizes",
        |train| (!train.learning_rates.is_empty()).then(|| Value::Table(train.learning_rates.to_table())),
        |train, value| {
            train.learning_rates = Rates::of_table(value.table()?)?;
            Some(())
        },
    )
};

pub const NOISE_OF: &Ablation = &Ablation {
    example: "8",
    words: Some(|value| format!("the gradient noise of batch size {value} at larger ones")),
    name: Some(|value| format!("noise-of-{value}")),
    setting: Some(|train| {
        let own = || "that of the batch size".into();
        ("gradient noise", train.noise_of.map_or_else(own, |size| format!("of batch size {size}")))
    }),
    suspect: Some(&Suspect {
        words: "the noise of the gradient",
        removed: "larger batches train worse for lack of noise",
        in_use: None,
        removes: |baseline, arm| baseline.noise_of.is_none() && arm.noise_of.is_some(),
    }),
    ..field(
        "noise_of",
        A_BATCH_SIZE,
        "random weights of the losses give larger batches the gradient noise of this size",
        |train| train.noise_of.map(Value::from),
        |train, value| {
            train.noise_of = Some(value.batch_size()?);
            Some(())
        },
    )
};

pub const BETAS_OF: &Ablation = &Ablation {
    example: "8",
    words: Some(|value| format!("Adam's half-lives as long in pairs as at batch size {value}")),
    name: Some(|value| format!("betas-of-{value}")),
    setting: Some(|train| {
        let same = || "the same at every batch size".into();
        ("Adam's betas", train.betas_of.map_or_else(same, |size| format!("half-lives in pairs of batch size {size}")))
    }),
    suspect: Some(&Suspect {
        words: "the time constants of Adam",
        removed: "Adam's averages reach back over too many pairs at large batch sizes",
        in_use: None,
        removes: |baseline, arm| baseline.betas_of.is_none() && arm.betas_of.is_some(),
    }),
    ..field(
        "betas_of",
        A_BATCH_SIZE,
        "beta1 and beta2 are for this size; at others their half-lives are as long in pairs",
        |train| train.betas_of.map(Value::from),
        |train, value| {
            train.betas_of = Some(value.batch_size()?);
            Some(())
        },
    )
};

pub const ACCUMULATE: &Ablation = &Ablation {
    words: Some(|value| format!("gradients of {value} batches an update")),
    name: Some(|value| format!("accumulate-{value}")),
    setting: Some(|train| ("batches an update", train.accumulate.to_string())),
    ..field(
        "accumulate",
        "a whole number from 1 to 1000000",
        "batches of an update: 8 of 8 pairs train as one of 64",
        |train| Some(train.accumulate.into()),
        |train, value| {
            train.accumulate = value.whole(1, 1_000_000)?;
            Some(())
        },
    )
};

pub const EVALUATION: &Ablation = &Ablation {
    words: Some(|value| match value.text() {
        Some("full-batches") => "scored on full batches only".into(),
        _ => format!("evaluation {value}"),
    }),
    name: Some(Value::to_string),
    suspect: Some(&Suspect {
        words: "scoring full batches only",
        removed: "scores of fewer pairs made it",
        in_use: None,
        removes: |baseline, arm| baseline.evaluation == Evaluation::FullBatches && arm.evaluation == Evaluation::Whole,
    }),
    press: Some(&Press {
        letter: 'e',
        label: "e",
        help: "draft: scored on full batches only",
        hint: "",
        round: |baseline| round(EVALUATION, baseline, Evaluation::ALL.map(|kind| kind.name().into())),
    }),
    ..field(
        "evaluation",
        "\"whole\" or \"full-batches\"",
        "or \"full-batches\": validated on full batches only, so on fewer pairs at larger sizes",
        |train| Some(train.evaluation.name().into()),
        |train, value| {
            train.evaluation = Evaluation::named(value.text()?)?;
            Some(())
        },
    )
};

pub const PRECISION: &Ablation = &Ablation {
    words: Some(|value| match value.text() {
        Some("bf16") => "products in bfloat16".into(),
        _ => "products in float32".into(),
    }),
    name: Some(Value::to_string),
    suspect: Some(&Suspect {
        words: "the numeric precision",
        removed: "rounding to bfloat16 made it",
        in_use: None,
        removes: |baseline, arm| baseline.precision == Precision::Bf16 && arm.precision == Precision::F32,
    }),
    ..field(
        "precision",
        "\"f32\" or \"bf16\"",
        "or \"bf16\": operands of the layers' products rounded to bfloat16, sums in float32",
        |train| Some(train.precision.name().into()),
        |train, value| {
            train.precision = Precision::named(value.text()?)?;
            Some(())
        },
    )
};
