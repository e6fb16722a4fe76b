//! What can go wrong with a store.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("cannot {doing} {path}: {cause}{}", advice(.cause))]
    Files { doing: &'static str, path: PathBuf, cause: io::Error },
    #[error("{path} says `{found}`, this program knows `{known}`; use another --store, or a newer batchscope")]
    Format { path: PathBuf, found: String, known: &'static str },
    #[error("{path} holds other files and is not a store; name an empty or a new folder with --store")]
    NotAStore { path: PathBuf },
    #[error("no store at {path}; `batchscope run` makes one, --store DIR names another")]
    NoStore { path: PathBuf },
    #[error("{path}: {message}")]
    Content { path: PathBuf, message: String },
}

/// What to do about it, where there is something to do.
fn advice(cause: &io::Error) -> &'static str {
    match cause.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "; make room, and the same command goes on from here"
        }
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => {
            "; the store must be writable: name another with --store"
        }
        ErrorKind::NotFound => "; was the store moved or removed?",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => "; name a folder with --store",
        _ => "",
    }
}

/// Names the file an operation failed on.
pub trait At<T> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T, StoreError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T, StoreError> {
        self.map_err(|cause| StoreError::Files { doing, path: path.to_owned(), cause })
    }
}
