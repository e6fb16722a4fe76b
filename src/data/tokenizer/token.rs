//! A token that is found as a whole in a text, before words are split.

use super::object::JsonObject;
use crate::data::DataError;
use serde::Deserialize;
use serde_json::Value;
use tokenizers::AddedToken;

/// A token as declared in JSON, with the defaults of transformers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DeclaredToken {
    pub content: String,
    #[serde(default)]
    single_word: bool,
    #[serde(default)]
    lstrip: bool,
    #[serde(default)]
    rstrip: bool,
    /// whether it is searched in the normalized text; by default, unless it is special
    #[serde(default)]
    normalized: Option<bool>,
    #[serde(default)]
    pub special: bool,
}

impl DeclaredToken {
    /// A special token given by its content alone.
    pub fn special(content: &str) -> Self {
        let (single_word, lstrip, rstrip, normalized) = (false, false, false, None);
        Self { content: content.to_owned(), single_word, lstrip, rstrip, normalized, special: true }
    }

    /// A line of `added_tokens.json`.
    pub fn listed(content: &str, special: bool) -> Self {
        Self { special, normalized: Some(!special), ..Self::special(content) }
    }

    /// A special token as text or as an object.
    pub fn read(object: &JsonObject, key: &str, value: &Value) -> Result<Self, DataError> {
        let read = match value {
            Value::String(content) => Ok(Self::special(content)),
            other => Self::deserialize(other),
        };
        read.map_err(|_| object.unexpected(key, value, "a token as text, or an object with its `content`"))
    }

    /// As the crate's type. A token with a role is special.
    pub fn to_added(&self, has_role: bool) -> AddedToken {
        let Self { content, single_word, lstrip, rstrip, normalized, special } = self;
        let special = *special || has_role;
        AddedToken::from(content.clone(), special)
            .single_word(*single_word)
            .lstrip(*lstrip)
            .rstrip(*rstrip)
            .normalized(normalized.unwrap_or(!special))
    }
}
