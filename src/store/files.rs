//! Files that appear whole or not at all.

use super::error::{At, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};
use tempfile::{NamedTempFile, TempDir};

/// Names that begin so are not lasting yet.
const TEMPORARY: &str = ".tmp";

/// A synced file under a name of its own, in a folder; gone unless it is given a lasting name. Readable by whoever the
/// system's mask allows, as files are.
pub fn temporary(folder: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<NamedTempFile, StoreError> {
    let mut file = builder(0o666).tempfile_in(folder).at("write in", folder)?;
    write(file.as_file_mut()).at("write", file.path())?;
    file.as_file().sync_all().at("sync", file.path())?;
    Ok(file)
}

/// A folder under a name of its own; gone unless it is given a lasting name.
pub fn temporary_folder(folder: &Path) -> Result<TempDir, StoreError> {
    builder(0o777).tempdir_in(folder).at("write in", folder)
}

fn builder(mode: u32) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    builder
}

/// Whether somebody is about to give it a lasting name, or died before.
pub fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY)
}

/// Removes what is temporary in a folder and that old: what kills left. Fails silently: it is only in the way of order.
pub fn remove_temporary(folder: &Path, age: Duration) {
    let found = names(folder).unwrap_or_default().into_iter().filter(|name| is_temporary(name));
    for path in found.map(|name| folder.join(name)) {
        let made = fs::metadata(&path).and_then(|found| found.modified());
        if made.is_ok_and(|made| SystemTime::now().duration_since(made).unwrap_or_default() >= age) {
            let _ = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        }
    }
}

/// Writes a file under another name, syncs it, and gives it its name: a reader sees the old bytes or the new ones.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    temporary(folder, |file| file.write_all(bytes))?.persist(path).map_err(|error| error.error).at("write", path)?;
    sync_folder(folder);
    Ok(())
}

/// The same, but never over an existing file. False when there was one.
pub fn create_once(path: &Path, bytes: &[u8]) -> Result<bool, StoreError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    match temporary(folder, |file| file.write_all(bytes))?.persist_noclobber(path) {
        Ok(_) => {
            sync_folder(folder);
            Ok(true)
        }
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error).at("write", path),
    }
}

pub fn replace_json(path: &Path, value: &impl Serialize) -> Result<(), StoreError> {
    replace(path, &json(path, value)?)
}

pub fn json(path: &Path, value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(|error| StoreError::Content { path: path.to_owned(), message: error.to_string() })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// A JSON file, or nothing when it is absent or does not parse: half-written files of a crash count as absent.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// The names in a folder, sorted; none when it is absent.
pub fn names(folder: &Path) -> Result<Vec<String>, StoreError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(cause).at("list", folder),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry.at("list", folder)?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

/// Makes a new name survive a power cut, where the system can.
pub fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}
