//! Files that appear whole or not at all.

use super::error::{At, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use tempfile::NamedTempFile;

/// A synced file under a name of its own, in a folder; gone unless it is given a lasting name. Readable by whoever the
/// system's mask allows, as files are.
pub fn temporary(folder: &Path, bytes: &[u8]) -> Result<NamedTempFile, StoreError> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).at("write in", folder)?;
    file.write_all(bytes).at("write", file.path())?;
    file.as_file().sync_all().at("sync", file.path())?;
    Ok(file)
}

/// Writes a file under another name, syncs it, and gives it its name: a reader sees the old bytes or the new ones.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    temporary(folder, bytes)?.persist(path).map_err(|error| error.error).at("write", path)?;
    sync_folder(folder);
    Ok(())
}

/// The same, but never over an existing file. False when there was one.
pub fn create_once(path: &Path, bytes: &[u8]) -> Result<bool, StoreError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    match temporary(folder, bytes)?.persist_noclobber(path) {
        Ok(_) => {
            sync_folder(folder);
            Ok(true)
        }
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
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
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
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
