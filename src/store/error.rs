//! Errors of a store.

use super::damage::Damage;
use crate::files::{EntryKind, FileError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{}{}", .0, advice(.0))]
    Files(#[from] FileError),
    #[error("{path} contains `{found}`, this version reads `{known}`; use another --store or a newer batchscope")]
    Format { path: PathBuf, found: String, known: &'static str },
    #[error("{path} contains other files and is not a store; name an empty or a new folder with --store")]
    NotAStore { path: PathBuf },
    #[error("no store at {path}; `batchscope run` creates one, --store DIR names another")]
    NoStore { path: PathBuf },
    #[error(
        "the store {path} was moved or deleted while it was in use; name its new path with --store or move it back, and \
         rerun the same command to resume"
    )]
    Moved { path: PathBuf },
    #[error(transparent)]
    Damaged(#[from] Damage),
}

impl StoreError {
    /// Whether a file or a folder is missing.
    pub fn is_absence(&self) -> bool {
        matches!(self, StoreError::Files(error) if error.is_absence())
    }

    /// Whether the error concerns only what is below a folder, so that the rest of the store may be intact.
    pub fn is_within(&self, folder: &Path) -> bool {
        let (path, of_the_store) = match self {
            StoreError::Files(error @ FileError::System { cause, .. }) => (error.path(), is_of_the_store(cause.kind())),
            StoreError::Files(error) => (error.path(), false),
            StoreError::Damaged(damage) => (damage.path.as_path(), false),
            _ => return false,
        };
        !of_the_store && path.starts_with(folder)
    }
}

/// Whether a file of another run would fail in the same way.
fn is_of_the_store(kind: ErrorKind) -> bool {
    [
        ErrorKind::StorageFull,
        ErrorKind::QuotaExceeded,
        ErrorKind::FileTooLarge,
        ErrorKind::ReadOnlyFilesystem,
        ErrorKind::NotFound,
    ]
    .contains(&kind)
}

/// The remedy, if there is one.
fn advice(error: &FileError) -> &'static str {
    match error {
        FileError::Kind { expected: EntryKind::Folder, .. } => {
            "; links are not followed within a store: move it away, or name a folder with --store"
        }
        FileError::Kind { .. } | FileError::Size { .. } => "; move it away, or name another folder with --store",
        FileError::System { cause, .. } => match cause.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                "; free some space and rerun the same command to resume"
            }
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => {
                "; the store must be writable: name another with --store"
            }
            ErrorKind::NotFound => "; was the store moved or removed?",
            ErrorKind::NotADirectory | ErrorKind::AlreadyExists => "; name a folder with --store",
            _ => "",
        },
    }
}
