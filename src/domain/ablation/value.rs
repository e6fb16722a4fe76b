//! A value of a setting, as a spec writes it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    Flag(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    /// numbers by name
    Table(BTreeMap<String, f64>),
}

impl Value {
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn table(&self) -> Option<&BTreeMap<String, f64>> {
        match self {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    pub(super) fn flag(&self) -> Option<bool> {
        match self {
            Value::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// A whole number between two others, both included.
    pub(super) fn whole<N: TryFrom<i64>>(&self, low: i64, high: i64) -> Option<N> {
        match self {
            Value::Integer(number) if (low..=high).contains(number) => N::try_from(*number).ok(),
            _ => None,
        }
    }

    pub(super) fn batch_size(&self) -> Option<u32> {
        self.whole(1, u32::MAX.into())
    }

    pub(super) fn seed(&self) -> Option<u32> {
        self.whole(0, u32::MAX.into())
    }

    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            Value::Integer(number) => Some(*number as f64),
            _ => None,
        }
    }

    /// What stays positive and finite in the model's own precision.
    pub(super) fn positive(&self) -> Option<f64> {
        self.number().filter(|number| *number > 0.0 && (*number as f32) <= 1e38)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Value::Integer(number.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Flag(value) => write!(formatter, "{value}"),
            Value::Integer(value) => write!(formatter, "{value}"),
            Value::Number(value) => write!(formatter, "{value}"),
            Value::Text(value) => write!(formatter, "{value}"),
            Value::Table(table) => {
                let entries: Vec<String> = table.iter().map(|(name, number)| format!("{name} = {number:e}")).collect();
                write!(formatter, "{{ {} }}", entries.join(", "))
            }
        }
    }
}
