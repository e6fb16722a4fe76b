//! What the columns of a table, and the keys of JSON lines, stand for.

use super::label::{LogSetting, Part};

/// Columns that count steps, the best first.
const STEPS: [&str; 12] = [
    "step",
    "global_step",
    "_step",
    "trainer/global_step",
    "train/global_step",
    "steps",
    "iteration",
    "iter",
    "update",
    "updates",
    "num_updates",
    "epoch",
];
/// Columns with seconds since 1970.
const TIMES: [&str; 5] = ["time", "wall_time", "timestamp", "_timestamp", "walltime"];
/// Columns that count something else than a metric.
const COUNTS: [&str; 5] = ["epoch", "pairs_seen", "_runtime", "number", "attempt"];
/// Columns that name a run, or what it is a run of.
const NAMES: [&str; 5] = ["run", "run_id", "run_name", "experiment", "version"];

/// What a column is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnRole {
    Step(usize),
    Time,
    /// counts something else
    Count,
    /// tells runs apart
    Name,
    Part(Part),
    /// of a long table: the name of the metric whose value the row has
    Metric,
    /// of a long table: the set that it is measured on
    Split,
    /// of a long table
    Value,
    /// a metric
    Other,
}

impl ColumnRole {
    pub fn of(name: &str) -> Self {
        let name = name.trim().to_lowercase();
        let name = name.as_str();
        if let Some(rank) = STEPS.iter().position(|step| *step == name) {
            return ColumnRole::Step(rank);
        }
        match name {
            "metric" | "tag" => ColumnRole::Metric,
            "split" => ColumnRole::Split,
            "value" => ColumnRole::Value,
            _ if TIMES.contains(&name) => ColumnRole::Time,
            _ if COUNTS.contains(&name) => ColumnRole::Count,
            _ if NAMES.contains(&name) => ColumnRole::Name,
            // `val/batch_size` is a metric
            _ if !name.contains(['/', '.']) => {
                Part::of(name).map_or(ColumnRole::Other, |(part, _)| ColumnRole::Part(part))
            }
            _ => ColumnRole::Other,
        }
    }

    /// Whether values of this column tell runs apart.
    pub fn is_key(self) -> bool {
        matches!(self, ColumnRole::Name | ColumnRole::Part(Part::Arm | Part::BatchSize | Part::Iid))
    }
}

/// Joins the values that tell runs apart.
pub fn key<'v>(values: impl IntoIterator<Item = (&'v str, &'v str)>) -> String {
    let mut key = String::new();
    for (name, value) in values.into_iter().filter(|(_, value)| !value.is_empty()) {
        if !key.is_empty() {
            key.push(' ');
        }
        // a name says what it is, a number does not
        if ColumnRole::of(name) != ColumnRole::Name && LogSetting::of(value).number().is_some() {
            key.push_str(name);
            key.push('=');
        }
        key.push_str(value);
    }
    key
}
