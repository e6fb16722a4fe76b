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
    /// what a person should know of how it was read
    pub notes: Vec<String>,
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

/// Lines of ragged rows that are named beside the first.
const MOST_LINES: usize = 5;

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
    table: Table,
    choice: Choice,
    /// columns of the file
    width: usize,
    /// lines of rows that have more or fewer values than the header, and how many those are
    ragged: Vec<(u64, usize)>,
}

impl Reading {
    pub fn new(header: &[String], choose: Choose<'_>) -> Result<Self, DataError> {
        let choice = choose(header)?;
        let columns = choice.columns.iter().filter_map(|column| header.get(*column)).cloned().collect();
        Ok(Self { table: Table { columns, ..Table::default() }, choice, width: header.len(), ragged: Vec::new() })
    }

    /// The same of a row of so many values, unless they are not those of the header.
    pub fn row_of(&mut self, line: u64, count: usize, value: impl FnMut(&usize) -> Option<String>) {
        if count == self.width {
            self.row(line, value);
        } else if self.choice.lenient {
            self.table.skipped += 1;
        } else {
            self.ragged.push((line, count));
        }
    }

    /// The table, where all rows are as the header.
    pub fn end(self, place: &str, separator: &'static str) -> Result<Table, DataError> {
        let Some(((line, found), others)) = self.ragged.split_first() else { return Ok(self.table) };
        let lines: Vec<String> = others.iter().take(MOST_LINES).map(|(line, _)| line.to_string()).collect();
        let more = match others.len() {
            0 => String::new(),
            count if count <= MOST_LINES => format!("; so have lines {}", lines.join(", ")),
            count => format!("; so have lines {} and {} more", lines.join(", "), count - MOST_LINES),
        };
        let (place, more) = (place.to_owned(), more.into());
        Err(DataError::Columns { place, line: *line, expected: self.width, found: *found, separator, more })
    }

    pub fn chosen(&self) -> &[usize] {
        &self.choice.columns
    }

    /// The table of a format whose rows are never ragged.
    pub fn table(self) -> Table {
        self.table
    }

    /// Keeps the chosen of a row's values.
    pub fn row(&mut self, line: u64, value: impl FnMut(&usize) -> Option<String>) {
        let values = self.choice.columns.iter().map(value).collect();
        self.table.rows.push(Row { line, values });
    }
}
