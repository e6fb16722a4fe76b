//! Which columns of a table make an example. The one place that knows how tasks lay out their columns.

use super::{DataError, Row, Table};
use crate::domain::spec::Task;

/// Classes of a paraphrase task: different, the same.
pub const CLASSES: u32 = 2;
/// MRPC's own header.
const MRPC: [&str; 5] = ["Quality", "#1 ID", "#2 ID", "#1 String", "#2 String"];
/// The label of an example that nobody labelled, by GLUE's custom.
const UNLABELLED: &str = "-1";

/// Two sentences and whether the second says what the first says (1) or not (0).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub label: u32,
    pub first: String,
    pub second: String,
}

/// The columns that a spec names. What it does not name has MRPC's name under MRPC's header, and else the key's own.
#[derive(Clone, Copy, Debug, Default)]
pub struct Columns<'t> {
    pub sentence1: Option<&'t str>,
    pub sentence2: Option<&'t str>,
    pub label: Option<&'t str>,
}

impl<'t> Columns<'t> {
    pub fn of(task: &'t Task) -> Self {
        let Task { sentence1, sentence2, label, .. } = task;
        Self { sentence1: sentence1.as_deref(), sentence2: sentence2.as_deref(), label: label.as_deref() }
    }

    /// The pairs of a table. `place` names it in errors.
    pub fn pairs(self, place: &str, table: &Table) -> Result<Vec<Pair>, DataError> {
        let usual = |key, in_mrpc| if table.columns == MRPC { in_mrpc } else { key };
        let first = self.sentence1.unwrap_or(usual("sentence1", MRPC[3]));
        let second = self.sentence2.unwrap_or(usual("sentence2", MRPC[4]));
        let label = self.label.unwrap_or(usual("label", MRPC[0]));
        let first = Column::find(place, table, "sentence1", first)?;
        let second = Column::find(place, table, "sentence2", second)?;
        let label = Column::find(place, table, "label", label)?;
        let pair = |row: &Row| {
            let (first, second) = (first.sentence(row)?.to_owned(), second.sentence(row)?.to_owned());
            Ok(Pair { label: label.label(row)?, first, second })
        };
        table.rows.iter().map(pair).collect()
    }
}

/// One column of a table.
struct Column<'t> {
    place: &'t str,
    name: &'t str,
    number: usize,
}

impl<'t> Column<'t> {
    fn find(place: &'t str, table: &Table, key: &'static str, name: &'t str) -> Result<Self, DataError> {
        let mut numbers = table.columns.iter().enumerate().filter(|(_, column)| *column == name);
        match (numbers.next(), numbers.next()) {
            (Some((number, _)), None) => Ok(Self { place, name, number }),
            (Some(_), Some(_)) => Err(DataError::TwiceColumn { place: place.into(), column: name.into() }),
            (None, _) => {
                let found = excerpt(&table.columns.join(", "), 200);
                Err(DataError::NoColumn { place: place.into(), column: name.into(), key, found })
            }
        }
    }

    fn value<'r>(&self, row: &'r Row) -> Option<&'r str> {
        row.values.get(self.number)?.as_deref().filter(|value| !value.is_empty())
    }

    fn sentence<'r>(&self, row: &'r Row) -> Result<&'r str, DataError> {
        let missing = || DataError::NoSentence { place: self.place.into(), line: row.line, column: self.name.into() };
        self.value(row).ok_or_else(missing)
    }

    fn label(&self, row: &Row) -> Result<u32, DataError> {
        let (place, line, column) = (self.place.to_owned(), row.line, self.name.to_owned());
        match self.value(row) {
            Some(UNLABELLED) => Err(DataError::Unlabelled { place, line }),
            value => (0..CLASSES).find(|class| value == Some(class.to_string().as_str())).ok_or_else(|| {
                let found = value.map_or("nothing".to_owned(), |value| format!("`{}`", excerpt(value, 40)));
                DataError::Label { place, line, column, found, last: CLASSES - 1 }
            }),
        }
    }
}

/// So many characters at most: a file may hold anything.
fn excerpt(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::*;

    fn pairs(columns: Columns<'_>, text: &str) -> Result<Vec<Pair>, DataError> {
        columns.pairs("a.tsv", &Format::Tsv.read("a.tsv", text.as_bytes()).unwrap())
    }

    fn message(text: &str) -> String {
        pairs(Columns::default(), text).unwrap_err().to_string()
    }

    #[test]
    fn mrpcs_own_header_the_usual_names_and_named_columns_give_the_same_pairs() {
        let pair = Pair { label: 1, first: "A b .".into(), second: "C d .".into() };
        let mrpc = "\u{feff}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t10\t11\tA b .\tC d .\n";
        assert_eq!(pairs(Columns::default(), mrpc).unwrap(), std::slice::from_ref(&pair));
        let usual = "idx\tlabel\tsentence2\tsentence1\n7\t1\tC d .\tA b .\n";
        assert_eq!(pairs(Columns::default(), usual).unwrap(), std::slice::from_ref(&pair));
        let columns = Columns { sentence1: Some("question"), label: Some("same"), ..Columns::default() };
        assert_eq!(pairs(columns, "question\tsentence2\tsame\nA b .\tC d .\t1\n").unwrap(), [pair]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let head = "sentence1\tsentence2\tlabel\n";
        assert_eq!(
            message(&format!("{head}A\tB\t1\nA\tB\tyes\n")),
            "a.tsv, line 3: the label in `label` is `yes`, expected a whole number from 0 to 1"
        );
        for label in ["", "2", "1.0", "+1", "-2", "4294967297"] {
            assert!(
                message(&format!("{head}A\tB\t{label}\n")).contains("expected a whole number from 0 to 1"),
                "{label}"
            );
        }
        assert!(
            message(&format!("{head}A\tB\t-1\n"))
                .starts_with("a.tsv, line 2: the label is -1: these pairs have no labels")
        );
        assert!(message(&format!("{head}A\t \t1\n")).starts_with("a.tsv, line 2: there is no text in `sentence2`"));
        assert_eq!(
            message("text1\ttext2\tlabel\nA\tB\t1\n"),
            "a.tsv: no column `sentence1`, found text1, text2, label; name the right one with task.sentence1 = \"...\""
        );
        assert!(message("sentence1\tsentence1\tlabel\nA\tB\t1\n").contains("two columns are called `sentence1`"));
    }
}
