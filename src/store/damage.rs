//! Damaged files of a store. They are reported with name and reason, never treated as empty, never overwritten.

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
