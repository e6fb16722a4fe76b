//! Files of a store that cannot be used. They are told by name and reason, never taken as empty, and never written over.

use super::error::StoreError;
use crate::files::{FileError, Folder};
use std::path::PathBuf;

/// A file that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct Damage {
    pub path: PathBuf,
    pub reason: String,
    /// the system could not read it: it may be sound
    pub unreadable: bool,
}

impl Damage {
    /// A file whose content is of no use.
    pub fn of_content(folder: &Folder, name: &str, reason: impl Into<String>) -> Self {
        Self { path: folder.path().join(name), reason: reason.into(), unreadable: false }
    }
}

impl From<FileError> for Damage {
    fn from(error: FileError) -> Self {
        Self { path: error.path().to_owned(), reason: error.reason(), unreadable: error.is_of_the_system() }
    }
}

/// Moves a damaged file out of the way of a new one, and says so. One that may be sound stays, which is an error.
pub fn set_aside(folder: &Folder, name: &str, damage: Damage) -> Result<String, StoreError> {
    if damage.unreadable {
        return Err(StoreError::Damaged(damage));
    }
    let aside = folder.set_aside(name)?;
    Ok(aside.map_or_else(|| damage.to_string(), |aside| format!("{damage}; set aside as {aside}")))
}
