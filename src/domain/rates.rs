//! Peak learning rates of single batch sizes.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::collections::BTreeMap;

/// By batch size; those that are not there have the rate of all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rates(BTreeMap<u32, f64>);

impl Rates {
    /// Nothing where a key is no batch size, or a rate not one that can be trained with.
    pub fn of_table(table: &BTreeMap<String, f64>) -> Option<Self> {
        let size = |key: &str| key.parse().ok().filter(|size: &u32| *size > 0 && size.to_string() == key);
        let rate = |rate: f64| (rate > 0.0 && (rate as f32) <= 1e38).then_some(rate);
        table.iter().map(|(key, value)| Some((size(key)?, rate(*value)?))).collect::<Option<_>>().map(Self)
    }

    pub fn to_table(&self) -> BTreeMap<String, f64> {
        self.0.iter().map(|(size, rate)| (size.to_string(), *rate)).collect()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn at(&self, batch_size: u32) -> Option<f64> {
        self.0.get(&batch_size).copied()
    }
}

impl Serialize for Rates {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_table().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Rates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let table = BTreeMap::deserialize(deserializer)?;
        Self::of_table(&table).ok_or_else(|| de::Error::custom("expected batch sizes with positive learning rates"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_batch_sizes_and_values_positive() {
        let rates = |text: &str| serde_json::from_str::<Rates>(text);
        let read = rates(r#"{"2":1e-5,"64":0.0001}"#).unwrap();
        assert_eq!((read.at(2), read.at(64), read.at(8)), (Some(1e-5), Some(1e-4), None));
        assert_eq!(rates(&serde_json::to_string(&read).unwrap()).unwrap(), read);
        for wrong in [r#"{"0":1}"#, r#"{"08":1}"#, r#"{"+8":1}"#, r#"{"eight":1}"#, r#"{"8":0}"#, r#"{"8":-1}"#] {
            assert!(rates(wrong).is_err(), "{wrong}");
        }
    }
}
