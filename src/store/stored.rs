//! Values that a store keeps as JSON. What is read is checked as what is typed is.

use super::damage::Damage;
use super::error::StoreError;
use crate::files::Folder;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value with a file of its own.
pub trait Stored: DeserializeOwned {
    /// Bytes of the largest file that one can need.
    const MOST: u64 = 1 << 20;

    /// What is wrong with a value that has the right shape.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

/// The value in a file; nothing where there is no file.
pub fn read<T: Stored>(folder: &Folder, name: &str) -> Result<Option<T>, Damage> {
    let Some(bytes) = folder.read(name, T::MOST)? else { return Ok(None) };
    let damage = |reason: String| Damage::of_content(folder, name, reason);
    let value: T = serde_json::from_slice(&bytes).map_err(|error| damage(error.to_string()))?;
    value.check().map_err(damage)?;
    Ok(Some(value))
}

/// Puts a value in the place of the one that may be there.
pub fn write(folder: &Folder, name: &str, value: &impl Serialize) -> Result<(), StoreError> {
    Ok(folder.replace(name, &json(folder, name, value)?)?)
}

pub fn json(folder: &Folder, name: &str, value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(|error| StoreError::Damaged(Damage::of_content(folder, name, error.to_string())))?;
    bytes.push(b'\n');
    Ok(bytes)
}
