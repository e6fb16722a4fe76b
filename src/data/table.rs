//! Rows of named columns, independent of the file format.

use super::DataError;

/// The result of reading a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataTable {
    /// the selected columns
    pub columns: Vec<String>,
    pub rows: Vec<DataRow>,
    /// incomplete rows that were skipped
    pub skipped: usize,
    /// notes on how the file was read
    pub notes: Vec<String>,
}

/// A row, with the line of the file on which it starts, or the row number for binary formats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataRow {
    pub line: u64,
    /// one value per column; `None` if empty
    pub values: Vec<Option<String>>,
}

/// The columns to read of a file, chosen from its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// indices of columns in the header
    pub columns: Vec<usize>,
    /// skip and count rows whose number of values differs from the header
    pub lenient: bool,
}

/// Lines of further ragged rows listed in a message.
const MOST_LINES: usize = 5;

/// Called once with the header.
pub type Choose<'c> = &'c dyn Fn(&[String]) -> Result<Selection, DataError>;

impl Selection {
    /// Selects all columns.
    pub fn all(header: &[String]) -> Result<Self, DataError> {
        Ok(Self { columns: (0..header.len()).collect(), lenient: false })
    }
}

/// Builds a table from the selected columns.
pub(super) struct TableBuilder {
    table: DataTable,
    choice: Selection,
    /// columns of the file
    width: usize,
    /// line and length of each row whose number of values differs from the header
    ragged: Vec<(u64, usize)>,
}

impl TableBuilder {
    pub fn new(header: &[String], choose: Choose<'_>) -> Result<Self, DataError> {
        let choice = choose(header)?;
        let columns = choice.columns.iter().filter_map(|column| header.get(*column)).cloned().collect();
        Ok(Self {
            table: DataTable { columns, ..DataTable::default() },
            choice,
            width: header.len(),
            ragged: Vec::new(),
        })
    }

    /// Adds a row of `count` values, unless that differs from the header.
    pub fn row_of(&mut self, line: u64, count: usize, value: impl FnMut(&usize) -> Option<String>) {
        if count == self.width {
            self.row(line, value);
        } else if self.choice.lenient {
            self.table.skipped += 1;
        } else {
            self.ragged.push((line, count));
        }
    }

    /// The table, if all rows match the header.
    pub fn end(self, place: &str, separator: &'static str) -> Result<DataTable, DataError> {
        let Some(((line, found), others)) = self.ragged.split_first() else { return Ok(self.table) };
        let lines: Vec<String> = others.iter().take(MOST_LINES).map(|(line, _)| line.to_string()).collect();
        let more = match others.len() {
            0 => String::new(),
            count if count <= MOST_LINES => format!("; the same on lines {}", lines.join(", ")),
            count => format!("; the same on lines {} and {} more", lines.join(", "), count - MOST_LINES),
        };
        let (place, more) = (place.to_owned(), more.into());
        Err(DataError::Columns { place, line: *line, expected: self.width, found: *found, separator, more })
    }

    pub fn chosen(&self) -> &[usize] {
        &self.choice.columns
    }

    /// The table of a format without ragged rows.
    pub fn table(self) -> DataTable {
        self.table
    }

    /// Adds the selected values of a row.
    pub fn row(&mut self, line: u64, value: impl FnMut(&usize) -> Option<String>) {
        let values = self.choice.columns.iter().map(value).collect();
        self.table.rows.push(DataRow { line, values });
    }
}
