//! Damaged files of a store. They are reported with name and reason, never treated as empty, never overwritten.

use super::error::StoreError;
use crate::files::{FileError, Folder};
use std::path::PathBuf;

/// A file that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct Damage {
    pub path: PathBuf,
    pub reason: String,
    /// the system could not read it, so it may be intact
    pub unreadable: bool,
}

impl Damage {
    /// A file with unusable content.
    pub fn of_content(folder: &Folder, name: &str, reason: impl Into<String>) -> Self {
        Self { path: folder.path().join(name), reason: reason.into(), unreadable: false }
    }
}

impl From<FileError> for Damage {
    fn from(error: FileError) -> Self {
        Self { path: error.path().to_owned(), reason: error.reason(), unreadable: error.is_of_the_system() }
    }
}

/// Renames a damaged file, and reports it. One that may be intact is left in place, which is an error.
pub fn set_aside(folder: &Folder, name: &str, damage: Damage) -> Result<String, StoreError> {
    if damage.unreadable {
        return Err(StoreError::Damaged(damage));
    }
    let aside = folder.set_aside(name)?;
    Ok(aside.map_or_else(|| damage.to_string(), |aside| format!("{damage}; set aside as {aside}")))
}
