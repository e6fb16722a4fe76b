//! A plain table of outcomes, one run per row: arm, batch size, instance, value.

use super::cell::ColumnRole;
use super::label::{LogLabel, LogSetting, Part};
use std::collections::BTreeMap;

/// A run of a table: what it is called there, and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct OutcomeRow {
    /// `row 3`, counted as a spreadsheet does
    pub name: String,
    pub label: LogLabel,
    pub value: f64,
}

#[derive(Debug, thiserror::Error)]
pub enum OutcomeError {
    #[error("{0}")]
    Csv(#[from] csv::Error),
    #[error("has no column for the outcome: name one of {columns} with --outcome, or call it `value`")]
    NoValue { columns: String },
    #[error("row {row}: {column} is `{value}`, not {expected}")]
    Cell { row: usize, column: String, value: String, expected: &'static str },
    #[error("has no rows")]
    Empty,
}

/// Whether the first line of a file is that of such a table: a batch size, and no step.
pub fn is_outcome_table(beginning: &[u8]) -> bool {
    let line = beginning.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let names = || line.trim_start_matches('\u{feff}').split([separator(line.as_bytes()) as char]);
    let roles: Vec<ColumnRole> = names().map(|name| ColumnRole::of(name.trim().trim_matches('"'))).collect();
    let has = |wanted: fn(&ColumnRole) -> bool| roles.iter().any(wanted);
    has(|role| matches!(role, ColumnRole::Part(_))) && !has(|role| matches!(role, ColumnRole::Step(_)))
}

fn separator(line: &[u8]) -> u8 {
    let count = |separator: &u8| line.iter().filter(|byte| *byte == separator).count();
    [b';', b'\t', b','].into_iter().max_by_key(count).unwrap_or(b',')
}

/// Reads the table. The outcome is the column with this name, else the one called `value`, else the only one that is neither
/// part of a label nor a text.
pub fn read_outcomes(bytes: &[u8], outcome: Option<&str>) -> Result<Vec<OutcomeRow>, OutcomeError> {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut builder = csv::ReaderBuilder::new();
    let mut reader = builder.delimiter(separator(line)).trim(csv::Trim::All).from_reader(bytes);
    let names: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
    let free = || names.iter().filter(|name| !matches!(ColumnRole::of(name), ColumnRole::Part(_) | ColumnRole::Name));
    let column = match outcome {
        Some(name) => names.iter().position(|known| known == name),
        None => {
            names.iter().position(|name| ColumnRole::of(name) == ColumnRole::Value).or_else(|| match free().count() {
                1 => free().next().and_then(|only| names.iter().position(|name| name == only)),
                _ => None,
            })
        }
    };
    let column = column.ok_or_else(|| OutcomeError::NoValue { columns: names.join(", ") })?;
    let mut rows = Vec::new();
    for (number, record) in reader.records().enumerate() {
        // the header is the first
        let (record, row) = (record?, number + 2);
        if record.iter().all(str::is_empty) {
            continue;
        }
        let error = |place: usize, expected| OutcomeError::Cell {
            row,
            column: names[place].clone(),
            value: record[place].to_owned(),
            expected,
        };
        let value = record[column].parse().map_err(|_| error(column, "a number"))?;
        let mut label = LogLabel::default();
        let mut settings = BTreeMap::new();
        for (place, text) in record.iter().enumerate().filter(|(place, text)| *place != column && !text.is_empty()) {
            match Part::of(&names[place]) {
                Some((part, _)) if !label.set(part, &LogSetting::of(text)) => {
                    return Err(error(
                        place,
                        if part == Part::Iid { "a whole number" } else { "a whole number above 0" },
                    ));
                }
                Some(_) => {}
                None => drop(settings.insert(names[place].as_str(), LogSetting::of(text))),
            }
        }
        settings.iter().for_each(|(name, value)| label.column(name, value));
        rows.push(OutcomeRow { name: format!("row {row}"), label, value });
    }
    if rows.is_empty() { Err(OutcomeError::Empty) } else { Ok(rows) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_spreadsheet_is_read() {
        let text = "arm,batch_size,iid,value\nbaseline,8,0,0.8\n\"no,dropout\", 8,1,0.9\n,,,\n";
        assert!(is_outcome_table(text.as_bytes()));
        let rows = read_outcomes(text.as_bytes(), None).unwrap();
        let label =
            |place: usize| (rows[place].label.arm.as_deref(), rows[place].label.batch_size, rows[place].label.iid);
        assert_eq!(label(1), (Some("no,dropout"), Some(8), Some(1)));
        assert_eq!((rows.len(), rows[1].name.as_str(), rows[1].value), (2, "row 3", 0.9));
        let rows = read_outcomes(b"bs;seed;acc\n8;1;0.5\n", None).unwrap();
        assert_eq!((rows[0].label.batch_size, rows[0].value), (Some(8), 0.5));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let error = |text: &str| read_outcomes(text.as_bytes(), None).unwrap_err().to_string();
        assert!(error("bs,acc,loss\n8,1,2\n").contains("name one of bs, acc, loss with --outcome"));
        assert_eq!(error("bs,value\n8,high\n"), "row 2: value is `high`, not a number");
        assert_eq!(error("bs,value\n0,1\n"), "row 2: bs is `0`, not a whole number above 0");
        assert_eq!(error("bs,value\n"), "has no rows");
        assert!(!is_outcome_table(b"step,seed,value\n"));
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in "(bs|value|arm|,|\n|\"|1|;|\t|nan|é){0,60}") {
            is_outcome_table(text.as_bytes());
            let _ = read_outcomes(text.as_bytes(), None);
        }
    }
}
