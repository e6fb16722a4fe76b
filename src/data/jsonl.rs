//! A JSON object a line. The keys of the first are the columns.

use super::{DataError, Table};
use serde_json::{Map, Value};

pub fn read(place: &str, text: &str) -> Result<Table, DataError> {
    let mut table = Table::default();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let number = index as u64 + 1;
        let mut object: Map<String, Value> = serde_json::from_str(line).map_err(|error| DataError::Json {
            place: place.into(),
            line: number,
            message: without_place(&error),
        })?;
        if table.rows.is_empty() {
            table.columns = object.keys().cloned().collect();
        }
        let values: Vec<_> = table.columns.iter().map(|column| object.remove(column).and_then(written)).collect();
        table.push(number, values);
    }
    Ok(table)
}

/// Text as it is, numbers and flags as they are written. Lists and objects are no text.
fn written(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Each line is parsed alone: the parser's own line number is always 1.
fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    format!("{} (column {})", message.strip_suffix(&place).unwrap_or(&message), error.column())
}
