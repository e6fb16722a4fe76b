//! Reading: regular files only, up to a size limit.

use super::error::{EntryKind, FileContext, FileError};
use super::folder::{Folder, expect};
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

impl Folder {
    /// Opens a file for reading; `None` if it does not exist. A link, a pipe, a socket or a device is refused without
    /// blocking.
    pub fn open(&self, name: &str) -> Result<Option<File>, FileError> {
        let open = || {
            self.check()?;
            open(&self.of(name))
        };
        match open() {
            Err(error) if error.is_absence() => Ok(None),
            opened => opened.map(Some),
        }
    }

    /// Reads a whole file of at most `most` bytes; `None` if it does not exist.
    pub fn read(&self, name: &str, most: u64) -> Result<Option<Vec<u8>>, FileError> {
        let path = self.of(name);
        self.open(name)?.map(|file| read_all(&file, &path, most)).transpose()
    }
}

/// Opens a file for reading that may be reached through links, such as logs that a person names. A pipe, a socket or a
/// device is refused without blocking.
pub fn open_followed(path: &Path) -> Result<File, FileError> {
    let found = std::fs::metadata(path).at("look at", path)?;
    match EntryKind::of(found.file_type()) {
        EntryKind::File => open_regular(path, true),
        found => Err(FileError::Kind { path: path.to_owned(), found, expected: EntryKind::File }),
    }
}

fn open(path: &Path) -> Result<File, FileError> {
    // checked before opening, which can have an effect on a device
    expect(path, EntryKind::File)?;
    open_regular(path, false)
}

fn open_regular(path: &Path, follow: bool) -> Result<File, FileError> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        // and checked again afterwards: it may have been replaced; non-blocking, because opening a pipe waits for a writer
        let links = if follow { OFlags::empty() } else { OFlags::NOFOLLOW };
        options.custom_flags((links | OFlags::NONBLOCK).bits() as i32);
    }
    #[cfg(not(unix))]
    let _ = follow;
    let file = options.open(path).at("read", path)?;
    match EntryKind::of(file.metadata().at("read", path)?.file_type()) {
        EntryKind::File => Ok(file),
        found => Err(FileError::Kind { path: path.to_owned(), found, expected: EntryKind::File }),
    }
}

fn read_all(file: &File, path: &Path, most: u64) -> Result<Vec<u8>, FileError> {
    let too_large = |bytes| FileError::Size { path: path.to_owned(), bytes, most };
    let size = file.metadata().at("read", path)?.len();
    if size > most {
        return Err(too_large(size));
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(size as usize).map_err(io::Error::other).at("read", path)?;
    // it may have grown in the meantime
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).at("read", path)?;
    match bytes.len() as u64 > most {
        true => Err(too_large(bytes.len() as u64)),
        false => Ok(bytes),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    #[test]
    fn only_regular_files_are_read_and_nothing_blocks() {
        let around = tempfile::tempdir().unwrap();
        let path = |name: &str| around.path().join(name);
        let folder = Folder::root(around.path());
        fs::write(path("file"), "text").unwrap();
        fs::create_dir(path("folder")).unwrap();
        symlink(path("file"), path("link")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, path("pipe"), rustix::fs::Mode::RWXU).unwrap();
        let _socket = UnixListener::bind(path("socket")).unwrap();
        assert_eq!(folder.read("file", 4).unwrap().unwrap(), b"text");
        assert_eq!(folder.read("absent", 4).unwrap(), None);
        assert_eq!(folder.folder("absent").read("file", 4).unwrap(), None);
        let refused = |name: &str| folder.read(name, 4).unwrap_err().reason();
        assert_eq!(refused("folder"), "is a folder where a file is expected");
        assert_eq!(refused("link"), "is a symbolic link where a file is expected");
        assert_eq!(refused("pipe"), "is a pipe, a socket or a device where a file is expected");
        assert_eq!(refused("socket"), "is a pipe, a socket or a device where a file is expected");
        assert!(matches!(folder.folder("file").read("x", 4), Err(FileError::Kind { .. })));
    }

    #[test]
    fn a_file_that_is_too_large_is_not_read() {
        let around = tempfile::tempdir().unwrap();
        let file = File::create(around.path().join("sparse")).unwrap();
        file.set_len(1 << 40).unwrap();
        let error = Folder::root(around.path()).read("sparse", 1 << 20).unwrap_err();
        assert_eq!(error.reason(), "has 1099511627776 bytes, more than the limit of 1048576 for such a file");
    }
}
