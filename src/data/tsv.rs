//! Tab-separated values under a header. Quotes mean nothing in it, as GLUE writes it.

use super::{DataError, Table};

pub fn read(place: &str, text: &str) -> Result<Table, DataError> {
    let mut table = Table::default();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
        let values = line.split('\t').map(|value| value.trim().to_owned());
        if table.columns.is_empty() {
            table.columns = values.collect();
            continue;
        }
        let (line, expected, found) = (index as u64 + 1, table.columns.len(), values.clone().count());
        if found != expected {
            return Err(DataError::Columns { place: place.into(), line, expected, found, separator: "tabs" });
        }
        table.push(line, values.map(Some));
    }
    Ok(table)
}
