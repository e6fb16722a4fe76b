//! What a list of runs shows and a filter asks for of a run's spec, by name.

use super::filter::Value;
use super::numbers::{self, NUMBERS};
use super::run::RunSpec;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property {
    BatchSize,
    Instance,
    Updates,
    Dropout,
    DropoutAtEvaluation,
    Evaluation,
    Norm,
    LearningRate,
    Epochs,
    Seed,
    WeightDecay,
    WarmupRatio,
    Number(&'static numbers::Number),
}

use Property::*;

impl Property {
    pub fn all() -> impl Iterator<Item = Property> {
        Self::FIELDS.into_iter().chain(NUMBERS.map(Number))
    }

    const FIELDS: [Property; 12] = [
        BatchSize,
        Instance,
        Updates,
        Dropout,
        DropoutAtEvaluation,
        Evaluation,
        Norm,
        LearningRate,
        Epochs,
        Seed,
        WeightDecay,
        WarmupRatio,
    ];

    /// The name it is shown by, and the one that is its key in JSON and in a spec.
    pub fn names(self) -> [&'static str; 2] {
        match self {
            BatchSize => ["bs", "batch_size"],
            Instance => ["iid", "iid"],
            Updates => ["updates", "updates"],
            Dropout => ["dropout", "dropout"],
            DropoutAtEvaluation => ["dropout_at_evaluation", "dropout_at_evaluation"],
            Evaluation => ["evaluation", "evaluation"],
            Norm => ["norm", "norm"],
            LearningRate => ["lr", "learning_rate"],
            Epochs => ["epochs", "epochs"],
            Seed => ["seed", "seed"],
            WeightDecay => ["decay", "weight_decay"],
            WarmupRatio => ["warmup", "warmup_ratio"],
            Number(number) => [number.key; 2],
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|property| property.names().contains(&name))
    }

    pub fn value(self, spec: &RunSpec) -> Value {
        match self {
            BatchSize => Value::Number(spec.batch_size.into()),
            Instance => Value::Number(spec.iid.into()),
            Updates => Value::Number(spec.updates() as f64),
            Dropout => Value::Text(spec.dropout_in_words()),
            DropoutAtEvaluation => Value::Text(spec.dropout_at_evaluation.to_string()),
            Evaluation => Value::Text(spec.evaluation.name().into()),
            Norm => Value::Text(spec.norm.name().into()),
            LearningRate => Value::Number(spec.learning_rate),
            Epochs => Value::Number(spec.epochs.into()),
            Seed => Value::Number(spec.seed.into()),
            WeightDecay => Value::Number(spec.weight_decay),
            WarmupRatio => Value::Number(spec.warmup_ratio),
            Number(number) => Value::Number(spec.numbers.get(number)),
        }
    }
}
