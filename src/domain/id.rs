//! Names that are digests: two specs that mean the same run get the same [`RunId`].

use serde::{Deserialize, Serialize};
use std::fmt;

/// A run's name: the leading hexadecimal digits of the digest of everything that determines its result.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    /// Hexadecimal digits kept of a digest: 80 bits, far beyond what a store of runs can collide in.
    pub const DIGITS: usize = 20;

    pub fn from_digest(hexadecimal: &str) -> Self {
        Self(hexadecimal.chars().take(Self::DIGITS).collect())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
