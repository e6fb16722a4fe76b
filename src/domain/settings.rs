//! The settings that determine a run, under the keys of a spec where it has them.

use super::choice::Evaluation;
use super::numbers::{NUMBERS, Numbers};
use super::run::RunSpec;
use super::train::Train;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Keys with their values; those inside tables joined by dots.
pub type Settings = BTreeMap<String, Value>;

pub fn of(spec: &RunSpec) -> Settings {
    let mut settings = flat(serde_json::to_value(spec).unwrap_or_default());
    settings.retain(|key, _| !key.starts_with("dropout."));
    settings.insert("dropout".into(), spec.dropout_in_words().into());
    // absent from run.json if they have their defaults
    settings.insert("dropout_at_evaluation".into(), spec.dropout_at_evaluation.into());
    settings.insert("evaluation".into(), spec.evaluation.name().into());
    settings.extend(numbers(&spec.numbers));
    settings
}

fn numbers(numbers: &Numbers) -> impl Iterator<Item = (String, Value)> {
    NUMBERS.into_iter().map(|number| (number.key.to_owned(), numbers.get(number).into()))
}

/// The default settings of a spec.
pub fn defaults() -> Settings {
    let mut settings = flat(serde_json::to_value(Train::default()).unwrap_or_default());
    settings.insert("evaluation".into(), Evaluation::default().name().into());
    settings.extend(numbers(&Numbers::default()));
    settings
}

/// Differing keys with both values. Numbers are compared as numbers.
pub fn differences(a: &Settings, b: &Settings) -> Vec<(String, Option<Value>, Option<Value>)> {
    let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
    keys.sort();
    keys.dedup();
    let differ = |key: &&String| !equal(a.get(*key), b.get(*key));
    keys.into_iter().filter(differ).map(|key| (key.clone(), a.get(key).cloned(), b.get(key).cloned())).collect()
}

pub fn equal(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a.and_then(Value::as_f64), b.and_then(Value::as_f64)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

/// Digits of a digest that are shown.
const DIGITS: usize = 20;

/// The value as in a spec, but without quotes, and digests shortened.
pub fn text(value: Option<&Value>) -> String {
    match value {
        None => "-".into(),
        Some(Value::String(text)) if text.len() >= 64 && text.chars().all(|c| c.is_ascii_hexdigit()) => {
            text.chars().take(DIGITS).collect()
        }
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    }
}

fn flat(value: Value) -> Settings {
    fn descend(prefix: &str, table: Map<String, Value>, settings: &mut Settings) {
        for (key, value) in table {
            let key = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
            match value {
                Value::Object(inner) => descend(&key, inner, settings),
                value => {
                    settings.insert(key, value);
                }
            }
        }
    }
    let mut settings = Settings::new();
    if let Value::Object(table) = value {
        descend("", table, &mut settings);
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn differences_name_their_keys() {
        let a = flat(json!({"epochs": 3, "model": {"hidden": 4, "weights": "x"}, "rate": 1}));
        let b = flat(json!({"epochs": 3, "model": {"hidden": 5, "weights": "x"}, "rate": 1.0, "new": true}));
        let keys: Vec<String> = differences(&a, &b).into_iter().map(|(key, _, _)| key).collect();
        assert_eq!(keys, ["model.hidden", "new"]);
    }
}
