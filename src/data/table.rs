//! Rows of named columns, whatever format they were written in.

use super::DataError;

/// What a reader of a format gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// those that were chosen
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
    /// rows that lack something and were passed over
    pub skipped: usize,
}

/// One row, with the line of the file it begins on. Files without lines count rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub line: u64,
    /// a value for each column; nothing where there is no text
    pub values: Vec<Option<String>>,
}

/// What to read of a file, once its header is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// places of columns in the header
    pub columns: Vec<usize>,
    /// pass over rows that have not as many values as the header, and count them
    pub lenient: bool,
}

/// Asked once, with the header.
pub type Choose<'c> = &'c dyn Fn(&[String]) -> Result<Choice, DataError>;

impl Choice {
    /// Every column.
    pub fn all(header: &[String]) -> Result<Self, DataError> {
        Ok(Self { columns: (0..header.len()).collect(), lenient: false })
    }
}

/// A table under way: what is not chosen is not kept.
pub(super) struct Reading {
    pub table: Table,
    pub choice: Choice,
    /// columns of the file
    pub width: usize,
}

impl Reading {
    pub fn new(header: &[String], choose: Choose<'_>) -> Result<Self, DataError> {
        let choice = choose(header)?;
        let columns = choice.columns.iter().filter_map(|column| header.get(*column)).cloned().collect();
        Ok(Self { table: Table { columns, ..Table::default() }, choice, width: header.len() })
    }

    /// Keeps the chosen of a row's values.
    pub fn row(&mut self, line: u64, value: impl FnMut(&usize) -> Option<String>) {
        let values = self.choice.columns.iter().map(value).collect();
        self.table.rows.push(Row { line, values });
    }
}
