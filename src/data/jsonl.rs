//! A JSON object a line. The keys of the first are the columns.

use super::table::Reading;
use super::{Choose, DataError, Table};
use serde_json::{Map, Value};

pub fn read(place: &str, text: &str, choose: Choose<'_>) -> Result<Table, DataError> {
    let mut reading = None::<(Reading, Vec<String>)>;
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let number = index as u64 + 1;
        let mut object: Map<String, Value> = serde_json::from_str(line).map_err(|error| DataError::Json {
            place: place.into(),
            line: number,
            message: without_place(&error),
        })?;
        let (reading, keys) = match &mut reading {
            Some(reading) => reading,
            none => {
                let keys: Vec<String> = object.keys().cloned().collect();
                none.insert((Reading::new(&keys, choose)?, keys))
            }
        };
        reading.row(number, |column| object.remove(keys.get(*column)?).and_then(written));
    }
    Ok(reading.map_or_else(Table::default, |(reading, _)| reading.table))
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

#[cfg(test)]
mod tests {
    use super::super::Format;

    #[test]
    fn values_are_text_or_what_is_written_and_keys_may_come_in_any_order() {
        let text =
            "{\"label\": 1, \"text\": \" a\\nb \", \"tags\": [1]}\n\n{\"text\": null, \"more\": 2, \"label\": false}\n";
        let table = Format::Jsonl.read("a.jsonl", text.as_bytes()).unwrap();
        assert_eq!(table.columns, ["label", "tags", "text"]);
        assert_eq!(table.rows[0].values, [Some("1".into()), None, Some("a\nb".into())]);
        assert_eq!((table.rows[1].line, &table.rows[1].values), (3, &vec![Some("false".into()), None, None]));
    }

    #[test]
    fn a_line_that_is_no_object_is_refused() {
        let message = |text: &str| Format::Jsonl.read("a.jsonl", text.as_bytes()).unwrap_err().to_string();
        assert_eq!(
            message("{\"a\": 1}\n{\"a\": 1"),
            "a.jsonl, line 2: expected a JSON object: EOF while parsing an object (column 7)"
        );
        assert!(message("[1, 2]\n").starts_with("a.jsonl, line 1: expected a JSON object: invalid type: sequence"));
    }
}
