//! The columns of the table: how each is called, what it is sorted by, what a filter finds in it.

use super::measures::{Baselines, Measures, Stage};
use crate::domain::filter::Value;
use crate::domain::property::Property;
use crate::domain::sweep::Row;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    State,
    Arm,
    BatchSize,
    Instance,
    Progress,
    Epoch,
    Pairs,
    Accuracy,
    /// between the runs of a cell
    Deviation,
    Best,
    Loss,
    F1,
    MacroF1,
    Difference,
    Speed,
    Left,
}

use Column::*;

impl Column {
    /// In the order in which they are shown.
    pub const ALL: [Column; 16] = [
        State, Arm, BatchSize, Instance, Progress, Epoch, Pairs, Accuracy, Deviation, Best, Loss, F1, MacroF1,
        Difference, Speed, Left,
    ];

    /// The name in a header, for a filter and in the line that says how the table is sorted.
    pub fn name(self) -> &'static str {
        match self {
            State => "state",
            Arm => "arm",
            BatchSize => "bs",
            Instance => "iid",
            Progress => "progress",
            Epoch => "epoch",
            Pairs => "pairs",
            Accuracy => "acc",
            Deviation => "sd",
            Best => "best",
            Loss => "loss",
            F1 => "f1",
            MacroF1 => "macro_f1",
            Difference => "diff",
            Speed => "pairs/s",
            Left => "left",
        }
    }

    /// Of scores where more is better, the largest come first unless a person turns them round.
    pub fn starts_descending(self) -> bool {
        matches!(self, Progress | Epoch | Pairs | Accuracy | Best | F1 | MacroF1 | Difference | Speed)
    }

    /// What rows are sorted by. What is missing has none and comes last.
    pub fn rank(self, measures: &Measures) -> Option<f64> {
        match self {
            State => Some(f64::from(measures.stage as u8)),
            Arm => Some(measures.arm as f64),
            BatchSize => Some(measures.batch_size.into()),
            Instance => Some(measures.instance.into()),
            Progress => Some(measures.share),
            Epoch => Some(measures.epoch),
            Pairs => Some(measures.pairs as f64),
            Accuracy => measures.accuracy,
            Deviation => measures.deviation,
            Best => measures.best,
            Loss => measures.loss,
            F1 => measures.f1,
            MacroF1 => measures.macro_f1,
            Difference => measures.difference,
            Speed => measures.pairs_per_second,
            Left => measures.seconds_left,
        }
    }
}

/// What a filter can ask for beside the properties of a spec, with the operator that is usual for it.
const MEASURED: [(&str, Column, &str); 14] = [
    ("arm", Arm, "="),
    ("state", State, "="),
    ("acc", Accuracy, ">"),
    ("accuracy", Accuracy, ">"),
    ("best", Best, ">"),
    ("loss", Loss, "<"),
    ("f1", F1, ">"),
    ("macro_f1", MacroF1, ">"),
    ("diff", Difference, ">"),
    ("progress", Progress, "<"),
    ("epoch", Epoch, "<"),
    ("pairs", Pairs, "<"),
    ("speed", Speed, "<"),
    ("left", Left, "<"),
];

/// Every name that a filter may use.
pub fn filter_names() -> Vec<&'static str> {
    let mut names: Vec<&str> = MEASURED.iter().map(|(name, ..)| *name).collect();
    names.extend(Property::ALL.into_iter().flat_map(Property::names));
    names.dedup();
    names
}

/// The short names, each with the operator that is usual for it: those that matter most first.
pub fn filter_beginnings() -> Vec<String> {
    let property = |property: Property| format!("{}=", property.names()[0]);
    let (first, last) = Property::ALL.split_at(2);
    let measured = MEASURED.iter().filter(|(name, ..)| *name != "accuracy");
    let first = first.iter().copied().map(property);
    let measured = measured.map(|(name, _, operator)| format!("{name}{operator}"));
    first.chain(measured).chain(last.iter().copied().map(property)).collect()
}

/// What a run says about such a name.
pub fn filter_value(name: &str, row: &Row, baselines: &Baselines<'_>) -> Value {
    if let Some(property) = Property::named(name) {
        return property.value(&row.planned.spec);
    }
    match MEASURED.iter().find(|(known, ..)| *known == name).map(|(_, column, _)| *column) {
        None => Value::Missing,
        Some(Arm) => Value::Text(row.planned.arm.clone()),
        Some(State) if Stage::of(row) == Stage::Elsewhere => Value::Several(vec!["running".into(), "elsewhere".into()]),
        Some(State) if row.history.ends_with_one_class() => Value::Several(vec!["finished".into(), "one-class".into()]),
        Some(State) => Value::Text(Stage::of(row).name().into()),
        Some(column) => column.rank(&Measures::of_run(row, 0, baselines)).map_or(Value::Missing, Value::Number),
    }
}
