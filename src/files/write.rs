//! Atomic writes.

use super::error::{EntryKind, FileContext, FileError};
use super::folder::{Folder, expect};
use super::remove::temporary_prefix;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use tempfile::{NamedTempFile, TempDir};

impl Folder {
    /// Writes and syncs a temporary file, which is removed unless [`Folder::commit`] renames it.
    pub fn stage<T>(&self, write: impl FnOnce(&mut File) -> io::Result<T>) -> Result<(NamedTempFile, T), FileError> {
        let (file, written) = self.stage_unsynced(write)?;
        file.as_file().sync_all().at("sync", file.path())?;
        Ok((file, written))
    }

    fn stage_unsynced<T>(
        &self,
        write: impl FnOnce(&mut File) -> io::Result<T>,
    ) -> Result<(NamedTempFile, T), FileError> {
        self.check()?;
        let mut file = builder(0o666, &temporary_prefix()).tempfile_in(self.path()).at("write in", self.path())?;
        let written = write(file.as_file_mut()).at("write", file.path())?;
        Ok((file, written))
    }

    /// Renames a staged file to its final name, replacing an existing file.
    pub fn commit(&self, staged: NamedTempFile, name: &str) -> Result<(), FileError> {
        self.rename_over(staged, name)?;
        self.sync();
        Ok(())
    }

    fn rename_over(&self, staged: NamedTempFile, name: &str) -> Result<(), FileError> {
        self.check()?;
        let path = self.of(name);
        // the rename would replace a link, which may be intentional
        match expect(&path, EntryKind::File) {
            Err(error) if !error.is_absence() => return Err(error),
            _ => {}
        }
        staged.persist(&path).map_err(|error| error.error).at("write", &path)?;
        Ok(())
    }

    /// Replaces a file atomically and durably: a reader sees the old bytes or the new ones.
    pub fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        let (staged, ()) = self.stage(|file| file.write_all(bytes))?;
        self.commit(staged, name)
    }

    /// The same without syncing: after a power cut the file may be missing or have its old content.
    pub fn replace_unsynced(&self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        let (staged, ()) = self.stage_unsynced(|file| file.write_all(bytes))?;
        self.rename_over(staged, name)
    }

    /// Writes a file unless the name is taken. Returns false if it is.
    pub fn create_once(&self, name: &str, bytes: &[u8]) -> Result<bool, FileError> {
        let (staged, ()) = self.stage(|file| file.write_all(bytes))?;
        let path = self.of(name);
        match staged.persist_noclobber(&path) {
            Ok(_) => {
                self.sync();
                Ok(true)
            }
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error.error).at("write", &path),
        }
    }

    /// Creates an empty file to append to. The name must be free.
    pub fn create_file(&self, name: &str) -> Result<File, FileError> {
        self.check()?;
        let path = self.of(name);
        File::create_new(&path).at("create", &path)
    }

    /// Creates a temporary folder, which is removed unless it is committed.
    pub fn stage_folder(&self) -> Result<TempDir, FileError> {
        self.check()?;
        builder(0o777, &temporary_prefix()).tempdir_in(self.path()).at("write in", self.path())
    }

    /// Renames a staged folder to its final name, which must be free or that of an empty folder.
    pub fn commit_folder(&self, staged: TempDir, name: &str) -> Result<(), FileError> {
        self.check()?;
        let path = self.of(name);
        fs::rename(staged.path(), &path).at("create", &path)?;
        // renamed: the temporary path no longer exists
        let _ = staged.keep();
        Ok(())
    }

    /// Moves an entry to another folder, under a name that must be free there.
    pub fn rename(&self, name: &str, to: &Folder, new: &str) -> Result<(), FileError> {
        self.check()?;
        to.check()?;
        let (from, to) = (self.of(name), to.of(new));
        fs::rename(&from, to).at("rename", &from)
    }

    /// Makes new names survive a power cut, where the system supports it.
    pub fn sync(&self) {
        if let Ok(folder) = File::open(self.path()) {
            let _ = folder.sync_all();
        }
    }
}

/// Default permissions, as the umask allows.
fn builder(mode: u32, prefix: &str) -> tempfile::Builder<'_, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_existing_name_is_not_overwritten() {
        let around = tempfile::tempdir().unwrap();
        let folder = Folder::root(around.path());
        assert!(folder.create_once("a", b"first").unwrap());
        assert!(!folder.create_once("a", b"second").unwrap());
        assert!(folder.create_file("a").is_err());
        assert_eq!(folder.read("a", 9).unwrap().unwrap(), b"first");
        folder.replace("a", b"third").unwrap();
        folder.replace_unsynced("b", b"fourth").unwrap();
        assert_eq!(folder.read("a", 9).unwrap().unwrap(), b"third");
        fs::create_dir(around.path().join("c")).unwrap();
        assert!(folder.replace("c", b"fifth").is_err());
        assert_eq!(folder.names().unwrap(), ["a", "b", "c"], "nothing temporary is left");
    }
}
