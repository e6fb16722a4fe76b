//! Names that are valid folder names on every system and cannot leave their parent folder.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Deref;

/// The name of an experiment, of its folder, or of the folder of an arm.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct FolderName(String);

#[derive(Debug, thiserror::Error)]
#[error("`{0}` cannot be the name of a folder: expected 1 to {most} letters, digits, `-`, `_`, `.` or `=`, the first no `.`", most = FolderName::MOST)]
pub struct NotAFolderName(String);

impl FolderName {
    /// Characters of the longest one: those of a spec's name, and of its digest.
    pub const MOST: usize = 80;

    pub fn new(text: impl Into<String>) -> Result<Self, NotAFolderName> {
        let text = text.into();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.=".contains(&byte);
        match (1..=Self::MOST).contains(&text.len()) && text.bytes().all(plain) && !text.starts_with('.') {
            true => Ok(Self(text)),
            false => Err(NotAFolderName(text)),
        }
    }

    /// The name with a digest appended; long names are shortened for it.
    pub fn with_digest(&self, digest: &str) -> Self {
        let room = Self::MOST.saturating_sub(digest.len() + 1);
        let digest: String = digest.chars().filter(char::is_ascii_alphanumeric).collect();
        Self(format!("{}-{digest}", &self.0[..self.0.len().min(room)]))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for FolderName {
    type Error = NotAFolderName;

    fn try_from(text: String) -> Result<Self, NotAFolderName> {
        Self::new(text)
    }
}

impl Deref for FolderName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FolderName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl PartialEq<&str> for FolderName {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_else() {
        for fine in ["a", "mrpc-batch-size", "dropout=off_v1.5", "a..b"] {
            assert_eq!(FolderName::new(fine).unwrap().as_str(), fine);
        }
        let long = "a".repeat(FolderName::MOST + 1);
        for wrong in ["", ".", "..", ".hidden", "../../../x", "/x", "a/b", "a\\b", "a b", "a\0", "C:x", "naïve", &long]
        {
            assert!(FolderName::new(wrong).is_err(), "{wrong}");
        }
    }
}
