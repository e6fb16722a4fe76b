//! File formats of example sets, recognised by the file extension.

use super::packed::unpacked;
use super::separator::Separator;
use super::text::text;
use super::{Choose, DataError, DataTable, Selection, csv, jsonl, parquet, tsv};
use std::path::Path;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Tsv,
    Csv,
    Jsonl,
    Parquet,
}

/// Extensions in the order in which messages list them.
pub const ENDINGS: [(&str, Format); 4] =
    [(".tsv", Format::Tsv), (".csv", Format::Csv), (".jsonl", Format::Jsonl), (".parquet", Format::Parquet)];
/// Extensions that are used if a set has none of the first.
pub const FURTHER_ENDINGS: [(&str, Format); 4] =
    [(".tab", Format::Tsv), (".txt", Format::Tsv), (".ndjson", Format::Jsonl), (".json", Format::Jsonl)];
/// May follow the extension of a text format.
pub const GZIP: &str = ".gz";

impl Format {
    /// The format of a file extension. Text formats may be compressed with gzip.
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let name = name.strip_suffix(GZIP).unwrap_or(name);
        ENDINGS.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, format)| *format)
    }

    /// Reads all rows and columns. `place` names the bytes in errors, usually a path.
    pub fn read(self, place: &str, bytes: &[u8]) -> Result<DataTable, DataError> {
        self.read_chosen(place, bytes, &Selection::all)
    }

    /// Reads all rows, and of each the columns that `choose` selects from the header.
    pub fn read_chosen(self, place: &str, bytes: &[u8], choose: Choose<'_>) -> Result<DataTable, DataError> {
        let table = match self {
            Format::Parquet => parquet::read(place, bytes, choose),
            of_text => {
                let bytes = unpacked(place, bytes)?;
                let text = not_blank(place, &bytes)?;
                match of_text {
                    Format::Csv => csv::read(place, text, Separator::Comma, choose),
                    Format::Jsonl => jsonl::read(place, text, choose),
                    _ => tsv::read(place, text, choose),
                }
            }
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
