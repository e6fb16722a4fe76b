//! Names that are digests: two specs that mean the same run get the same [`RunId`]. Made of letters and digits alone, it
//! can be the name of a folder.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A run's name: the leading hexadecimal digits of the digest of everything that determines its result.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct RunId(String);

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no digest of a run, which has {digits} hexadecimal digits", digits = RunId::DIGITS)]
pub struct NotARunId(String);

impl RunId {
    /// Hexadecimal digits kept of a digest: 80 bits, far beyond what a store of runs can collide in.
    pub const DIGITS: usize = 20;

    /// From a computed digest.
    pub fn from_digest(hexadecimal: &str) -> Self {
        Self(hexadecimal.chars().filter(char::is_ascii_alphanumeric).take(Self::DIGITS).collect())
    }

    /// Parses the spelling in files and folder names.
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == Self::DIGITS && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RunId {
    type Error = NotARunId;

    fn try_from(text: String) -> Result<Self, NotARunId> {
        Self::parse(&text).ok_or(NotARunId(text))
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digests_are_parsed() {
        let id = RunId::from_digest(&"0123456789abcdef".repeat(4));
        assert_eq!(RunId::parse(id.as_str()), Some(id.clone()));
        assert_eq!(serde_json::from_str::<RunId>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
        for wrong in
            ["", "..", "../../../../../../../x", "0123456789ABCDEF0123", "0123456789abcdef012", "0123456789abcdef01234"]
        {
            assert_eq!(RunId::parse(wrong), None, "{wrong}");
        }
        let error = serde_json::from_str::<RunId>("\"../x\"").unwrap_err().to_string();
        assert!(error.starts_with("`../x` is no digest of a run, which has 20 hexadecimal digits"), "{error}");
    }
}
