//! Values stored as JSON. They are checked on reading, like user input.

use super::damage::Damage;
use super::error::StoreError;
use crate::files::Folder;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value stored in its own file.
pub trait Stored: DeserializeOwned {
    /// Upper bound of the file size.
    const MOST: u64 = 1 << 20;

    /// Checks a value that was parsed.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

/// Reads the value of a file; `None` if there is no file.
pub fn read<T: Stored>(folder: &Folder, name: &str) -> Result<Option<T>, Damage> {
    let Some(bytes) = folder.read(name, T::MOST)? else { return Ok(None) };
    let damage = |reason: String| Damage::of_content(folder, name, reason);
    let value: T = serde_json::from_slice(&bytes).map_err(|error| damage(error.to_string()))?;
    value.check().map_err(damage)?;
    Ok(Some(value))
}

/// Writes a value, replacing an existing one.
pub fn write(folder: &Folder, name: &str, value: &impl Serialize) -> Result<(), StoreError> {
    Ok(folder.replace(name, &json(folder, name, value)?)?)
}

pub fn json(folder: &Folder, name: &str, value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(|error| StoreError::Damaged(Damage::of_content(folder, name, error.to_string())))?;
    bytes.push(b'\n');
    Ok(bytes)
}
