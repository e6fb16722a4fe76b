//! The formats that sets of examples come in, told by the ending of the file's name.

use super::text::text;
use super::{DataError, Table, csv, jsonl, tsv};
use std::path::{Path, PathBuf};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Tsv,
    Csv,
    Jsonl,
}

impl Format {
    pub const ALL: [Format; 3] = [Format::Tsv, Format::Csv, Format::Jsonl];

    fn ending(self) -> &'static str {
        match self {
            Format::Tsv => "tsv",
            Format::Csv => "csv",
            Format::Jsonl => "jsonl",
        }
    }

    /// Every row. `place` names the bytes in errors: a path, usually.
    pub fn read(self, place: &str, bytes: &[u8]) -> Result<Table, DataError> {
        let text = text(place, bytes)?;
        if text.trim().is_empty() {
            return Err(DataError::EmptyFile { place: place.into() });
        }
        let table = match self {
            Format::Tsv => tsv::read(place, text),
            Format::Csv => csv::read(place, text),
            Format::Jsonl => jsonl::read(place, text),
        }?;
        if table.rows.is_empty() {
            return Err(DataError::HeaderOnly { place: place.into() });
        }
        Ok(table)
    }
}

/// The file of a set in a folder, under one of its names and with the ending of one of the formats.
pub fn find(folder: &Path, names: &[&str]) -> Result<Option<(PathBuf, Format)>, DataError> {
    let named = names.iter().flat_map(|name| Format::ALL.map(|format| (folder.join(file_name(name, format)), format)));
    let mut found = named.filter(|(path, _)| path.exists());
    match (found.next(), found.next()) {
        (Some((first, _)), Some((second, _))) => Err(DataError::TwoFiles { first, second }),
        (first, _) => Ok(first),
    }
}

/// Every name that [`find`] looks for, for messages.
pub fn looked_for(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().flat_map(|name| Format::ALL.map(|format| file_name(name, format))).collect();
    names.join(", ")
}

fn file_name(name: &str, format: Format) -> String {
    format!("{name}.{}", format.ending())
}
