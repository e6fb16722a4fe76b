//! What can go wrong with a store.

use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("cannot {doing} {path}: {cause}")]
    Files { doing: &'static str, path: PathBuf, cause: std::io::Error },
    #[error("{path} says `{found}`, this program knows `{known}`; use another --store, or a newer batchscope")]
    Format { path: PathBuf, found: String, known: &'static str },
    #[error("{path} holds other files and is not a store; name an empty or a new folder with --store")]
    NotAStore { path: PathBuf },
    #[error("no store at {path}; `batchscope run` makes one, --store DIR names another")]
    NoStore { path: PathBuf },
    #[error("{path}: {message}")]
    Content { path: PathBuf, message: String },
}

/// Names the file an operation failed on.
pub trait At<T> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T, StoreError>;
}

impl<T> At<T> for std::io::Result<T> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T, StoreError> {
        self.map_err(|cause| StoreError::Files { doing, path: path.to_owned(), cause })
    }
}
