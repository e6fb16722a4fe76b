//! What a list of runs shows and a filter asks for of a run's spec, by name.

use super::filter::FilterValue;
use super::numbers::{self, NUMBERS};
use super::run::RunSpec;
use super::run_label::RunLabel;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property {
    BatchSize,
    Instance,
    Updates,
    Dropout,
    DropoutAtEvaluation,
    Evaluation,
    Norm,
    Precision,
    LearningRate,
    Epochs,
    Seed,
    WeightDecay,
    WarmupRatio,
    Accumulate,
    NoiseOf,
    Number(&'static numbers::NumericKey),
}

use Property::*;

impl Property {
    pub fn all() -> impl Iterator<Item = Property> {
        Self::FIELDS.into_iter().chain(NUMBERS.map(Number))
    }

    const FIELDS: [Property; 15] = [
        BatchSize,
        Instance,
        Updates,
        Dropout,
        DropoutAtEvaluation,
        Evaluation,
        Norm,
        Precision,
        LearningRate,
        Epochs,
        Seed,
        WeightDecay,
        WarmupRatio,
        Accumulate,
        NoiseOf,
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
            Precision => ["precision", "precision"],
            LearningRate => ["lr", "learning_rate"],
            Epochs => ["epochs", "epochs"],
            Seed => ["seed", "seed"],
            WeightDecay => ["decay", "weight_decay"],
            WarmupRatio => ["warmup", "warmup_ratio"],
            Accumulate => ["accumulate", "accumulate"],
            NoiseOf => ["noise_of", "noise_of"],
            Number(number) => [number.key; 2],
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|property| property.names().contains(&name))
    }

    /// Of any run. What a run of another program was trained with is a column of its label, if it is known.
    pub fn of(self, label: &RunLabel, spec: Option<&RunSpec>) -> FilterValue {
        let number =
            |number: Option<u64>| number.map_or(FilterValue::Missing, |number| FilterValue::Number(number as f64));
        match (self, spec) {
            (BatchSize, _) => number(label.batch_size.known().map(u64::from)),
            (Instance, _) => number(label.iid.map(u64::from)),
            (Updates, _) => number(label.length.updates),
            (property, Some(spec)) => property.value(spec),
            (property, None) => {
                let mut columns = property.names().into_iter().map(|name| label.column(name));
                columns.find(|value| *value != FilterValue::Missing).unwrap_or(FilterValue::Missing)
            }
        }
    }

    pub fn value(self, spec: &RunSpec) -> FilterValue {
        match self {
            BatchSize => FilterValue::Number(spec.batch_size.into()),
            Instance => FilterValue::Number(spec.iid.into()),
            Updates => FilterValue::Number(spec.updates() as f64),
            Dropout => FilterValue::Text(spec.dropout_in_words()),
            DropoutAtEvaluation => FilterValue::Text(spec.dropout_at_evaluation.to_string()),
            Evaluation => FilterValue::Text(spec.evaluation.name().into()),
            Norm => FilterValue::Text(spec.norm.name().into()),
            Precision => FilterValue::Text(spec.precision.name().into()),
            LearningRate => FilterValue::Number(spec.learning_rate),
            Epochs => FilterValue::Number(spec.epochs.into()),
            Seed => FilterValue::Number(spec.seed.into()),
            WeightDecay => FilterValue::Number(spec.weight_decay),
            WarmupRatio => FilterValue::Number(spec.warmup_ratio),
            Accumulate => FilterValue::Number(spec.accumulate.into()),
            NoiseOf => spec.noise_of.map_or(FilterValue::Missing, |size| FilterValue::Number(size.into())),
            Number(number) => FilterValue::Number(spec.numbers.get(number)),
        }
    }
}
