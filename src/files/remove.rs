//! Removing files, and setting damaged ones aside.

use super::error::{EntryKind, FileContext, FileError};
use super::folder::{Folder, expect, kind};
use super::process;
use std::fs;
use std::io::ErrorKind;
use std::time::{Duration, SystemTime};

/// Prefix of temporary names; the tag of the process and a random part follow.
const TEMPORARY: &str = ".tmp";
/// Age from which a temporary file of an unknown process counts as abandoned.
const ABANDONED: Duration = Duration::from_hours(24);

/// The prefix of temporary names of this process.
pub(super) fn temporary_prefix() -> String {
    format!("{TEMPORARY}-{}-", process::tag())
}

/// Whether the name is temporary.
pub fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY)
}

impl Folder {
    /// Removes a file, or a link without its target. A missing entry is no error: another process may have removed it.
    pub fn remove(&self, name: &str) -> Result<(), FileError> {
        match self.check() {
            Err(error) if error.is_absence() => return Ok(()),
            checked => checked?,
        }
        let path = self.of(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => removed.at("remove", &path),
        }
    }

    /// Removes a folder with its contents; links are removed, not followed.
    pub fn remove_folder(&self, name: &str) -> Result<(), FileError> {
        let folder = self.folder(name);
        if !folder.exists()? {
            return Ok(());
        }
        match fs::remove_dir_all(folder.path()) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => removed.at("remove", folder.path()),
        }
    }

    /// Removes the folder if it is empty.
    pub fn remove_if_empty(&self) -> Result<(), FileError> {
        if !self.exists()? {
            return Ok(());
        }
        match fs::remove_dir(self.path()) {
            Err(error) if [ErrorKind::NotFound, ErrorKind::DirectoryNotEmpty].contains(&error.kind()) => Ok(()),
            removed => removed.at("remove", self.path()),
        }
    }

    /// Temporary entries of processes that have ended, never those of a running one.
    pub fn abandoned(&self) -> Vec<String> {
        let is_abandoned = |name: &String| {
            let is_gone = process::is_gone(name.trim_start_matches(TEMPORARY).trim_start_matches('-'));
            is_temporary(name) && is_gone.unwrap_or_else(|| self.is_old(name))
        };
        self.names().unwrap_or_default().into_iter().filter(is_abandoned).collect()
    }

    /// Removes abandoned temporary entries. Failures are ignored: the entries are only clutter.
    pub fn remove_abandoned(&self) {
        for name in self.abandoned() {
            let _ = match kind(&self.of(&name)) {
                Ok(Some(EntryKind::Folder)) => self.remove_folder(&name),
                _ => self.remove(&name),
            };
        }
    }

    fn is_old(&self, name: &str) -> bool {
        let age = self.modified(name).map(|made| SystemTime::now().duration_since(made).unwrap_or_default());
        age.is_some_and(|age| age >= ABANDONED)
    }

    /// Renames an unusable entry to `NAME.damaged-N` with the first free number. Returns the new name; `None` if the entry
    /// did not exist.
    pub fn set_aside(&self, name: &str) -> Result<Option<String>, FileError> {
        self.check()?;
        let names = (1u32..).map(|number| format!("{name}.damaged-{number}"));
        for aside in names {
            match expect(&self.of(&aside), EntryKind::File) {
                Err(error) if error.is_absence() => {}
                Err(error) if error.is_of_the_system() => return Err(error),
                _ => continue,
            }
            return match fs::rename(self.of(name), self.of(&aside)) {
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                renamed => renamed.at("rename", &self.of(name)).map(|()| Some(aside)),
            };
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_set_aside_are_numbered() {
        let around = tempfile::tempdir().unwrap();
        let folder = Folder::root(around.path());
        fs::write(around.path().join("a.json"), "{").unwrap();
        assert_eq!(folder.set_aside("a.json").unwrap().unwrap(), "a.json.damaged-1");
        assert_eq!(folder.set_aside("a.json").unwrap(), None);
        fs::create_dir(around.path().join("a.json")).unwrap();
        assert_eq!(folder.set_aside("a.json").unwrap().unwrap(), "a.json.damaged-2");
        assert_eq!(folder.read("a.json.damaged-1", 9).unwrap().unwrap(), b"{");
    }

    #[test]
    fn temporary_entries_of_a_running_process_are_kept() {
        let around = tempfile::tempdir().unwrap();
        let folder = Folder::root(around.path());
        let (mine, ()) = folder.stage(|_| Ok(())).unwrap();
        let of_the_dead =
            format!("{TEMPORARY}-{}-1-{}-a", std::process::id(), process::tag().rsplit('-').next().unwrap());
        let (of_another_host, of_an_earlier_version) = (format!("{TEMPORARY}-1-1-0-a"), format!("{TEMPORARY}abc"));
        for name in [&of_the_dead, &of_another_host, &of_an_earlier_version] {
            fs::write(around.path().join(name), "").unwrap();
        }
        fs::create_dir(around.path().join(format!("{of_the_dead}b"))).unwrap();
        folder.remove_abandoned();
        let left = folder.names().unwrap();
        assert_eq!(left.len(), 3, "{left:?}");
        assert!(!left.contains(&of_the_dead) && left.contains(&of_another_host), "{left:?}");
        // a day later
        let old = SystemTime::now() - ABANDONED;
        for name in [&of_another_host, &of_an_earlier_version] {
            fs::File::options().write(true).open(around.path().join(name)).unwrap().set_modified(old).unwrap();
        }
        mine.as_file().set_modified(old).unwrap();
        folder.remove_abandoned();
        let left = folder.names().unwrap();
        assert_eq!(left.len(), 1, "{left:?}");
        folder.commit(mine, "a").unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn removing_a_link_keeps_its_target() {
        let around = tempfile::tempdir().unwrap();
        let path = |name: &str| around.path().join(name);
        fs::create_dir_all(path("kept")).unwrap();
        fs::write(path("kept/file"), "text").unwrap();
        fs::create_dir(path("gone")).unwrap();
        std::os::unix::fs::symlink(path("kept"), path("gone/link")).unwrap();
        std::os::unix::fs::symlink(path("kept"), path("link")).unwrap();
        let folder = Folder::root(around.path());
        assert!(folder.remove_folder("link").is_err());
        folder.remove("link").unwrap();
        folder.remove_folder("gone").unwrap();
        assert_eq!(folder.names().unwrap(), ["kept"]);
        assert_eq!(fs::read_to_string(path("kept/file")).unwrap(), "text");
    }
}
