//! Which keys a spec may have, table by table, and what to suggest for one it may not.

use super::error::SpecError;
use crate::domain::spec::{StoreOptions, Train};
use std::collections::BTreeMap;
use toml::Table;

/// Keys of `[train]` that shape the sweep, not a run: an arm cannot change them.
pub const SWEEP_KEYS: [&str; 2] = ["batch_sizes", "instances"];

/// The keys of a table; nothing for a table that does not exist. `arms` is free: its keys are names.
pub fn of_table(table: &str) -> Option<Vec<String>> {
    let written = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
    match table {
        "" => Some(written(&["name", "task", "model", "train", "store", "arms"])),
        "task" => Some(written(&["name", "path", "max_length", "validation"])),
        "model" => Some(written(&["source"])),
        "train" => Some(keys_of(&Train::default())),
        "store" => Some(keys_of(&StoreOptions::default())),
        _ => None,
    }
}

/// The keys an arm may change.
pub fn of_arm() -> Vec<String> {
    let mut keys = keys_of(&Train::default());
    keys.retain(|key| !SWEEP_KEYS.contains(&key.as_str()));
    keys
}

fn keys_of(value: &impl serde::Serialize) -> Vec<String> {
    Table::try_from(value).map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

/// Refuses a key that is not known, with the nearest that is.
pub fn known(place: impl FnOnce() -> String, key: &str, keys: Vec<String>) -> Result<(), SpecError> {
    if keys.iter().any(|known| known == key) {
        return Ok(());
    }
    let by_likeness: BTreeMap<u64, &String> =
        keys.iter().map(|known| ((strsim::jaro_winkler(known, key) * 1e6) as u64, known)).collect();
    let nearest = by_likeness.last_key_value().filter(|(likeness, _)| **likeness > 800_000);
    let nearest = nearest.map(|(_, known)| (*known).clone());
    Err(SpecError::UnknownKey { place: place(), key: key.to_owned(), nearest, known: keys })
}
