//! Files and folders: atomic writes, reads with a size limit, no symbolic links below a root, and nothing opened but files
//! and folders.
//!
//! May import: no other room. Knows nothing about the contents of files.
//!
//! Durability: [`Folder::replace`], [`Folder::create_once`] and [`Folder::stage`] sync the file before it gets its name,
//! and the folder after that, so that a power cut leaves the old file or the new one. [`Folder::replace_unsynced`],
//! [`replace`] and [`write_numbered`] survive the end of the process, not that of the machine.

mod error;
mod folder;
mod identity;
mod output;
pub mod process;
mod read;
mod remove;
mod write;

pub use error::{EntryKind, FileError};
pub use folder::Folder;
pub use identity::FolderIdentity;
pub use output::{replace, write_numbered};
pub use read::open_followed;
pub use remove::is_temporary;
