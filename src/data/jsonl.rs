//! JSON objects, one per line or in an array. The keys of the first object are the columns.

use super::table::TableBuilder;
use super::{Choose, DataError, DataTable};
use serde_json::{Map, Value};

pub fn read(place: &str, text: &str, choose: Choose<'_>) -> Result<DataTable, DataError> {
    let mut reading = None::<(TableBuilder, Vec<String>)>;
    let mut objects = if text.trim_start().starts_with('[') { Objects::in_array(text) } else { Objects::by_line(text) };
    while let Some((number, object)) = objects.next() {
        let wrong = |message| DataError::Json { place: place.into(), line: number, message };
        let mut object: Map<String, Value> = object.map_err(wrong)?;
        if reading.is_none() && !object.is_empty() && object.values().all(|value| value.is_object() || value.is_array())
        {
            return Err(wrong(BY_COLUMN.into()));
        }
        let (reading, keys) = match &mut reading {
            Some(reading) => reading,
            none => {
                let keys: Vec<String> = object.keys().cloned().collect();
                none.insert((TableBuilder::new(&keys, choose)?, keys))
            }
        };
        reading.row(number, |column| object.remove(keys.get(*column)?).and_then(written));
    }
    Ok(reading.map_or_else(DataTable::default, |(reading, _)| reading.table()))
}

/// The message for a single object of whole columns.
const BY_COLUMN: &str = "this object contains whole columns; write one object per example, one per line or in an array (pandas: \
                         to_json(orient=\"records\", lines=True))";

/// An object, or the reason why it cannot be parsed.
type Parsed = Result<Map<String, Value>, String>;

/// Objects with the lines on which they start. Elements of an array are parsed one at a time, so that errors have a line.
struct Objects<'t> {
    /// the rest of the text
    rest: &'t str,
    line: u64,
    in_array: bool,
}

impl<'t> Objects<'t> {
    fn by_line(text: &'t str) -> Self {
        Self { rest: text, line: 1, in_array: false }
    }

    fn in_array(text: &'t str) -> Self {
        let mut objects = Self { rest: text, line: 1, in_array: true };
        objects.skip_space();
        objects.pass(1);
        objects
    }

    /// Skips `bytes` bytes.
    fn pass(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.line += passed.bytes().filter(|byte| *byte == b'\n').count() as u64;
        self.rest = rest;
    }

    fn skip_space(&mut self) {
        self.pass(self.rest.len() - self.rest.trim_start().len());
    }

    fn next(&mut self) -> Option<(u64, Parsed)> {
        self.skip_space();
        match self.in_array {
            true => self.next_of_array(),
            false if self.rest.is_empty() => None,
            false => {
                let (line, number) = (self.rest.lines().next().unwrap_or_default(), self.line);
                self.pass(line.len());
                Some((number, serde_json::from_str(line).map_err(|error| without_place(&error))))
            }
        }
    }

    fn next_of_array(&mut self) -> Option<(u64, Parsed)> {
        let line = self.line;
        if self.rest.starts_with(']') {
            self.pass(1);
            self.skip_space();
            let is_end = self.rest.is_empty();
            return (!is_end).then(|| (self.line, Err("the array ends early".into())));
        }
        let mut values = serde_json::Deserializer::from_str(self.rest).into_iter::<Map<String, Value>>();
        let object = match values.next() {
            Some(Ok(object)) => object,
            Some(Err(error)) => {
                let line = line + (error.line() as u64).saturating_sub(1);
                return Some((line, Err(without_place(&error))));
            }
            None => return Some((line, Err("the array does not end".into()))),
        };
        let bytes = values.byte_offset();
        self.pass(bytes);
        self.skip_space();
        if self.rest.starts_with(',') {
            self.pass(1);
        } else if !self.rest.starts_with(']') {
            self.rest = "";
            return Some((self.line, Err("a comma or the end of the array is missing after it".into())));
        }
        Some((line, Ok(object)))
    }
}

/// Strings unchanged, numbers and booleans as written; `None` for lists and objects.
fn written(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Removes the parser's line number, which is always 1 because each line is parsed separately.
fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    format!("{} (column {})", message.strip_suffix(&place).unwrap_or(&message), error.column())
}

#[cfg(test)]
mod tests {
    use super::super::Format;

    #[test]
    fn values_are_kept_as_written_and_keys_may_be_in_any_order() {
        let text =
            "{\"label\": 1, \"text\": \" a\\nb \", \"tags\": [1]}\n\n{\"text\": null, \"more\": 2, \"label\": false}\n";
        let table = Format::Jsonl.read("a.jsonl", text.as_bytes()).unwrap();
        assert_eq!(table.columns, ["label", "tags", "text"]);
        assert_eq!(table.rows[0].values, [Some("1".into()), None, Some("a\nb".into())]);
        assert_eq!((table.rows[1].line, &table.rows[1].values), (3, &vec![Some("false".into()), None, None]));
    }

    #[test]
    fn an_array_of_objects_is_the_same_table() {
        let lines = Format::Jsonl.read("a.json", b"{\"a\": 1, \"b\": \"x, y]\"}\n{\"b\": \"z\", \"a\": 2}\n").unwrap();
        let array = b" [\n  {\"a\": 1, \"b\": \"x, y]\"},\n  {\"b\": \"z\",\n   \"a\": 2}\n]\n";
        let array = Format::Jsonl.read("a.json", array).unwrap();
        assert_eq!(array.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(array.columns, lines.columns);
        assert!(array.rows.iter().zip(&lines.rows).all(|(one, other)| one.values == other.values));
    }

    #[test]
    fn an_array_that_breaks_off_is_refused_by_line() {
        let message = |text: &str| Format::Jsonl.read("a.json", text.as_bytes()).unwrap_err().to_string();
        assert!(message("[{\"a\": 1},\n{\"a\": ").starts_with("a.json, line 2: expected a JSON object: EOF"));
        assert!(message("[{\"a\": 1}\n{\"a\": 2}]").contains("line 2: expected a JSON object: a comma or the end"));
        assert!(message("[{\"a\": 1},\n").contains("the array does not end"));
        assert!(message("[{\"a\": 1}]\n[]").contains("line 2: expected a JSON object: the array ends early"));
        assert!(message("{\"a\": {\"0\": \"x\"}, \"b\": {\"0\": \"y\"}}").contains("orient=\"records\""));
        assert!(message("[\n1, 2]").starts_with("a.json, line 2: expected a JSON object: invalid type"));
        assert!(message("[]").contains("there is a header but no row"));
    }

    #[test]
    fn a_line_that_is_not_an_object_is_refused() {
        let message = |text: &str| Format::Jsonl.read("a.jsonl", text.as_bytes()).unwrap_err().to_string();
        assert_eq!(
            message("{\"a\": 1}\n{\"a\": 1"),
            "a.jsonl, line 2: expected a JSON object: EOF while parsing an object (column 7)"
        );
        assert!(message("3\n").starts_with("a.jsonl, line 1: expected a JSON object: invalid type: integer"));
    }
}
