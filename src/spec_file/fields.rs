//! Every key a spec may have, table by table: what it takes, in words, and whether a value is that.

use super::error::SpecError;
use crate::domain::ablation::{self, Ablation};
use crate::domain::classifier::HeadChoice;
use crate::domain::name::FolderName;
use crate::domain::spec::{KeepWeights, MOST_CLASSES, NamedSet, Validation};
use serde::de::DeserializeOwned;
use toml::Value;

/// One key.
#[derive(Clone, Copy)]
pub struct Field {
    pub key: &'static str,
    /// what it takes, to be read after "expected"
    pub expected: &'static str,
    takes: Takes,
}

#[derive(Clone, Copy)]
enum Takes {
    Value(fn(&Value) -> bool),
    /// what an arm may change
    Ablation(&'static Ablation),
}

const fn field(key: &'static str, expected: &'static str, takes: fn(&Value) -> bool) -> Field {
    Field { key, expected, takes: Takes::Value(takes) }
}

const TOP: [Field; 6] = [
    field("name", "1 to 60 letters, digits, `-`, `_` or `.`, the first no `.`", |value| text(value, is_name)),
    field("task", "a table with path = \"FOLDER\" or name = \"demo\"", Value::is_table),
    field("model", "a table with source = \"FOLDER\", \"OWNER/NAME\" or \"embedded\"", Value::is_table),
    field("train", "a table", Value::is_table),
    field("store", "a table", Value::is_table),
    field("arms", "a table of arms", Value::is_table),
];

const TASK: [Field; 10] = [
    field("name", "the name of a task in quotes, such as \"mrpc\" or \"demo\"", not_empty),
    field("path", "the path of a folder in quotes", not_empty),
    field("sentence", "the name of a column in quotes", not_empty),
    field("sentence1", "the name of a column in quotes", not_empty),
    field("sentence2", "the name of a column in quotes", not_empty),
    field("label", "the name of a column in quotes", not_empty),
    field("classes", "a list of 2 to 64 names in quotes, each once", classes),
    field("max_length", "a whole number of tokens from 5 to 1048576", |value| whole(value, 5, 1 << 20)),
    field(
        "validation",
        "a set, which is one of \"dev\", \"test\", \"matched\" and \"mismatched\", or a fraction of the training set between 0 and 1",
        |value| is::<Validation>(value) && number(value).is_none_or(|share| share > 0.0 && share < 1.0),
    ),
    field(
        "also_evaluate",
        "a list of sets, which are \"dev\", \"test\", \"matched\" and \"mismatched\", each once",
        sets,
    ),
];

const MODEL: [Field; 4] = [
    field(
        "source",
        "a folder, a repository of the hub (OWNER/NAME or OWNER/NAME@REVISION) or \"embedded\", in quotes",
        not_empty,
    ),
    field("head", "\"fresh\" or \"keep\"", is::<HeadChoice>),
    field("layers", "a whole number from 1 to 1024", |value| whole(value, 1, 1024)),
    field("reinitialize", "a whole number from 0 to 1024", |value| whole(value, 0, 1024)),
];

/// Keys of `[train]` that shape the sweep, not a run: an arm cannot change them.
const SWEEP: [Field; 2] = [
    field("batch_sizes", "a list of whole numbers from 1 to 4294967295, each once", batch_sizes),
    field("instances", "a whole number from 1 to 10000", |value| whole(value, 1, 10_000)),
];

const STORE: [Field; 2] = [
    field("keep_weights", "\"baseline\", \"all\" or \"none\"", is::<KeepWeights>),
    field("checkpoint_seconds", "0 or more seconds", |value| is_zero(value) || positive(value)),
];

/// The fields of a table; `""` is the spec itself. Nothing for a table that has none of its own: names of arms are free.
pub fn of_table(table: &str) -> Option<Vec<Field>> {
    match table {
        "" => Some(TOP.to_vec()),
        "task" => Some(TASK.to_vec()),
        "model" => Some(MODEL.to_vec()),
        "train" => Some([SWEEP.to_vec(), of_arm()].concat()),
        "store" => Some(STORE.to_vec()),
        _ => None,
    }
}

/// The fields an arm may change.
pub fn of_arm() -> Vec<Field> {
    let field = |ablation: &'static Ablation| Field {
        key: ablation.key,
        expected: ablation.expected,
        takes: Takes::Ablation(ablation),
    };
    ablation::all().map(field).collect()
}

/// The field of this key; an error that suggests the nearest where there is none.
pub fn known(place: impl FnOnce() -> String, key: &str, fields: &[Field]) -> Result<Field, SpecError> {
    if let Some(field) = fields.iter().find(|field| field.key == key) {
        return Ok(*field);
    }
    let likeness = |field: &Field| (strsim::jaro_winkler(field.key, key) * 1e6) as u64;
    let nearest =
        fields.iter().map(|field| (likeness(field), field.key)).max().filter(|(likeness, _)| *likeness > 800_000);
    Err(SpecError::UnknownKey {
        place: place(),
        key: key.to_owned(),
        nearest: nearest.map(|(_, key)| key),
        known: fields.iter().map(|field| field.key).collect(),
    })
}

impl Field {
    fn takes(&self, value: &Value) -> bool {
        match self.takes {
            Takes::Value(takes) => takes(value),
            Takes::Ablation(ablation) => value.clone().try_into().is_ok_and(|value| ablation.takes(&value)),
        }
    }

    /// Refuses a value that this field, which is called `path` there, does not take.
    pub fn check(&self, place: impl FnOnce() -> String, path: &str, value: &Value) -> Result<(), SpecError> {
        if self.takes(value) {
            return Ok(());
        }
        let mut found = value.to_string();
        if let Some((end, _)) = found.char_indices().nth(60) {
            found.truncate(end);
            found.push_str("...");
        }
        Err(SpecError::Value { place: place(), key: path.to_owned(), found, expected: self.expected.to_owned() })
    }
}

fn is<T: DeserializeOwned>(value: &Value) -> bool {
    value.clone().try_into::<T>().is_ok()
}

fn text(value: &Value, fits: impl FnOnce(&str) -> bool) -> bool {
    value.as_str().is_some_and(fits)
}

fn not_empty(value: &Value) -> bool {
    text(value, |text| !text.is_empty() && !text.contains('\0'))
}

/// What can be the name of a folder, and leaves room for a digest behind it.
pub fn is_name(name: &str) -> bool {
    name.len() <= 60 && !name.contains('=') && FolderName::new(name).is_ok()
}

fn whole(value: &Value, least: i64, most: i64) -> bool {
    value.as_integer().is_some_and(|number| (least..=most).contains(&number))
}

fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|number| number as f64))
}

fn is_zero(value: &Value) -> bool {
    number(value) == Some(0.0)
}

/// What stays positive and finite in the model's own precision.
fn positive(value: &Value) -> bool {
    number(value).is_some_and(|number| number > 0.0 && (number as f32) <= 1e38)
}

fn batch_size(value: &Value) -> bool {
    whole(value, 1, u32::MAX.into())
}

fn classes(value: &Value) -> bool {
    let names = value.as_array().filter(|names| (2..=MOST_CLASSES).contains(&names.len()));
    names.is_some_and(|names| names.iter().all(not_empty) && each_once(names))
}

fn sets(value: &Value) -> bool {
    is::<Vec<NamedSet>>(value) && value.as_array().is_some_and(|sets| each_once(sets))
}

fn each_once(values: &[Value]) -> bool {
    values.iter().enumerate().all(|(place, value)| !values.iter().take(place).any(|earlier| earlier == value))
}

fn batch_sizes(value: &Value) -> bool {
    let Some(sizes) = value.as_array() else { return false };
    let mut distinct: Vec<i64> = sizes.iter().filter_map(Value::as_integer).collect();
    distinct.sort_unstable();
    distinct.dedup();
    !sizes.is_empty() && distinct.len() == sizes.len() && sizes.iter().all(batch_size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ablation::Value as Scalar;
    use crate::domain::choice::{Evaluation, LearningRateScaling, Precision};
    use crate::domain::numbers::NUMBERS;
    use crate::domain::rates::Rates;
    use crate::domain::spec::{Model, StoreOptions};
    use crate::domain::train::Train;
    use serde::Serialize;
    use std::collections::{BTreeMap, BTreeSet};
    use toml::Table;

    /// A key that serde knows and this list does not could never be given.
    #[test]
    fn the_fields_are_those_of_the_structures_and_take_the_defaults() {
        fn same(fields: &[Field], structure: &impl Serialize) {
            let table = Table::try_from(structure).unwrap();
            let keys: BTreeSet<&str> = fields.iter().map(|field| field.key).collect();
            assert_eq!(keys, table.keys().map(String::as_str).collect());
            assert!(fields.iter().all(|field| field.takes(&table[field.key])));
        }
        same(&of_table("train").unwrap(), &whole_train());
        same(&STORE, &StoreOptions::default());
        let (source, head) = ("embedded".into(), Some(HeadChoice::Keep));
        same(&MODEL, &Model { source, head, layers: Some(2), reinitialize: Some(1) });
    }

    /// With every key that is written only where it is not the default.
    fn whole_train() -> Train {
        let mut train = Train {
            evaluation: Evaluation::FullBatches,
            precision: Precision::Bf16,
            learning_rate_scaling: LearningRateScaling::Sqrt,
            learning_rate_reference: 16,
            learning_rates: Rates::of_table(&BTreeMap::from([("8".into(), 1e-4)])).unwrap(),
            updates: Some(100),
            updates_of: Some(8),
            accumulate: 2,
            noise_of: Some(2),
            betas_of: Some(2),
            head_seed: Some(1),
            order_seed: Some(1),
            dropout_seed: Some(1),
            ..Train::default()
        };
        for number in NUMBERS {
            train.numbers.set(number, number.default / 2.0).unwrap();
        }
        train
    }

    /// A key with its default, as docs/SPEC.md shows it: `dropout = "on"   # the model's own rates; "off"; or one rate`.
    fn line(ablation: &Ablation) -> String {
        let value = ablation.value(&Train::default()).map(|value| match value {
            Scalar::Text(text) => format!("\"{text}\""),
            Scalar::Number(number) if number.abs() < 1e-3 => format!("{number:e}"),
            Scalar::Number(number) => format!("{number:?}"),
            value => value.to_string(),
        });
        let given = match value {
            Some(value) => format!("{} = {value}", ablation.key),
            None => format!("# {} = {}", ablation.key, ablation.example),
        };
        if ablation.about.is_empty() { given } else { format!("{given:<32} # {}", ablation.about) }
    }

    #[test]
    fn the_page_of_specs_has_the_table_of_ablations() {
        let page = include_str!("../../docs/SPEC.md");
        let keys = Table::try_from(whole_train()).unwrap();
        let ablations: Vec<&Ablation> = keys.keys().filter_map(|key| ablation::named(key)).collect();
        let lines = ablations.iter().map(|ablation| line(ablation) + "\n").collect::<String>();
        assert!(page.contains(&lines), "docs/SPEC.md lacks these lines of [train]:\n{lines}");
        let row = |ablation: &Ablation| {
            let press = ablation.press.map_or(String::new(), |press| format!("`{}`", press.label));
            let suspect = ablation.suspect.map_or("", |suspect| suspect.words);
            format!("| `{}` | {} | {press} | {suspect} |\n", ablation.key, ablation.expected)
        };
        let rows: String = ablation::all().map(row).collect();
        assert!(page.contains(&rows), "docs/SPEC.md lacks these rows of its table of ablations:\n{rows}");
    }
}
