//! Which columns of a table make an example. The one place that knows how tasks lay out their columns.

use super::table::Choice;
use super::{Classes, DataError, Format, Row, Table};
use crate::domain::glue::GlueTask;
use crate::domain::spec::Task;

/// Columns that go together.
struct Layout {
    first: &'static str,
    /// nothing where a sentence stands alone
    second: Option<&'static str>,
    label: &'static str,
    /// rows of this layout's files that lack something are passed over
    lenient: bool,
}

const fn pair(first: &'static str, second: &'static str, label: &'static str) -> Layout {
    Layout { first, second: Some(second), label, lenient: false }
}

const fn single(first: &'static str, label: &'static str) -> Layout {
    Layout { first, second: None, label, lenient: false }
}

/// RTE's and WNLI's, and the hub's of MRPC; and what columns are called that nobody knows better.
const USUAL: Layout = pair("sentence1", "sentence2", "label");
const MRPC: Layout = pair("#1 String", "#2 String", "Quality");
/// A handful of rows of the real files lack a question or the label.
const QQP: Layout = Layout { lenient: true, ..pair("question1", "question2", "is_duplicate") };
const QQP_OF_HUB: Layout = pair("question1", "question2", "label");
const MNLI: Layout = pair("sentence1", "sentence2", "gold_label");
const MNLI_OF_HUB: Layout = pair("premise", "hypothesis", "label");
const QNLI: Layout = pair("question", "sentence", "label");
/// CoLA's and SST-2's.
const SINGLE: Layout = single("sentence", "label");
/// SetFit's copies of the tasks.
const SETFIT: Layout = pair("text1", "text2", "label");
const SETFIT_SINGLE: Layout = single("text", "label");

/// Pairs first: a table with two sentences may call one of them `sentence`.
const ALL: [Layout; 10] = [USUAL, MRPC, QQP, QQP_OF_HUB, MNLI, MNLI_OF_HUB, QNLI, SETFIT, SINGLE, SETFIT_SINGLE];

/// How a task's own files may be laid out, the likeliest first.
fn layouts(task: Option<&GlueTask>) -> &'static [Layout] {
    match task.map(|task| task.name) {
        Some("cola" | "sst2") => &[SINGLE, SETFIT_SINGLE],
        Some("mrpc") => &[MRPC, USUAL, SETFIT],
        Some("qqp") => &[QQP, QQP_OF_HUB, SETFIT],
        Some("mnli") => &[MNLI, MNLI_OF_HUB, SETFIT],
        Some("qnli") => &[QNLI, SETFIT],
        Some("rte" | "wnli") => &[USUAL, SETFIT],
        _ => &ALL,
    }
}

/// One sentence or two, and the class they are of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    pub label: u32,
    pub first: String,
    pub second: Option<String>,
}

/// The columns that a spec names. What it does not name is found by the layouts of the task, or of any task.
#[derive(Clone, Copy, Debug, Default)]
pub struct Columns<'t> {
    pub sentence: Option<&'t str>,
    pub sentence1: Option<&'t str>,
    pub sentence2: Option<&'t str>,
    pub label: Option<&'t str>,
    pub task: Option<&'static GlueTask>,
}

/// A column with the spec's key for it.
struct Named<'n> {
    key: &'static str,
    name: &'n str,
}

/// The examples of a file, with what was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    pub examples: Vec<Example>,
    pub classes: Classes,
    pub skipped: usize,
}

/// More broken rows than one in so many are no slips of a file that is sound.
const ROWS_TO_A_SLIP: usize = 100;

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

    /// The examples of a file. `place` names it in errors. Classes that are not known yet are those of its labels.
    pub fn read(self, place: &str, format: Format, bytes: &[u8], classes: Option<&Classes>) -> Result<Set, DataError> {
        let table = format.read_chosen(place, bytes, &|header| self.choose(place, header))?;
        self.examples(place, table, classes)
    }

    /// First sentence, second sentence where there is one, label.
    fn choose(self, place: &str, header: &[String]) -> Result<Choice, DataError> {
        let (named, lenient) = self.named(header);
        for (number, column) in named.iter().enumerate() {
            if let Some(earlier) = named.iter().take(number).find(|earlier| earlier.name == column.name) {
                let (first, second) = (earlier.key, column.key);
                return Err(DataError::OneColumn { place: place.into(), column: column.name.into(), first, second });
            }
        }
        let columns = named.iter().map(|column| column.find(place, header)).collect::<Result<_, _>>()?;
        Ok(Choice { columns, lenient })
    }

    fn named(self, header: &[String]) -> (Vec<Named<'t>>, bool) {
        let is_there = |name: &str| header.iter().any(|column| column == name);
        let is_pair = match (self.sentence, self.sentence1.or(self.sentence2)) {
            (Some(_), _) => Some(false),
            (None, Some(_)) => Some(true),
            (None, None) => None,
        };
        let fits = |layout: &&Layout| {
            is_pair.is_none_or(|is_pair| is_pair == layout.second.is_some())
                && (self.sentence.or(self.sentence1).is_some() || is_there(layout.first))
                && (self.sentence2.is_some() || layout.second.is_none_or(is_there))
                && (self.label.is_some() || is_there(layout.label))
        };
        let known = layouts(self.task);
        let usual = if is_pair == Some(false) { &SINGLE } else { known.first().unwrap_or(&USUAL) };
        let layout = known.iter().find(fits).unwrap_or(usual);
        let label = Named { key: "label", name: self.label.unwrap_or(layout.label) };
        let columns = match layout.second {
            None => vec![Named { key: "sentence", name: self.sentence.unwrap_or(layout.first) }, label],
            Some(second) => vec![
                Named { key: "sentence1", name: self.sentence1.unwrap_or(layout.first) },
                Named { key: "sentence2", name: self.sentence2.unwrap_or(second) },
                label,
            ],
        };
        (columns, layout.lenient)
    }

    /// The examples of a table.
    pub fn examples(self, place: &str, table: Table, classes: Option<&Classes>) -> Result<Set, DataError> {
        let Choice { columns, lenient } = self.choose(place, &table.columns)?;
        let (count, mut skipped) = (table.rows.len() + table.skipped, table.skipped);
        let name =
            |column: Option<&usize>| column.and_then(|column| table.columns.get(*column)).map_or("", |name| name);
        let sentences = &columns[..columns.len().saturating_sub(1)];
        let mut rows = table.rows;
        if lenient {
            rows.retain(|row| columns.iter().all(|column| value(row, *column).is_some()));
            skipped = count - rows.len();
            if skipped * ROWS_TO_A_SLIP > count {
                return Err(DataError::TooManyBroken { place: place.into(), skipped, count });
            }
        }
        let label = Label { place, column: name(columns.last()) };
        let labels = rows.iter().map(|row| (row.line, columns.last().and_then(|column| value(row, *column))));
        let classes = match classes {
            Some(classes) => classes.clone(),
            None => Classes::of(&label, labels.clone())?,
        };
        let labels = labels.map(|(line, found)| classes.number(&label, line, found)).collect::<Result<Vec<_>, _>>()?;
        let mut examples = Vec::with_capacity(rows.len());
        for (row, label) in rows.iter_mut().zip(labels) {
            let line = row.line;
            let mut sentence = |number: usize| {
                let column = sentences.get(number)?;
                let text = row.values.get_mut(*column).and_then(Option::take).filter(|text| !text.is_empty());
                let (place, column) = (place.to_owned(), name(Some(column)).to_owned());
                Some(text.ok_or(DataError::NoSentence { place, line, column }))
            };
            let first = sentence(0).transpose()?.unwrap_or_default();
            examples.push(Example { label, first, second: sentence(1).transpose()? });
        }
        Ok(Set { examples, classes, skipped })
    }
}

fn value(row: &Row, column: usize) -> Option<&str> {
    row.values.get(column)?.as_deref().filter(|value| !value.is_empty())
}

/// Where a label stands, for messages.
pub(super) struct Label<'l> {
    pub place: &'l str,
    pub column: &'l str,
}

impl Named<'_> {
    fn find(&self, place: &str, header: &[String]) -> Result<usize, DataError> {
        let mut numbers = header.iter().enumerate().filter(|(_, column)| *column == self.name);
        let (place, column, key) = (place.to_owned(), self.name.to_owned(), self.key);
        match (numbers.next(), numbers.next()) {
            (Some((number, _)), None) => Ok(number),
            (Some(_), Some(_)) => Err(DataError::TwiceColumn { place, column }),
            (None, _) => {
                let found = excerpt(&header.join(", "), 200);
                let hint = if key == "label" { "; a set without labels can neither train nor validate" } else { "" };
                Err(DataError::NoColumn { place, column, key, found: found.into(), hint })
            }
        }
    }
}

/// So many characters at most: a file may hold anything.
pub(super) fn excerpt(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples(columns: Columns<'_>, text: &str) -> Result<Vec<Example>, DataError> {
        Ok(columns.read("a.tsv", Format::Tsv, text.as_bytes(), None)?.examples)
    }

    fn message(text: &str) -> String {
        examples(Columns::default(), text).unwrap_err().to_string()
    }

    #[test]
    fn mrpcs_own_header_the_usual_names_and_named_columns_give_the_same_pairs() {
        let pair = Example { label: 1, first: "A b .".into(), second: Some("C d .".into()) };
        let other = Example { label: 0, first: "E".into(), second: Some("F".into()) };
        let expected = [pair, other];
        let mrpc = "\u{feff}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t10\t11\tA b .\tC d .\n0\t1\t2\tE\tF\n";
        assert_eq!(examples(Columns::default(), mrpc).unwrap(), expected);
        let usual = "idx\tlabel\tsentence2\tsentence1\n7\t1\tC d .\tA b .\n8\t0\tF\tE\n";
        assert_eq!(examples(Columns::default(), usual).unwrap(), expected);
        let columns = Columns { sentence1: Some("question"), label: Some("same"), ..Columns::default() };
        assert_eq!(examples(columns, "question\tsentence2\tsame\nA b .\tC d .\t1\nE\tF\t0\n").unwrap(), expected);
    }

    #[test]
    fn a_sentence_may_stand_alone() {
        let alone = |text: &str| Example { label: 0, first: text.into(), second: None };
        let columns = Columns { sentence: Some("review"), ..Columns::default() };
        let found = examples(columns, "review\tsentence1\tsentence2\tlabel\nA\tx\ty\t0\nB\tx\ty\t1\n").unwrap();
        assert_eq!(found[0], alone("A"));
        assert_eq!(examples(Columns::default(), "idx\tsentence\tlabel\n1\tA\t0\n2\tB\t1\n").unwrap()[0], alone("A"));
    }

    #[test]
    fn a_column_is_one_thing_only() {
        let text = "sentence1\tsentence2\tlabel\nA\tB\t1\nC\tD\t0\n";
        let message = |columns| examples(columns, text).unwrap_err().to_string();
        assert_eq!(
            message(Columns { sentence1: Some("sentence2"), ..Columns::default() }),
            "a.tsv: task.sentence1 and task.sentence2 both name the column `sentence2`; each needs a column of its own"
        );
        let label = Columns { label: Some("sentence1"), ..Columns::default() };
        assert!(message(label).contains("task.sentence1 and task.label both name the column `sentence1`"));
    }

    #[test]
    fn a_task_is_not_read_by_the_layout_of_another() {
        let columns = Columns { task: GlueTask::named("qnli").ok(), ..Columns::default() };
        let message = examples(columns, "sentence1\tsentence2\tlabel\nA\tB\t1\n").unwrap_err().to_string();
        assert!(message.starts_with("a.tsv: no column `question`, found sentence1, sentence2, label"), "{message}");
    }

    #[test]
    fn rows_of_qqp_that_lack_something_are_counted_unless_they_are_many() {
        let header = "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n";
        let rows =
            |count: usize| (0..count).map(|row| format!("{row}\t1\t2\tA?\tB?\t{}\n", row % 2)).collect::<String>();
        let broken = "9\t1\t2\tA?\n9\t1\t2\tA?\t\t1\n";
        let text = format!("{header}{}{broken}{}", rows(150), rows(150));
        let set = Columns::default().read("a.tsv", Format::Tsv, text.as_bytes(), None).unwrap();
        assert_eq!((set.examples.len(), set.skipped), (300, 2));
        let message = message(&format!("{header}{}{broken}", rows(20)));
        assert!(message.starts_with("a.tsv: 2 of 22 rows lack something"), "{message}");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let head = "sentence1\tsentence2\tlabel\n";
        assert_eq!(
            message(&format!("{head}A\tB\t1\nA\tB\tyes\n")),
            "a.tsv, line 3: the label in `label` is `yes`, expected a whole number from 0 to 2"
        );
        for label in ["", "3", "1.0", "+1", "-2", "4294967297"] {
            assert!(
                message(&format!("{head}A\tB\t1\nA\tB\t{label}\n")).contains("expected a whole number from 0 to 2"),
                "{label}"
            );
        }
        assert!(
            message(&format!("{head}A\tB\t-1\n"))
                .starts_with("a.tsv, line 2: the label is -1: these examples have no labels")
        );
        assert!(
            message(&format!("{head}A\t \t1\nA\tB\t0\n")).starts_with("a.tsv, line 2: there is no text in `sentence2`")
        );
        assert_eq!(
            message("first\tsecond\tlabel\nA\tB\t1\n"),
            "a.tsv: no column `sentence1`, found first, second, label; name the right one with task.sentence1 = \"...\""
        );
        assert!(message("index\tsentence1\tsentence2\n1\tA\tB\n").ends_with("can neither train nor validate"));
        assert!(message("sentence1\tsentence1\tlabel\nA\tB\t1\n").contains("two columns are called `sentence1`"));
    }
}
