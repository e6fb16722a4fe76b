//! Selects the columns of a table that form examples, and builds the examples of a set.

use super::classes::Label;
use super::column_layout::{ColumnLayout, SINGLE, USUAL, layouts};
use super::table::Selection;
use super::text::excerpt;
use super::{Classes, DataError, DataRow, DataTable, Format};
use crate::domain::glue::GlueTask;
use crate::domain::spec::Task;

/// One sentence or two, with their class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    pub label: u32,
    pub first: String,
    pub second: Option<String>,
}

/// The columns named in a spec. Others are found by the layouts of the task, or of any task.
#[derive(Clone, Copy, Debug, Default)]
pub struct Columns<'t> {
    pub sentence: Option<&'t str>,
    pub sentence1: Option<&'t str>,
    pub sentence2: Option<&'t str>,
    pub label: Option<&'t str>,
    pub task: Option<&'static GlueTask>,
}

/// A column, and the key of the spec that names it.
struct NamedColumn<'n> {
    key: &'static str,
    name: &'n str,
}

/// A file of a set.
pub struct SetPart {
    /// the name of the file in messages
    pub place: String,
    pub table: DataTable,
}

/// The examples of a set, and counts of the rows left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    pub examples: Vec<Example>,
    pub classes: Classes,
    /// rows without a sentence or a label
    pub skipped: usize,
    /// rows without a gold label
    pub unlabelled: usize,
    /// notes for the user
    pub notes: Vec<String>,
}

/// At most one incomplete row in this many is tolerated.
const ROWS_PER_INCOMPLETE: usize = 100;

impl<'t> Columns<'t> {
    pub fn of(task: &'t Task, glue: Option<&'static GlueTask>) -> Self {
        let Task { sentence, sentence1, sentence2, label, .. } = task;
        Self {
            sentence: sentence.as_deref(),
            sentence1: sentence1.as_deref(),
            sentence2: sentence2.as_deref(),
            label: label.as_deref(),
            task: glue,
        }
    }

    /// Reads the examples of a file. `place` names it in errors. Without `classes`, they are derived from the labels.
    pub fn read(self, place: &str, format: Format, bytes: &[u8], classes: Option<&Classes>) -> Result<Set, DataError> {
        self.examples(vec![self.part(place, format, bytes)?], classes)
    }

    /// Reads a file of a set, keeping only the columns of examples.
    pub fn part(self, place: &str, format: Format, bytes: &[u8]) -> Result<SetPart, DataError> {
        let table = format.read_chosen(place, bytes, &|header| self.choose(place, header))?;
        Ok(SetPart { place: place.to_owned(), table })
    }

    /// Selects the first sentence, the second if there is one, and the label.
    fn choose(self, place: &str, header: &[String]) -> Result<Selection, DataError> {
        let (named, lenient) = self.named(header);
        for (number, column) in named.iter().enumerate() {
            if let Some(earlier) = named.iter().take(number).find(|earlier| earlier.name == column.name) {
                let (first, second) = (earlier.key, column.key);
                return Err(DataError::OneColumn { place: place.into(), column: column.name.into(), first, second });
            }
        }
        let found = named.iter().map(|column| column.find(place, header)).collect::<Result<Vec<_>, _>>()?;
        match found.iter().copied().collect() {
            Some(columns) => Ok(Selection { columns, lenient }),
            None => Err(self.missing(place, header, &named, &found)),
        }
    }

    /// The error for missing columns, with what to write in the spec.
    fn missing(self, place: &str, header: &[String], named: &[NamedColumn<'t>], found: &[Option<usize>]) -> DataError {
        let missing: Vec<&NamedColumn<'t>> =
            named.iter().zip(found).filter(|(_, found)| found.is_none()).map(|(named, _)| named).collect();
        let is_free = |(number, name): &(usize, &String)| !found.contains(&Some(*number)) && !is_number_of_row(name);
        let free: Vec<&String> = header.iter().enumerate().filter(is_free).map(|(_, name)| name).collect();
        let advice = match (&missing[..], &free[..]) {
            ([one], [name]) => format!("if it is `{name}`, write task.{} = \"{name}\"", one.key),
            ([one], []) if one.key == "label" => {
                "name the right one with task.label = \"...\"; a set without labels can be used neither to train nor to validate"
                    .into()
            }
            ([one], _) => format!("name the right one with task.{} = \"...\"", one.key),
            (several, _) => {
                let keys: Vec<String> = several.iter().map(|named| format!("task.{} = \"...\"", named.key)).collect();
                let alone = match named.len() == 3 && self.sentence1.or(self.sentence2).is_none() {
                    true => "; use task.sentence for single sentences",
                    false => "",
                };
                format!("name the right ones with {}{alone}", listed(&keys))
            }
        };
        let names: Vec<String> = missing.iter().map(|named| format!("`{}`", named.name)).collect();
        let columns = format!("{} {}", if names.len() == 1 { "column" } else { "columns" }, listed(&names));
        let found = excerpt(&header.join(", "), 200);
        DataError::NoColumn { place: place.into(), columns: columns.into(), found: found.into(), advice: advice.into() }
    }

    fn named(self, header: &[String]) -> (Vec<NamedColumn<'t>>, bool) {
        let is_there = |name: &str| header.iter().any(|column| column.eq_ignore_ascii_case(name));
        let is_pair = match (self.sentence, self.sentence1.or(self.sentence2)) {
            (Some(_), _) => Some(false),
            (None, Some(_)) => Some(true),
            (None, None) => None,
        };
        let fits = |layout: &&ColumnLayout| {
            is_pair.is_none_or(|is_pair| is_pair == layout.second.is_some())
                && (self.sentence.or(self.sentence1).is_some() || is_there(layout.first))
                && (self.sentence2.is_some() || layout.second.is_none_or(is_there))
                && (self.label.is_some() || is_there(layout.label))
        };
        let known = layouts(self.task);
        let usual = if is_pair == Some(false) { &SINGLE } else { known.first().unwrap_or(&USUAL) };
        // if none matches: the layout with the fewest missing columns among those with a sentence column
        let lacking =
            |layout: &&ColumnLayout| layout.sentences().chain([layout.label]).filter(|name| !is_there(name)).count();
        let nearest = || {
            let of_kind =
                known.iter().filter(|layout| is_pair.is_none_or(|is_pair| is_pair == layout.second.is_some()));
            of_kind.filter(|layout| layout.sentences().any(is_there)).min_by_key(lacking)
        };
        let layout = known.iter().find(fits).or_else(nearest).unwrap_or(usual);
        let label = NamedColumn { key: "label", name: self.label.unwrap_or(layout.label) };
        let columns = match layout.second {
            None => vec![NamedColumn { key: "sentence", name: self.sentence.unwrap_or(layout.first) }, label],
            Some(second) => vec![
                NamedColumn { key: "sentence1", name: self.sentence1.unwrap_or(layout.first) },
                NamedColumn { key: "sentence2", name: self.sentence2.unwrap_or(second) },
                label,
            ],
        };
        (columns, layout.lenient)
    }

    /// The examples of all files of a set, in order.
    pub fn examples(self, mut parts: Vec<SetPart>, classes: Option<&Classes>) -> Result<Set, DataError> {
        let (mut notes, mut choices, mut skipped) = (Vec::new(), Vec::new(), 0);
        for SetPart { place, table } in &mut parts {
            let Selection { columns, lenient } = self.choose(place, &table.columns)?;
            let count = table.rows.len() + table.skipped;
            if lenient {
                table.rows.retain(|row| columns.iter().all(|column| value(row, *column).is_some()));
            }
            let lacking = count - table.rows.len();
            if lacking * ROWS_PER_INCOMPLETE > count {
                return Err(DataError::TooManyBroken { place: place.clone(), skipped: lacking, count });
            }
            if lacking > 0 {
                let rows = if lacking == 1 { "1 row that lacks".into() } else { format!("{lacking} rows that lack") };
                notes.push(format!("{place}: skipped {rows} a sentence or a label"));
            }
            notes.extend(table.notes.iter().map(|note| format!("{place}: {note}")));
            skipped += lacking;
            choices.push(columns);
        }
        let labels = || {
            parts.iter().zip(&choices).flat_map(|(SetPart { place, table }, columns)| {
                let last = columns.last();
                let column = last.and_then(|last| table.columns.get(*last)).map_or("", |name| name);
                table.rows.iter().map(move |row| {
                    let text = last.and_then(|column| value(row, *column));
                    Label { place, column, line: row.line, text }
                })
            })
        };
        let no_labels = || match labels().next() {
            Some(label) => DataError::Unlabelled { place: label.place.into(), line: label.line, found: label.shown() },
            None => DataError::HeaderOnly { place: parts.first().map_or_else(String::new, |part| part.place.clone()) },
        };
        let classes = match classes {
            Some(classes) => classes.clone(),
            None => Classes::of(labels())?.ok_or_else(no_labels)?,
        };
        let numbers = numbers(&classes, labels())?;
        if numbers.iter().all(Option::is_none) {
            return Err(no_labels());
        }
        let (mut examples, mut numbers, mut unlabelled) = (Vec::new(), numbers.into_iter(), 0);
        for (SetPart { place, table }, columns) in parts.iter_mut().zip(&choices) {
            let (labelled, sentences) =
                (numbers.by_ref().take(table.rows.len()), columns.split_last().unwrap_or((&0, &[])).1);
            let mut left_out = Vec::new();
            for (row, label) in table.rows.iter_mut().zip(labelled) {
                match label {
                    Some(label) => examples.push(example(place, &table.columns, row, sentences, label)?),
                    None => left_out.push(row.line),
                }
            }
            unlabelled += left_out.len();
            notes.extend(unlabelled_note(place, &left_out, &classes));
        }
        Ok(Set { examples, classes, skipped, unlabelled, notes })
    }
}

/// The class of every row, `None` without a label. An invalid label is reported with the number of further ones.
fn numbers<'l>(classes: &Classes, labels: impl Iterator<Item = Label<'l>>) -> Result<Vec<Option<u32>>, DataError> {
    let (mut numbers, mut wrong) = (Vec::new(), None::<DataError>);
    for label in labels {
        match (classes.number(&label), &mut wrong) {
            (Ok(number), _) => numbers.push(number),
            (Err(_), Some(DataError::Label { more, .. })) => *more += 1,
            (Err(error), _) => wrong = Some(error),
        }
    }
    wrong.map_or(Ok(numbers), Err)
}

/// Takes the sentences out of a row.
fn example(
    place: &str,
    names: &[String],
    row: &mut DataRow,
    sentences: &[usize],
    label: u32,
) -> Result<Example, DataError> {
    let line = row.line;
    let mut sentence = |number: usize| {
        let column = *sentences.get(number)?;
        let text = row.values.get_mut(column).and_then(Option::take).filter(|text| !text.is_empty());
        let (place, column) = (place.to_owned(), names.get(column).cloned().unwrap_or_default());
        Some(text.ok_or(DataError::NoSentence { place, line, column }))
    };
    let first = sentence(0).transpose()?.unwrap_or_default();
    Ok(Example { label, first, second: sentence(1).transpose()? })
}

/// The note on rows without a label.
fn unlabelled_note(place: &str, lines: &[u64], classes: &Classes) -> Option<String> {
    let rows = match lines {
        [] => return None,
        [line] => format!("1 row without a label (line {line})"),
        [line, ..] => format!("{} rows without a label (the first on line {line})", lines.len()),
    };
    // -1 is a class only if the spec says so
    let is_numbered = classes.names().iter().all(|name| name.parse::<u32>().is_ok());
    let names: Vec<String> = classes.names().iter().map(|name| format!("\"{name}\"")).collect();
    let hint = match is_numbered && lines.len() > 1 {
        true => format!("; if -1 is a class, write task.classes = [\"-1\", {}]", names.join(", ")),
        false => String::new(),
    };
    Some(format!("{place}: left out {rows}{hint}"))
}

fn value(row: &DataRow, column: usize) -> Option<&str> {
    row.values.get(column)?.as_deref().filter(|value| !value.is_empty())
}

impl NamedColumn<'_> {
    /// Its index in the header: an exact match, else one that ignores case.
    fn find(&self, place: &str, header: &[String]) -> Result<Option<usize>, DataError> {
        let by = |is: fn(&str, &str) -> bool| {
            let mut found = header.iter().enumerate().filter(move |(_, column)| is(column, self.name));
            (found.next().map(|(number, _)| number), found.next().is_some())
        };
        let exactly = by(|column, name| column == name);
        match if exactly.0.is_some() { exactly } else { by(str::eq_ignore_ascii_case) } {
            (_, true) => Err(DataError::TwiceColumn { place: place.to_owned(), column: self.name.to_owned() }),
            (found, false) => Ok(found),
        }
    }
}

/// Whether the column only numbers the rows.
fn is_number_of_row(name: &str) -> bool {
    ["", "id", "idx", "index", "guid", "unnamed: 0"].contains(&name.to_ascii_lowercase().as_str())
}

/// `a`, `a and b`, `a, b and c`.
fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests;
