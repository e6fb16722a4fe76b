//! A spec's TOML with the place of every value: a line of the text, or the override that set it.

use super::error::SpecError;
use super::fields;
use std::collections::BTreeMap;
use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

pub struct Document {
    /// name of the text in messages
    name: String,
    pub table: Table,
    /// by dotted key
    places: BTreeMap<String, String>,
}

impl Document {
    pub fn read(name: &str, text: &str) -> Result<Self, SpecError> {
        let wrong = |error: toml::de::Error| {
            let place = error.span().map_or_else(|| name.to_owned(), |span| at(name, text, span.start));
            SpecError::Toml { place, message: error.message().to_owned() }
        };
        let parsed = DeTable::parse(text).map_err(wrong)?;
        let mut places = BTreeMap::new();
        note(&mut places, "", parsed.get_ref(), &|offset| at(name, text, offset));
        Ok(Self { name: name.to_owned(), table: toml::from_str(text).map_err(wrong)?, places })
    }

    /// Applies `a.b=value`, where the value is TOML or, failing that, a string.
    pub fn set(&mut self, given: &str) -> Result<(), SpecError> {
        let wrong = || SpecError::Override { given: given.to_owned() };
        let (path, value) = given.split_once('=').ok_or_else(wrong)?;
        let (path, value) = (path.trim(), value.trim());
        if path.split('.').any(str::is_empty) || value.contains('\n') {
            return Err(wrong());
        }
        let value = value_of(value);
        let (parents, key) = path.rsplit_once('.').unwrap_or(("", path));
        let mut target = &mut self.table;
        for (number, parent) in parents.split_terminator('.').enumerate() {
            if number == 0 {
                fields::known(|| format!("--set {given}"), parent, &fields::of_table("").unwrap_or_default())?;
            }
            let entry = target.entry(parent).or_insert_with(|| Value::Table(Table::new()));
            target = entry.as_table_mut().ok_or_else(wrong)?;
        }
        target.insert(key.to_owned(), value);
        let below = format!("{path}.");
        self.places.retain(|known, _| !known.starts_with(&below));
        self.places.insert(path.to_owned(), format!("--set {given}"));
        Ok(())
    }

    /// The place of a dotted key, or of the nearest table around it.
    pub fn place(&self, path: &str) -> String {
        let mut path = path;
        loop {
            if let Some(place) = self.places.get(path) {
                return place.clone();
            }
            match path.rsplit_once('.') {
                Some((parent, _)) => path = parent,
                None => return self.name.clone(),
            }
        }
    }
}

/// Parses a value as TOML, else as a string.
pub fn value_of(text: &str) -> Value {
    let table = toml::from_str::<Table>(&format!("value = {text}")).ok();
    table.and_then(|mut table| table.remove("value")).unwrap_or_else(|| Value::String(text.to_owned()))
}

fn note(places: &mut BTreeMap<String, String>, parent: &str, table: &DeTable<'_>, at: &impl Fn(usize) -> String) {
    for (key, value) in table {
        let path = if parent.is_empty() { key.get_ref().to_string() } else { format!("{parent}.{}", key.get_ref()) };
        if let DeValue::Table(inner) = value.get_ref() {
            note(places, &path, inner, at);
        }
        places.insert(path, at(key.span().start));
    }
}

fn at(name: &str, text: &str, offset: usize) -> String {
    let line = 1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
    format!("{name}, line {line}")
}
