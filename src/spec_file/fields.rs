//! Every key a spec may have, table by table: what it takes, in words, and whether a value is that.

use super::error::SpecError;
use crate::domain::arm::{Dropout, LearningRateScaling, Norm};
use crate::domain::classifier::Head;
use crate::domain::name::FolderName;
use crate::domain::spec::{Evaluation, KeepWeights, MOST_CLASSES, NamedSet, Validation};
use serde::de::DeserializeOwned;
use toml::Value;

/// One key.
pub struct Field {
    pub key: &'static str,
    /// what it takes, to be read after "expected"
    pub expected: &'static str,
    pub takes: fn(&Value) -> bool,
}

const fn field(key: &'static str, expected: &'static str, takes: fn(&Value) -> bool) -> Field {
    Field { key, expected, takes }
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

const MODEL: [Field; 2] = [
    field(
        "source",
        "a folder, a repository of the hub (OWNER/NAME or OWNER/NAME@REVISION) or \"embedded\", in quotes",
        not_empty,
    ),
    field("head", "\"fresh\" or \"keep\"", is::<Head>),
];

const TRAIN: [Field; 18] = [
    field("batch_sizes", "a list of whole numbers from 1 to 4294967295, each once", batch_sizes),
    field("instances", "a whole number from 1 to 10000", |value| whole(value, 1, 10_000)),
    field("epochs", "a whole number from 1 to 1000000", |value| whole(value, 1, 1_000_000)),
    field("learning_rate", "a positive number below 1e38", positive),
    field("warmup_ratio", "a number from 0 to 1", |value| number(value).is_some_and(|n| (0.0..=1.0).contains(&n))),
    field("weight_decay", "0 or a positive number below 1e38", |value| is_zero(value) || positive(value)),
    field("clip_norm", "a positive number below 1e38", positive),
    field("evaluations_per_epoch", "a whole number from 1 to 1000000", |value| whole(value, 1, 1_000_000)),
    field("shuffle", "true or false", Value::is_bool),
    field("seed", "a whole number from 0 to 4294967295", |value| whole(value, 0, u32::MAX.into())),
    field("dropout", "\"on\", \"off\" or a rate of at least 0 and below 1", is::<Dropout>),
    field("dropout_at_evaluation", "true or false", Value::is_bool),
    field("evaluation", "\"whole\" or \"full-batches\"", is::<Evaluation>),
    field("norm", "\"layer\", \"batch\", \"rms\" or \"none\"", is::<Norm>),
    field("learning_rate_scaling", "\"none\", \"sqrt\" or \"linear\"", is::<LearningRateScaling>),
    field("learning_rate_reference", "a batch size from 1 to 4294967295", batch_size),
    field(UPDATES, "a whole number from 1 to 1000000000", |value| whole(value, 1, 1_000_000_000)),
    field(UPDATES_OF, "a batch size from 1 to 4294967295", batch_size),
];

const STORE: [Field; 2] = [
    field("keep_weights", "\"baseline\", \"all\" or \"none\"", is::<KeepWeights>),
    field("checkpoint_seconds", "0 or more seconds", |value| is_zero(value) || positive(value)),
];

/// Two ways to give the number of updates, of which a cell has one.
pub const UPDATES: &str = "updates";
pub const UPDATES_OF: &str = "updates_of";

/// Keys of `[train]` that shape the sweep, not a run: an arm cannot change them.
const SWEEP_KEYS: [&str; 2] = ["batch_sizes", "instances"];

/// The fields of a table; `""` is the spec itself. Nothing for a table that has none of its own: names of arms are free.
pub fn of_table(table: &str) -> Option<Vec<&'static Field>> {
    match table {
        "" => Some(TOP.iter().collect()),
        "task" => Some(TASK.iter().collect()),
        "model" => Some(MODEL.iter().collect()),
        "train" => Some(TRAIN.iter().collect()),
        "store" => Some(STORE.iter().collect()),
        _ => None,
    }
}

/// The fields an arm may change.
pub fn of_arm() -> Vec<&'static Field> {
    TRAIN.iter().filter(|field| !SWEEP_KEYS.contains(&field.key)).collect()
}

/// The field of this key; an error that suggests the nearest where there is none.
pub fn known(
    place: impl FnOnce() -> String,
    key: &str,
    fields: &[&'static Field],
) -> Result<&'static Field, SpecError> {
    if let Some(field) = fields.iter().find(|field| field.key == key) {
        return Ok(field);
    }
    let likeness = |field: &&Field| (strsim::jaro_winkler(field.key, key) * 1e6) as u64;
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
    /// Refuses a value that this field, which is called `path` there, does not take.
    pub fn check(&self, place: impl FnOnce() -> String, path: &str, value: &Value) -> Result<(), SpecError> {
        if (self.takes)(value) {
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
    use crate::domain::spec::{Model, StoreOptions, Train};
    use serde::Serialize;
    use toml::Table;

    /// A key that serde knows and this list does not could never be given.
    #[test]
    fn the_fields_are_those_of_the_structures_and_take_the_defaults() {
        fn same(fields: &[Field], structure: &impl Serialize) {
            let table = Table::try_from(structure).unwrap();
            assert_eq!(fields.iter().map(|field| field.key).collect::<Vec<_>>(), table.keys().collect::<Vec<_>>());
            assert!(fields.iter().all(|field| (field.takes)(&table[field.key])));
        }
        // with every key that is written only where it is not the default
        let train = Train {
            evaluation: Evaluation::FullBatches,
            learning_rate_scaling: LearningRateScaling::Sqrt,
            learning_rate_reference: 16,
            updates: Some(100),
            updates_of: Some(8),
            ..Train::default()
        };
        same(&TRAIN, &train);
        same(&STORE, &StoreOptions::default());
        same(&MODEL, &Model { source: "embedded".into(), head: Some(Head::Keep) });
    }
}
