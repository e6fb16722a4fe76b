//! Errors of files and folders.

use std::fmt;
use std::fs::FileType;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("cannot {doing} {}: {cause}", path.display())]
    System { doing: &'static str, path: PathBuf, cause: io::Error },
    #[error("{}: is {found} where {expected} is expected", path.display())]
    Kind { path: PathBuf, found: EntryKind, expected: EntryKind },
    #[error("{}: has {bytes} bytes, more than the limit of {most} for such a file", path.display())]
    Size { path: PathBuf, bytes: u64, most: u64 },
}

/// The kind of an entry of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    File,
    Folder,
    Link,
    Other,
}

impl EntryKind {
    pub(super) fn of(found: FileType) -> Self {
        if found.is_symlink() {
            EntryKind::Link
        } else if found.is_dir() {
            EntryKind::Folder
        } else if found.is_file() {
            EntryKind::File
        } else {
            EntryKind::Other
        }
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            EntryKind::File => "a file",
            EntryKind::Folder => "a folder",
            EntryKind::Link => "a symbolic link",
            EntryKind::Other => "a pipe, a socket or a device",
        })
    }
}

impl FileError {
    pub fn path(&self) -> &Path {
        match self {
            FileError::System { path, .. } | FileError::Kind { path, .. } | FileError::Size { path, .. } => path,
        }
    }

    /// The error without the path, for a message that names it.
    pub fn reason(&self) -> String {
        match self {
            FileError::System { doing, cause, .. } => format!("cannot {doing} it: {cause}"),
            FileError::Kind { found, expected, .. } => format!("is {found} where {expected} is expected"),
            FileError::Size { bytes, most, .. } => {
                format!("has {bytes} bytes, more than the limit of {most} for such a file")
            }
        }
    }

    /// Whether the entry does not exist.
    pub fn is_absence(&self) -> bool {
        matches!(self, FileError::System { cause, .. } if cause.kind() == ErrorKind::NotFound)
    }

    /// Whether the system returned an error, as opposed to an entry of an unexpected kind or size.
    pub fn is_of_the_system(&self) -> bool {
        matches!(self, FileError::System { .. })
    }
}

/// Adds the operation and the path to an I/O error.
pub(super) trait FileContext<T> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T, FileError>;
}

impl<T> FileContext<T> for io::Result<T> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T, FileError> {
        self.map_err(|cause| FileError::System { doing, path: path.to_owned(), cause })
    }
}
