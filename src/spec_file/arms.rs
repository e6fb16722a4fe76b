//! What an arm trains with, and how it is told in words.

use super::document::value_of;
use super::error::SpecError;
use super::fields;
use crate::domain::arm::{Arm, Changes, Value};
use crate::domain::spec::{Spec, Train};
use toml::Table;

/// The baseline's settings with an arm's changes applied.
pub fn train_of(place: &str, baseline: &Train, arm: &Arm) -> Result<Train, SpecError> {
    let wrong = |message: String| SpecError::Arm { place: place.into(), arm: arm.name.clone(), message };
    if arm.changes.contains_key(fields::UPDATES) && arm.changes.contains_key(fields::UPDATES_OF) {
        return Err(wrong(format!(
            "`{}` and `{}` say the same in two ways; leave one out",
            fields::UPDATES,
            fields::UPDATES_OF
        )));
    }
    let mut table = Table::try_from(baseline).map_err(|error| wrong(error.to_string()))?;
    for (key, value) in to_table(&arm.changes) {
        let place = || format!("{place}: arm `{}`", arm.name);
        fields::known(place, &key, &fields::of_arm())?.check(place, &key, &value)?;
        // an arm's way to give the number of updates takes the place of the baseline's
        match key.as_str() {
            fields::UPDATES => table.remove(fields::UPDATES_OF),
            fields::UPDATES_OF => table.remove(fields::UPDATES),
            _ => None,
        };
        table.insert(key, value);
    }
    table.try_into().map_err(|error: toml::de::Error| wrong(error.message().to_owned()))
}

/// Adds arms that were added to the experiment while it ran, but for those that the spec has by now, by name or by what
/// they train, or can no longer have.
pub fn add_arms(spec: &mut Spec, arms: Vec<Arm>) {
    for arm in arms {
        let trained = |arm: &Arm| train_of("the sweep", &spec.train, arm).ok();
        let meant = trained(&arm);
        let is_known = spec.arms.iter().any(|known| known.name == arm.name || trained(known) == meant);
        if meant.is_some() && !is_known {
            spec.arms.push(arm);
        }
    }
}

/// Changes as they are typed in a line: `dropout=0.2 norm=batch`.
pub fn changes_of(text: &str) -> Result<Changes, SpecError> {
    let change = |given: &str| {
        let wrong = || SpecError::Change { given: given.to_owned() };
        let (key, value) = given.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(wrong)?;
        let value = value_of(value).try_into().map_err(|_| wrong())?;
        Ok((key.to_owned(), value))
    };
    text.split_whitespace().map(change).collect()
}

pub fn to_table(changes: &Changes) -> Table {
    changes
        .iter()
        .map(|(key, value)| {
            let value = match value {
                Value::Flag(flag) => toml::Value::Boolean(*flag),
                Value::Integer(integer) => toml::Value::Integer(*integer),
                Value::Number(number) => toml::Value::Float(*number),
                Value::Text(text) => toml::Value::String(text.clone()),
            };
            (key.clone(), value)
        })
        .collect()
}

/// An arm's changes in words: `dropout off, batch norm`.
pub fn describe(changes: &Changes) -> String {
    if changes.is_empty() {
        return "no change".into();
    }
    let words = changes.iter().map(|(key, value)| match (key.as_str(), value) {
        ("norm", Value::Text(kind)) if kind == "none" => "no norm".to_owned(),
        ("norm", Value::Text(kind)) => format!("{kind} norm"),
        ("dropout", value) => format!("dropout {value}"),
        ("dropout_at_evaluation", Value::Flag(true)) => "dropout left on at evaluation".to_owned(),
        ("evaluation", Value::Text(kind)) if kind == "full-batches" => "scored on full batches only".to_owned(),
        ("learning_rate_scaling", Value::Text(kind)) => match kind.as_str() {
            "sqrt" => "learning rate grows with the square root of the batch size".to_owned(),
            "linear" => "learning rate grows with the batch size".to_owned(),
            _ => "one learning rate for all batch sizes".to_owned(),
        },
        (fields::UPDATES, value) => format!("{value} updates at every batch size"),
        (fields::UPDATES_OF, value) => format!("as many updates as batch size {value} at every batch size"),
        (key, value) => format!("{} {value}", key.replace('_', " ")),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// What a setting is called, and its value in words.
pub fn setting_in_words(train: &Train, key: &str) -> (String, String) {
    if [fields::UPDATES, fields::UPDATES_OF].contains(&key) {
        let updates = match (train.updates, train.updates_of) {
            (Some(updates), _) => updates.to_string(),
            (None, Some(size)) => format!("as at batch size {size}"),
            (None, None) => format!("of {} epochs", train.epochs),
        };
        return ("updates".into(), updates);
    }
    let value = match key {
        // not written where they have their defaults
        "evaluation" => train.evaluation.name().into(),
        "learning_rate_scaling" => train.learning_rate_scaling.name().into(),
        "learning_rate_reference" => train.learning_rate_reference.to_string(),
        _ => match Table::try_from(train).ok().and_then(|table| table.get(key).cloned()) {
            Some(toml::Value::Boolean(flag)) => if flag { "on" } else { "off" }.into(),
            Some(toml::Value::String(text)) => text,
            Some(toml::Value::Float(number)) if number != 0.0 && number.abs() < 1e-3 => format!("{number:e}"),
            Some(value) => value.to_string(),
            None => "off".into(),
        },
    };
    (key.replace('_', " "), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_of_an_arm_has_words_for_its_value() {
        let words = |changes: &str, key: &str| {
            let arm = Arm { name: "arm".into(), changes: changes_of(changes).unwrap() };
            let (name, value) = setting_in_words(&train_of("test", &Train::default(), &arm).unwrap(), key);
            format!("{name} {value}")
        };
        assert_eq!([words("", "dropout"), words("dropout=0.2", "dropout")], ["dropout on", "dropout 0.2"]);
        assert_eq!(words("dropout_at_evaluation=true", "dropout_at_evaluation"), "dropout at evaluation on");
        assert_eq!(words("", "dropout_at_evaluation"), "dropout at evaluation off");
        assert_eq!(words("learning_rate=5e-5", "learning_rate"), "learning rate 5e-5");
        assert_eq!(words("updates_of=8", "updates_of"), "updates as at batch size 8");
        assert_eq!(words("updates=500", "updates_of"), "updates 500");
        assert_eq!(words("", "evaluation"), "evaluation whole");
        for field in fields::of_arm() {
            assert!(!words("", field.key).ends_with(' '), "{}", field.key);
        }
    }
}
