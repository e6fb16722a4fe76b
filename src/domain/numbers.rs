//! Numeric settings of a run that were added after runs were first stored.
//!
//! Each is one entry of [`NUMBERS`], and nothing else has to know of it: a spec, `--set`, an arm, the draft and its palette
//! take it, run.json and the digest have it where it is not the default, so that the runs of a store keep their names, and
//! lists, filters, the Run panel and docs/SPEC.md show it. What computes with it asks [`Numbers::get`].

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::collections::BTreeMap;
use std::fmt;

/// A key of `[train]` whose value is a number.
#[derive(Debug)]
pub struct NumericKey {
    pub key: &'static str,
    pub default: f64,
    pub takes: fn(f64) -> bool,
    /// what it takes, to be read after "expected"
    pub expected: &'static str,
    /// the comment beside its default in docs/SPEC.md
    pub about: &'static str,
}

/// Adam's decay rate of the first moment (Kingma, Ba 2015).
pub const BETA1: &NumericKey = &NumericKey {
    key: "beta1",
    default: 0.9,
    // in the precision of the optimizer, as below
    takes: |number| number >= 0.0 && (number as f32) < 1.0,
    expected: "a number from 0 and below 1",
    about: "Adam's decay rate of the first moment",
};

/// Adam's decay rate of the second moment.
pub const BETA2: &NumericKey = &NumericKey {
    key: "beta2",
    default: 0.999,
    takes: |number| number > 0.0 && (number as f32) < 1.0,
    expected: "a number above 0 and below 1",
    about: "Adam's decay rate of the second moment",
};

/// What Adam adds to the root of the second moment.
pub const EPSILON: &NumericKey = &NumericKey {
    key: "epsilon",
    default: 1e-6,
    takes: |number| (number as f32) > 0.0 && (number as f32) <= 1e38,
    expected: "a positive number below 1e38",
    about: "added to the root of Adam's second moment",
};

/// Every one.
pub const NUMBERS: [&NumericKey; 3] = [BETA1, BETA2, EPSILON];

impl PartialEq for NumericKey {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for NumericKey {}

impl NumericKey {
    pub fn named(key: &str) -> Option<&'static Self> {
        NUMBERS.into_iter().find(|number| number.key == key)
    }
}

/// The values that differ from their defaults.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numbers(BTreeMap<&'static str, f64>);

impl Numbers {
    pub fn get(&self, number: &NumericKey) -> f64 {
        self.0.get(number.key).copied().unwrap_or(number.default)
    }

    /// Nothing, and all stays as it is, where the key does not take the value.
    pub fn set(&mut self, number: &'static NumericKey, value: f64) -> Option<()> {
        if !(number.takes)(value) {
            return None;
        }
        match value == number.default {
            true => self.0.remove(number.key),
            false => self.0.insert(number.key, value),
        };
        Some(())
    }
}

impl Serialize for Numbers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// Flattened into the structure around it: keys that it does not know are none of its own.
impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Numbers;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("numbers by key")
            }
            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Numbers, A::Error> {
                let mut numbers = Numbers::default();
                while let Some(key) = map.next_key::<String>()? {
                    let Some(number) = NumericKey::named(&key) else {
                        map.next_value::<de::IgnoredAny>()?;
                        continue;
                    };
                    let value = map.next_value()?;
                    numbers.set(number, value).ok_or_else(|| {
                        de::Error::custom(format!("`{key}` is {value}, expected {}", number.expected))
                    })?;
                }
                Ok(numbers)
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_is_not_written_and_what_no_key_takes_is_refused() {
        for number in NUMBERS {
            assert!((number.takes)(number.default), "{}", number.key);
        }
        let mut numbers = Numbers::default();
        assert_eq!((numbers.set(BETA2, 0.98), numbers.get(BETA2)), (Some(()), 0.98));
        let text = serde_json::to_string(&numbers).unwrap();
        assert_eq!(text, r#"{"beta2":0.98}"#);
        assert_eq!(serde_json::from_str::<Numbers>(&text).unwrap(), numbers);
        for wrong in [0.0, 1.0, -1.0, f64::NAN, 1.0 - 1e-12] {
            assert_eq!((numbers.set(BETA2, wrong), numbers.get(BETA2)), (None, 0.98));
        }
        numbers.set(BETA2, 0.999).unwrap();
        assert_eq!(serde_json::to_string(&numbers).unwrap(), "{}");
        let error = serde_json::from_str::<Numbers>(r#"{"beta2":1}"#).unwrap_err().to_string();
        assert!(error.contains("`beta2` is 1, expected a number above 0 and below 1"), "{error}");
    }
}
