//! Rows of named columns, whatever format they were written in.

/// What a reader of a format gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
}

/// One row, with the line of the file it begins on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub line: u64,
    /// a value for each column; nothing where there is no text
    pub values: Vec<Option<String>>,
}

impl Table {
    /// The values of a row are as many as there are columns.
    pub(super) fn push(&mut self, line: u64, values: impl IntoIterator<Item = Option<String>>) {
        self.rows.push(Row { line, values: values.into_iter().collect() });
    }
}
