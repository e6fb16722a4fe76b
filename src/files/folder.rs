//! A folder below a root, and its entries.

use super::error::{EntryKind, FileContext, FileError};
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

/// A folder that is reached from its root through real folders only: every operation refuses a symbolic link on the path
/// below the root, and one in place of the file. The root itself may be reached through links.
///
/// Names of files and folders are single components, made or checked by the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    path: PathBuf,
    /// number of path components below the root
    depth: usize,
}

impl Folder {
    pub fn root(path: &Path) -> Self {
        Self { path: path.to_owned(), depth: 0 }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The name of this folder.
    pub fn name(&self) -> &str {
        self.path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
    }

    /// A subfolder, which need not exist.
    pub fn folder(&self, name: &str) -> Self {
        Self { path: self.of(name), depth: self.depth + 1 }
    }

    /// The parent folder; `None` for a root.
    pub fn around(&self) -> Option<Self> {
        let path = self.path.parent().filter(|_| self.depth > 0)?;
        Some(Self { path: path.to_owned(), depth: self.depth - 1 })
    }

    /// All entries below, at any depth, that are neither files nor folders.
    pub fn other_entries(&self) -> Vec<FileError> {
        let mut other_entries = Vec::new();
        for name in self.names().unwrap_or_default() {
            match self.kind(&name) {
                Ok(None | Some(EntryKind::File)) => {}
                Ok(Some(EntryKind::Folder)) => other_entries.extend(self.folder(&name).other_entries()),
                Ok(Some(found)) => {
                    other_entries.push(FileError::Kind { path: self.of(&name), found, expected: EntryKind::File });
                }
                Err(error) => other_entries.push(error),
            }
        }
        other_entries
    }

    /// The path of an entry.
    pub(super) fn of(&self, name: &str) -> PathBuf {
        debug_assert!(
            matches!(Path::new(name).components().collect::<Vec<_>>()[..], [Component::Normal(_)]),
            "`{name}` is not a single component"
        );
        self.path.join(name)
    }

    /// The kind of an entry, links not followed; `None` if it or this folder does not exist.
    pub fn kind(&self, name: &str) -> Result<Option<EntryKind>, FileError> {
        match self.check() {
            Err(error) if error.is_absence() => return Ok(None),
            checked => checked?,
        }
        kind(&self.of(name))
    }

    /// Whether the folder exists. An entry of another kind is an error.
    pub fn exists(&self) -> Result<bool, FileError> {
        match self.check() {
            Err(error) if error.is_absence() => Ok(false),
            checked => checked.map(|()| true),
        }
    }

    /// Creates a root and its parents.
    pub fn create_root(&self) -> Result<(), FileError> {
        debug_assert_eq!(self.depth, 0, "not a root");
        fs::create_dir_all(&self.path).at("create", &self.path)
    }

    /// Creates the folder and its parents below the root, which must exist.
    pub fn create(&self) -> Result<(), FileError> {
        for path in self.below_root() {
            match fs::create_dir(path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => expect(path, EntryKind::Folder)?,
                created => created.at("create", path)?,
            }
        }
        Ok(())
    }

    /// The names of the entries, sorted; empty if the folder does not exist. Names that are not Unicode are skipped.
    pub fn names(&self) -> Result<Vec<String>, FileError> {
        if !self.exists()? {
            return Ok(Vec::new());
        }
        let entries = match fs::read_dir(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.at("list", &self.path)?,
        };
        let mut names = Vec::new();
        for entry in entries {
            if let Ok(name) = entry.at("list", &self.path)?.file_name().into_string() {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// When the entry was last modified.
    pub fn modified(&self, name: &str) -> Option<SystemTime> {
        self.check().ok()?;
        fs::symlink_metadata(self.of(name)).and_then(|found| found.modified()).ok()
    }

    /// When an entry was last added to the folder or removed from it.
    pub fn changed(&self) -> Option<SystemTime> {
        self.check().ok()?;
        fs::symlink_metadata(&self.path).and_then(|found| found.modified()).ok()
    }

    /// Total bytes of all files below, for display: unreadable ones count as 0.
    pub fn bytes(&self) -> u64 {
        if self.exists().is_ok_and(|exists| exists) { bytes(&self.path) } else { 0 }
    }

    /// Bytes of an entry, for a folder those of all files below, for display.
    pub fn size(&self, name: &str) -> u64 {
        match fs::symlink_metadata(self.of(name)) {
            Ok(found) if found.is_dir() => bytes(&self.of(name)),
            found => found.map_or(0, |found| found.len()),
        }
    }

    /// Creates a symbolic link, unless the name is taken.
    pub fn link(&self, name: &str, target: &Path) -> Result<(), FileError> {
        self.check()?;
        match symlink(target, self.of(name)) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            made => made.at("link", &self.of(name)),
        }
    }

    /// The target of a symbolic link; `None` if there is none.
    pub fn link_target(&self, name: &str) -> Option<PathBuf> {
        self.check().ok()?;
        fs::read_link(self.of(name)).ok()
    }

    /// Checks that the folder exists and that no link is on its path below the root.
    pub(super) fn check(&self) -> Result<(), FileError> {
        self.below_root().into_iter().try_for_each(|path| expect(path, EntryKind::Folder))
    }

    /// The path of every folder from below the root down to this one.
    fn below_root(&self) -> Vec<&Path> {
        let mut paths: Vec<&Path> = self.path.ancestors().take(self.depth).collect();
        paths.reverse();
        paths
    }
}

/// The kind of an entry; `None` if it does not exist.
pub(super) fn kind(path: &Path) -> Result<Option<EntryKind>, FileError> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(EntryKind::of(found.file_type()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(cause).at("look at", path),
    }
}

/// Checks that an entry of this kind exists.
pub(super) fn expect(path: &Path, expected: EntryKind) -> Result<(), FileError> {
    match kind(path)? {
        Some(found) if found == expected => Ok(()),
        Some(found) => Err(FileError::Kind { path: path.to_owned(), found, expected }),
        None => Err(ErrorKind::NotFound.into()).at("look at", path),
    }
}

fn bytes(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(found) if found.is_dir() => bytes(&entry.path()),
        found => found.map_or(0, |found| found.len()),
    });
    sizes.sum()
}

#[cfg(unix)]
use std::os::unix::fs::symlink;
#[cfg(windows)]
use std::os::windows::fs::symlink_file as symlink;

#[cfg(not(any(unix, windows)))]
fn symlink(_: &Path, _: &Path) -> std::io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_root_may_be_a_link_and_nothing_below_it() {
        let around = tempfile::tempdir().unwrap();
        let path = |name: &str| around.path().join(name);
        fs::create_dir_all(path("real/inside")).unwrap();
        fs::write(path("real/inside/file"), "text").unwrap();
        symlink(path("real"), path("root")).unwrap();
        symlink(path("real/inside"), path("real/link")).unwrap();
        let root = Folder::root(&path("root"));
        assert_eq!(root.folder("inside").names().unwrap(), ["file"]);
        let link = root.folder("link");
        for refused in [link.names().map(drop), link.create(), link.replace("file", b"other"), link.remove("file")] {
            let error = refused.unwrap_err().to_string();
            assert!(error.ends_with("root/link: is a symbolic link where a folder is expected"), "{error}");
        }
        assert_eq!(fs::read_to_string(path("real/inside/file")).unwrap(), "text");
    }

    #[test]
    fn folders_are_created_below_an_existing_root() {
        let around = tempfile::tempdir().unwrap();
        let deep = Folder::root(around.path()).folder("a").folder("b");
        assert!(!deep.exists().unwrap() && deep.names().unwrap().is_empty());
        deep.create().unwrap();
        deep.create().unwrap();
        assert!(deep.exists().unwrap());
        let gone = Folder::root(&around.path().join("gone")).folder("a");
        assert!(gone.create().unwrap_err().is_absence());
        assert!(!around.path().join("gone").exists(), "a root that went away is not made anew");
    }
}
