//! The formats that sets of examples come in, told by the ending of the file's name.

use super::text::text;
use super::{Choice, Choose, DataError, Table, csv, jsonl, parquet, tsv};
use std::path::{Path, PathBuf};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Tsv,
    Csv,
    Jsonl,
    Parquet,
}

/// Endings in the order in which messages name them. The hub calls a file of one part so.
const ENDINGS: [(&str, Format); 5] = [
    (".tsv", Format::Tsv),
    (".csv", Format::Csv),
    (".jsonl", Format::Jsonl),
    (".parquet", Format::Parquet),
    ("-00000-of-00001.parquet", Format::Parquet),
];

impl Format {
    /// By the ending of a file's name.
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        ENDINGS.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, format)| *format)
    }

    /// Every row and column. `place` names the bytes in errors: a path, usually.
    pub fn read(self, place: &str, bytes: &[u8]) -> Result<Table, DataError> {
        self.read_chosen(place, bytes, &Choice::all)
    }

    /// Every row, and of them what is chosen once the header is known.
    pub fn read_chosen(self, place: &str, bytes: &[u8], choose: Choose<'_>) -> Result<Table, DataError> {
        let table = match self {
            Format::Tsv => tsv::read(place, not_blank(place, bytes)?, choose),
            Format::Csv => csv::read(place, not_blank(place, bytes)?, choose),
            Format::Jsonl => jsonl::read(place, not_blank(place, bytes)?, choose),
            Format::Parquet => parquet::read(place, bytes, choose),
        }?;
        if table.rows.is_empty() {
            return Err(DataError::HeaderOnly { place: place.into() });
        }
        Ok(table)
    }
}

fn not_blank<'b>(place: &str, bytes: &'b [u8]) -> Result<&'b str, DataError> {
    let text = text(place, bytes)?;
    if text.trim().is_empty() {
        return Err(DataError::EmptyFile { place: place.into() });
    }
    Ok(text)
}

/// A set's file and what it is written in.
pub type SetFile = (PathBuf, Format);

/// The file of a set in a folder, under one of its names and with the ending of one of the formats.
pub fn find(folder: &Path, names: &[&str]) -> Result<Option<SetFile>, DataError> {
    let named = names
        .iter()
        .flat_map(|name| ENDINGS.iter().map(move |(ending, format)| (folder.join(format!("{name}{ending}")), *format)));
    let mut found = named.filter(|(path, _)| path.exists());
    match (found.next(), found.next()) {
        (Some((first, _)), Some((second, _))) => Err(DataError::TwoFiles { first, second }),
        (first, _) => Ok(first),
    }
}

/// What [`find`] looks for, for messages: `dev.tsv, dev.csv, dev.jsonl, dev.parquet (or validation)`.
pub fn looked_for(names: &[&str]) -> String {
    let Some((first, others)) = names.split_first() else { return String::new() };
    let plain = ENDINGS.iter().filter(|(ending, _)| ending.starts_with('.'));
    let files: Vec<String> = plain.map(|(ending, _)| format!("{first}{ending}")).collect();
    let others = if others.is_empty() { String::new() } else { format!(" (or {})", others.join(", ")) };
    files.join(", ") + &others
}
