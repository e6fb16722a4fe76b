//! Output files at paths chosen by the user; links in these paths are followed.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Writes a file atomically, replacing an existing one.
pub fn replace<E: From<io::Error>>(path: &Path, write: impl FnOnce(&File) -> Result<(), E>) -> Result<(), E> {
    let file = temporary_for(path)?;
    write(file.as_file())?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Writes a group of files as `STEM.ENDING`, else `STEM-2.ENDING` and so on: with the first number that none of them has
/// yet, so that nothing is overwritten. Returns their paths.
pub fn write_numbered(folder: &Path, stem: &str, files: &[(&str, Vec<u8>)]) -> io::Result<Vec<PathBuf>> {
    let stems = std::iter::once(stem.to_owned()).chain((2..).map(|number| format!("{stem}-{number}")));
    for stem in stems {
        let path = |ending: &str| folder.join(format!("{stem}.{ending}"));
        let paths: Vec<PathBuf> = files.iter().map(|(ending, _)| path(ending)).collect();
        // a dangling link also occupies a name
        if paths.iter().any(|path| path.symlink_metadata().is_ok()) {
            continue;
        }
        match write_new(&paths, files) {
            // another process took a name in the meantime
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            written => return written.map(|()| paths),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// Writes all of them, or none if one fails.
fn write_new(paths: &[PathBuf], files: &[(&str, Vec<u8>)]) -> io::Result<()> {
    for (place, (path, (_, bytes))) in paths.iter().zip(files).enumerate() {
        let write = || {
            let mut file = temporary_for(path)?;
            file.write_all(bytes)?;
            file.persist_noclobber(path).map_err(|error| error.error)
        };
        if let Err(error) = write() {
            paths[..place].iter().for_each(|path| drop(fs::remove_file(path)));
            return Err(error);
        }
    }
    Ok(())
}

/// A temporary file in the target folder.
fn temporary_for(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // default permissions: as the umask allows
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_of_files_gets_one_number_and_nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let names = |paths: Vec<PathBuf>| -> Vec<String> {
            paths.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
        };
        let write =
            || names(write_numbered(folder.path(), "a", &[("csv", b"1".to_vec()), ("png", b"2".to_vec())]).unwrap());
        assert_eq!(write(), ["a.csv", "a.png"]);
        fs::write(folder.path().join("a-2.png"), "somebody's").unwrap();
        assert_eq!(write(), ["a-3.csv", "a-3.png"]);
        assert_eq!(fs::read_to_string(folder.path().join("a-2.png")).unwrap(), "somebody's");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 5, "nothing temporary is left");
    }

    #[test]
    fn if_one_cannot_be_written_none_is() {
        let folder = tempfile::tempdir().unwrap();
        let files = [("csv", b"1".to_vec()), ("no/png", b"2".to_vec())];
        assert!(write_numbered(folder.path(), "a", &files).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_fails_half_way_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "old").unwrap();
        let failed: io::Result<()> = replace(&path, |mut file| {
            file.write_all(b"ne")?;
            Err(ErrorKind::Other.into())
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        replace(&path, |mut file| file.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }
}
