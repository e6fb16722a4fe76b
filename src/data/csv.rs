//! Comma-separated values under a header (RFC 4180): quoted values may hold commas, quotes and line ends.

use super::{DataError, Table};
use std::io::Read;

/// A last record that no text holds: it stands alone unless a quote before it was left open.
const END: &str = "\0";

pub fn read(place: &str, text: &str) -> Result<Table, DataError> {
    let ended = text.as_bytes().chain(&b"\n"[..]).chain(END.as_bytes());
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(ended);
    let (mut table, mut lines) = (Table::default(), Lines { text, at: 0, line: 1 });
    for record in reader.records() {
        let record = record.map_err(|cause| DataError::Csv { place: place.into(), cause })?;
        if record.len() == 1 && &record[0] == END {
            break;
        }
        let line = lines.of_record(record.position().map_or(0, csv::Position::byte));
        if record.iter().any(|value| value.ends_with(END)) {
            return Err(DataError::OpenQuote { place: place.into(), line });
        }
        let values = record.iter().map(|value| value.trim().to_owned());
        if table.columns.is_empty() {
            table.columns = values.collect();
            continue;
        }
        let (expected, found) = (table.columns.len(), record.len());
        if found != expected {
            return Err(DataError::Columns { place: place.into(), line, expected, found, separator: "commas" });
        }
        table.push(line, values.map(Some));
    }
    Ok(table)
}

/// Counts lines up to ascending places. The `csv` crate's own count is of where the record before ended.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line on which the record begins whose bytes, or line ends before them, begin here.
    fn of_record(&mut self, begin: u64) -> u64 {
        let bytes = self.text.as_bytes();
        let begin = (begin as usize).clamp(self.at, bytes.len());
        let blank = bytes[begin..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.line += bytes[self.at..begin + blank].iter().filter(|byte| **byte == b'\n').count() as u64;
        self.at = begin + blank;
        self.line
    }
}
