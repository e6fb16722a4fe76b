//! Renaming a damaged file, so that a new one can take its name.

use super::damage::Damage;
use super::error::StoreError;
use crate::files::Folder;

/// Renames a damaged file, and reports it. One that may be intact is left in place, which is an error.
pub fn set_aside(folder: &Folder, name: &str, damage: Damage) -> Result<String, StoreError> {
    if damage.unreadable {
        return Err(StoreError::Damaged(damage));
    }
    let aside = folder.set_aside(name)?;
    Ok(aside.map_or_else(|| damage.to_string(), |aside| format!("{damage}; set aside as {aside}")))
}
