//! Changes to the baseline as TOML, and as they are typed.

use super::document::value_of;
use super::error::SpecError;
use super::fields;
use crate::domain::ablation::{Patch, Value};
use crate::domain::arm::Arm;
use crate::domain::spec::Spec;
use std::collections::BTreeMap;
use toml::Table;

/// The changes of an arm.
pub fn read_changes(place: &str, arm: &str, table: &Table) -> Result<Patch, SpecError> {
    let wrong = |message: String| SpecError::Arm { place: place.into(), arm: arm.into(), message };
    let changes: BTreeMap<String, Value> =
        table.clone().try_into().map_err(|error: toml::de::Error| wrong(error.message().to_owned()))?;
    Patch::try_from(changes).map_err(|error| wrong(error.to_string()))
}

pub fn to_table(changes: &Patch) -> Table {
    let value = |value: &Value| match value {
        Value::Flag(flag) => toml::Value::Boolean(*flag),
        Value::Integer(integer) => toml::Value::Integer(*integer),
        Value::Number(number) => toml::Value::Float(*number),
        Value::Text(text) => toml::Value::String(text.clone()),
        Value::Table(table) => {
            toml::Value::Table(table.iter().map(|(name, number)| (name.clone(), toml::Value::Float(*number))).collect())
        }
    };
    changes.iter().map(|(ablation, given)| (ablation.key.to_owned(), value(given))).collect()
}

/// Changes as they are typed in a line: `dropout=0.2 norm=batch`.
pub fn changes_of(place: &str, text: &str) -> Result<Patch, SpecError> {
    let mut table = Table::new();
    for given in text.split_whitespace() {
        let wrong = || SpecError::Change { given: given.to_owned() };
        let (key, value) = given.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(wrong)?;
        let value = value_of(value);
        fields::known(|| place.to_owned(), key, &fields::of_arm())?.check(|| place.to_owned(), key, &value)?;
        table.insert(key.to_owned(), value);
    }
    read_changes(place, "draft", &table)
}

/// Adds arms that were added to the experiment while it ran, but for those that the spec has by now, by name or by what
/// they train.
pub fn add_arms(spec: &mut Spec, arms: Vec<Arm>) {
    for arm in arms {
        let train = arm.train(&spec.train);
        if spec.arms.iter().all(|known| known.name != arm.name && known.train(&spec.train) != train) {
            spec.arms.push(arm);
        }
    }
}
