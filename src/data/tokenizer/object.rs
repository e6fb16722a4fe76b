//! A JSON object from a model's folder, whose values are asked for by kind.

use crate::data::DataError;
use crate::data::text::bytes;
use serde_json::{Map, Value};
use std::path::Path;

/// Characters of an unexpected value that an error shows.
const SHOWN: usize = 60;

pub struct JsonObject {
    /// where it stands, for errors
    pub place: String,
    values: Map<String, Value>,
}

impl JsonObject {
    /// The object in a file; an empty one where there is no such file.
    pub fn read(path: &Path) -> Result<Self, DataError> {
        let place = path.display().to_string();
        match path.exists() {
            true => Self::parse(place, &bytes(path)?),
            false => Ok(Self { place, values: Map::new() }),
        }
    }

    pub fn parse(place: String, bytes: &[u8]) -> Result<Self, DataError> {
        match serde_json::from_slice(bytes) {
            Ok(values) => Ok(Self { place, values }),
            Err(error) => Err(DataError::Tokenizer { place, message: error.to_string() }),
        }
    }

    /// Every key with its value. `null` is a value.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.values.iter()
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key)
    }

    /// Its bytes but for one key.
    pub fn without(&self, key: &str) -> Vec<u8> {
        let mut values = self.values.clone();
        values.remove(key);
        Value::Object(values).to_string().into_bytes()
    }

    pub fn flag(&self, key: &str) -> Result<Option<bool>, DataError> {
        self.typed(key, "true or false", Value::as_bool)
    }

    pub fn text(&self, key: &str) -> Result<Option<&str>, DataError> {
        self.typed(key, "a text in quotes", Value::as_str)
    }

    /// The elements of a list; of `null` none.
    pub fn list(&self, key: &str) -> Result<Option<&[Value]>, DataError> {
        self.typed(key, "a list", |value| match value {
            Value::Null => Some(&[][..]),
            other => other.as_array().map(Vec::as_slice),
        })
    }

    fn typed<'o, T>(
        &'o self,
        key: &str,
        expected: &str,
        read: impl Fn(&'o Value) -> Option<T>,
    ) -> Result<Option<T>, DataError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| self.unexpected(key, value, expected))
    }

    pub fn unexpected(&self, key: &str, found: &Value, expected: &str) -> DataError {
        let found: String = found.to_string().chars().take(SHOWN).collect();
        self.unusable(format!("`{key}` is {found}, expected {expected}"))
    }

    pub fn unusable(&self, message: String) -> DataError {
        DataError::Tokenizer { place: self.place.clone(), message }
    }
}
