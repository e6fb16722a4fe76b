//! Removing, and moving out of the way what cannot be used.

use super::error::{At, FileError, Kind};
use super::folder::{Folder, expect, kind};
use super::process;
use std::fs;
use std::io::ErrorKind;
use std::time::{Duration, SystemTime};

/// Names that begin so are not lasting yet. The process that makes them follows, then what makes them differ.
const TEMPORARY: &str = ".tmp";
/// What nobody can tell the process of was left by a kill when it is that old.
const ABANDONED: Duration = Duration::from_hours(24);

/// How temporary names begin that this process makes.
pub(super) fn temporary_prefix() -> String {
    format!("{TEMPORARY}-{}-", process::tag())
}

/// Whether somebody is about to give it a lasting name, or died before.
pub fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY)
}

impl Folder {
    /// Removes a file, or a link and not what it points to. What is gone already is no error: another process was
    /// quicker.
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

    /// Removes a folder with everything in it; of links, the links.
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

    /// Removes the folder itself where nothing is left in it.
    pub fn remove_if_empty(&self) -> Result<(), FileError> {
        if !self.exists()? {
            return Ok(());
        }
        match fs::remove_dir(self.path()) {
            Err(error) if [ErrorKind::NotFound, ErrorKind::DirectoryNotEmpty].contains(&error.kind()) => Ok(()),
            removed => removed.at("remove", self.path()),
        }
    }

    /// Removes what is temporary and whose process is gone; never what another one is about to give its name. Fails
    /// silently: it is only in the way of order.
    pub fn remove_abandoned(&self) {
        for name in self.names().unwrap_or_default().into_iter().filter(|name| is_temporary(name)) {
            let is_gone = process::is_gone(name.trim_start_matches(TEMPORARY).trim_start_matches('-'));
            if !is_gone.unwrap_or_else(|| self.is_old(&name)) {
                continue;
            }
            let _ = match kind(&self.of(&name)) {
                Ok(Some(Kind::Folder)) => self.remove_folder(&name),
                _ => self.remove(&name),
            };
        }
    }

    fn is_old(&self, name: &str) -> bool {
        let age = self.modified(name).map(|made| SystemTime::now().duration_since(made).unwrap_or_default());
        age.is_some_and(|age| age >= ABANDONED)
    }

    /// Moves something that cannot be used out of the way, as `NAME.damaged-N` with the first number that is free.
    /// Gives that name; nothing where it was gone already.
    pub fn set_aside(&self, name: &str) -> Result<Option<String>, FileError> {
        self.check()?;
        let names = (1u32..).map(|number| format!("{name}.damaged-{number}"));
        for aside in names {
            match expect(&self.of(&aside), Kind::File) {
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
    fn what_is_set_aside_gets_a_number_of_its_own() {
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
    fn what_a_living_process_is_about_to_name_stays() {
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
    fn of_a_link_the_link_is_removed() {
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
