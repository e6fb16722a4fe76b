//! The identity of a folder: one that was moved or deleted in use must not be confused with a new one at its path.

use super::error::{FileContext, FileError};
use super::folder::Folder;
#[cfg(unix)]
use std::fs::File;
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};

/// The folder that a path referred to.
#[derive(Debug)]
pub struct FolderIdentity {
    folder: Folder,
    /// held open, so that its inode number is not reused
    #[cfg(unix)]
    open: File,
}

impl Folder {
    /// Records the identity of this folder.
    pub fn identity(&self) -> Result<FolderIdentity, FileError> {
        Ok(FolderIdentity {
            folder: self.clone(),
            #[cfg(unix)]
            open: File::open(self.path()).at("open", self.path())?,
        })
    }
}

impl FolderIdentity {
    /// Whether the path still refers to it.
    pub fn is_there(&self) -> Result<bool, FileError> {
        let path = self.folder.path();
        match fs::metadata(path) {
            Ok(found) => self.is(&found).at("look at", path),
            Err(error) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) => Ok(false),
            Err(error) => Err(error).at("look at", path),
        }
    }

    #[cfg(unix)]
    fn is(&self, found: &Metadata) -> io::Result<bool> {
        use std::os::unix::fs::MetadataExt;
        let own = self.open.metadata()?;
        Ok((own.dev(), own.ino()) == (found.dev(), found.ino()))
    }

    /// Without inode numbers, any folder is accepted.
    #[cfg(not(unix))]
    fn is(&self, found: &Metadata) -> io::Result<bool> {
        Ok(found.is_dir())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_was_moved_deleted_or_replaced_is_not_there() {
        let around = tempfile::tempdir().unwrap();
        let (path, away) = (around.path().join("folder"), around.path().join("away"));
        fs::create_dir(&path).unwrap();
        let identity = Folder::root(&path).identity().unwrap();
        assert!(identity.is_there().unwrap());
        fs::rename(&path, &away).unwrap();
        assert!(!identity.is_there().unwrap());
        fs::create_dir(&path).unwrap();
        assert!(!identity.is_there().unwrap(), "another folder of the same name");
        fs::remove_dir(&path).unwrap();
        fs::rename(&away, &path).unwrap();
        assert!(identity.is_there().unwrap());
        fs::remove_dir(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(!identity.is_there().unwrap(), "its number is not given away");
        fs::remove_dir(&path).unwrap();
        fs::write(&path, "").unwrap();
        assert!(!identity.is_there().unwrap());
    }
}
