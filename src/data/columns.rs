//! Which columns of a table make an example. The one place that knows how tasks lay out their columns.

use super::classes::Label;
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

impl Layout {
    fn sentences(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.first).chain(self.second)
    }
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

/// A file of a set, read.
pub struct Part {
    /// names it in messages
    pub place: String,
    pub table: Table,
}

/// The examples of a set, with what was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    pub examples: Vec<Example>,
    pub classes: Classes,
    /// rows that lack a sentence or a label
    pub skipped: usize,
    /// rows that nobody labelled
    pub unlabelled: usize,
    /// what a person should know of it
    pub notes: Vec<String>,
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
        self.examples(vec![self.part(place, format, bytes)?], classes)
    }

    /// A file of a set, of which nothing but the columns of examples is kept.
    pub fn part(self, place: &str, format: Format, bytes: &[u8]) -> Result<Part, DataError> {
        let table = format.read_chosen(place, bytes, &|header| self.choose(place, header))?;
        Ok(Part { place: place.to_owned(), table })
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
        let found = named.iter().map(|column| column.find(place, header)).collect::<Result<Vec<_>, _>>()?;
        match found.iter().copied().collect() {
            Some(columns) => Ok(Choice { columns, lenient }),
            None => Err(self.missing(place, header, &named, &found)),
        }
    }

    /// Every column that is not there, and what to write for it.
    fn missing(self, place: &str, header: &[String], named: &[Named<'t>], found: &[Option<usize>]) -> DataError {
        let missing: Vec<&Named<'t>> =
            named.iter().zip(found).filter(|(_, found)| found.is_none()).map(|(named, _)| named).collect();
        let is_free = |(number, name): &(usize, &String)| !found.contains(&Some(*number)) && !is_number_of_row(name);
        let free: Vec<&String> = header.iter().enumerate().filter(is_free).map(|(_, name)| name).collect();
        let advice = match (&missing[..], &free[..]) {
            ([one], [name]) => format!("if `{name}` is meant, write task.{} = \"{name}\"", one.key),
            ([one], []) if one.key == "label" => {
                "name the right one with task.label = \"...\"; a set without labels can neither train nor validate"
                    .into()
            }
            ([one], _) => format!("name the right one with task.{} = \"...\"", one.key),
            (several, _) => {
                let keys: Vec<String> = several.iter().map(|named| format!("task.{} = \"...\"", named.key)).collect();
                let alone = match named.len() == 3 && self.sentence1.or(self.sentence2).is_none() {
                    true => "; single sentences go by task.sentence",
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

    fn named(self, header: &[String]) -> (Vec<Named<'t>>, bool) {
        let is_there = |name: &str| header.iter().any(|column| column.eq_ignore_ascii_case(name));
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
        // where none fits, the one of whose columns the fewest are missing, if it has any sentence
        let lacking =
            |layout: &&Layout| layout.sentences().chain([layout.label]).filter(|name| !is_there(name)).count();
        let nearest = || {
            let of_kind =
                known.iter().filter(|layout| is_pair.is_none_or(|is_pair| is_pair == layout.second.is_some()));
            of_kind.filter(|layout| layout.sentences().any(is_there)).min_by_key(lacking)
        };
        let layout = known.iter().find(fits).or_else(nearest).unwrap_or(usual);
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

    /// The examples of a set's files, in order.
    pub fn examples(self, mut parts: Vec<Part>, classes: Option<&Classes>) -> Result<Set, DataError> {
        let (mut notes, mut choices, mut skipped) = (Vec::new(), Vec::new(), 0);
        for Part { place, table } in &mut parts {
            let Choice { columns, lenient } = self.choose(place, &table.columns)?;
            let count = table.rows.len() + table.skipped;
            if lenient {
                table.rows.retain(|row| columns.iter().all(|column| value(row, *column).is_some()));
            }
            let lacking = count - table.rows.len();
            if lacking * ROWS_TO_A_SLIP > count {
                return Err(DataError::TooManyBroken { place: place.clone(), skipped: lacking, count });
            }
            if lacking > 0 {
                let rows = if lacking == 1 { "1 row that lacks".into() } else { format!("{lacking} rows that lack") };
                notes.push(format!("{place}: passed over {rows} a sentence or a label"));
            }
            notes.extend(table.notes.iter().map(|note| format!("{place}: {note}")));
            skipped += lacking;
            choices.push(columns);
        }
        let labels = || {
            parts.iter().zip(&choices).flat_map(|(Part { place, table }, columns)| {
                let last = columns.last();
                let column = last.and_then(|last| table.columns.get(*last)).map_or("", |name| name);
                table.rows.iter().map(move |row| {
                    let text = last.and_then(|column| value(row, *column));
                    Label { place, column, line: row.line, text }
                })
            })
        };
        let nobody = || match labels().next() {
            Some(label) => DataError::Unlabelled { place: label.place.into(), line: label.line, found: label.shown() },
            None => DataError::HeaderOnly { place: parts.first().map_or_else(String::new, |part| part.place.clone()) },
        };
        let classes = match classes {
            Some(classes) => classes.clone(),
            None => Classes::of(labels())?.ok_or_else(nobody)?,
        };
        let numbers = numbers(&classes, labels())?;
        if numbers.iter().all(Option::is_none) {
            return Err(nobody());
        }
        let (mut examples, mut numbers, mut unlabelled) = (Vec::new(), numbers.into_iter(), 0);
        for (Part { place, table }, columns) in parts.iter_mut().zip(&choices) {
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
            notes.extend(said(place, &left_out, &classes));
        }
        Ok(Set { examples, classes, skipped, unlabelled, notes })
    }
}

/// The class of every row, none where nobody labelled it. What is no label is told with how many more are like it.
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
    row: &mut Row,
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

/// That rows without a label were left out.
fn said(place: &str, lines: &[u64], classes: &Classes) -> Option<String> {
    let rows = match lines {
        [] => return None,
        [line] => format!("1 row without a label (line {line})"),
        [line, ..] => format!("{} rows without a label (the first on line {line})", lines.len()),
    };
    // -1 is a class where a spec says so
    let is_numbered = classes.names().iter().all(|name| name.parse::<u32>().is_ok());
    let names: Vec<String> = classes.names().iter().map(|name| format!("\"{name}\"")).collect();
    let hint = match is_numbered && lines.len() > 1 {
        true => format!("; if -1 is a class, write task.classes = [\"-1\", {}]", names.join(", ")),
        false => String::new(),
    };
    Some(format!("{place}: left out {rows}{hint}"))
}

fn value(row: &Row, column: usize) -> Option<&str> {
    row.values.get(column)?.as_deref().filter(|value| !value.is_empty())
}

impl Named<'_> {
    /// Its place in the header, by its very name or else in other letters (`Label`).
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

/// Columns that number rows, which nobody means.
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
    fn names_of_columns_may_be_in_other_letters() {
        let found = examples(Columns::default(), "Sentence1\tSENTENCE2\tLabel\nA\tB\t1\nC\tD\t0\n").unwrap();
        assert_eq!(found[0], Example { label: 1, first: "A".into(), second: Some("B".into()) });
    }

    #[test]
    fn rows_without_a_gold_label_are_left_out_and_counted() {
        let text = "sentence\tlabel\nA\t0\nB\t-1\nC\t1\n\t-\nD\t\n";
        let set = Columns::default().read("a.tsv", Format::Tsv, text.as_bytes(), None).unwrap();
        assert_eq!((set.examples.len(), set.unlabelled, set.classes.names().len()), (2, 3, 2));
        assert_eq!(
            set.notes,
            ["a.tsv: left out 3 rows without a label (the first on line 3); if -1 is a class, write task.classes = \
              [\"-1\", \"0\", \"1\"]"]
        );
    }

    #[test]
    fn several_files_are_one_set() {
        let part = |place, text: &str| Columns::default().part(place, Format::Tsv, text.as_bytes()).unwrap();
        let parts = || vec![part("a.tsv", "sentence\tlabel\nA\tx\n"), part("b.tsv", "label\tsentence\ny\tB\nx\t\n")];
        let error = Columns::default().examples(parts(), None).unwrap_err().to_string();
        assert!(error.starts_with("b.tsv, line 3: there is no text in `sentence`"), "{error}");
        let mut whole = parts();
        whole[1].table.rows.pop();
        let set = Columns::default().examples(whole, None).unwrap();
        assert_eq!(set.classes.names(), ["x", "y"]);
        assert_eq!(set.examples.iter().map(|example| example.label).collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn a_task_is_not_read_by_the_layout_of_another() {
        let columns = Columns { task: GlueTask::named("qnli").ok(), ..Columns::default() };
        let message = examples(columns, "sentence1\tsentence2\tlabel\nA\tB\t1\n").unwrap_err().to_string();
        assert!(
            message.starts_with("a.tsv: no columns `question` and `sentence`, found sentence1, sentence2, label"),
            "{message}"
        );
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
            message(&format!("{head}A\tB\t1\nA\tB\tyes\nA\tB\tno\n")),
            "a.tsv, line 3: the label in `label` is `yes`, expected a whole number from 0 on"
        );
        let known = Classes::named(&["0", "1"]);
        let labels = |labels: &str| {
            let rows: String = labels.split(' ').map(|label| format!("A\tB\t{label}\n")).collect();
            Columns::default().read("a.tsv", Format::Tsv, format!("{head}{rows}").as_bytes(), Some(&known))
        };
        assert_eq!(
            labels("1 yes 7 0 no").unwrap_err().to_string(),
            "a.tsv, line 3: the label in `label` is `yes`, expected a whole number from 0 to 1; so it is in 2 more rows"
        );
        for label in ["3", "0.5", "-2", "4294967297", "99999999999999999999"] {
            assert!(labels(label).unwrap_err().to_string().contains("expected a whole number from 0 to 1"), "{label}");
        }
        assert!(
            message(&format!("{head}A\tB\t-1\n"))
                .starts_with("a.tsv, line 2: the label is `-1`: these examples have no labels")
        );
        assert!(
            message(&format!("{head}A\t \t1\nA\tB\t0\n")).starts_with("a.tsv, line 2: there is no text in `sentence2`")
        );
    }

    #[test]
    fn every_column_that_is_missing_is_named_with_what_to_write() {
        assert_eq!(
            message("first\tsecond\tlabel\nA\tB\t1\n"),
            "a.tsv: no columns `sentence1` and `sentence2`, found first, second, label; name the right ones with \
             task.sentence1 = \"...\" and task.sentence2 = \"...\"; single sentences go by task.sentence"
        );
        assert_eq!(
            message("idx\tsentence\ttarget\n1\tA\t1\n"),
            "a.tsv: no column `label`, found idx, sentence, target; if `target` is meant, write task.label = \"target\""
        );
        let columns = Columns { sentence: Some("review"), ..Columns::default() };
        let stars = examples(columns, "review\tstars\tdate\nA\t1\tx\n").unwrap_err().to_string();
        assert!(stars.contains("no column `label`") && stars.ends_with("with task.label = \"...\""), "{stars}");
        assert!(message("index\tsentence1\tsentence2\n1\tA\tB\n").ends_with("can neither train nor validate"));
        assert!(message("sentence1\tsentence1\tlabel\nA\tB\t1\n").contains("two columns are called `sentence1`"));
    }
}
