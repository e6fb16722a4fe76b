//! A folder or a file of examples in place of a spec: what is in it, and the spec that trains on it.

use super::error::{Guess, PrepareError, RequestError, SetsError};
use super::sets::read_sets;
use super::sources::Sources;
use crate::data::{DataError, DataTable, Format, Sets, find_in_folder};
use crate::domain::glue::GlueTask;
use crate::domain::spec::{Model, Spec, Task, Validation};
use crate::spec_file::{OwnColumns, OwnSpec, VALIDATION, own_name, parse};
use std::path::{Path, PathBuf};

/// The examples that were given, located.
pub struct OwnData {
    /// as it was given
    given: String,
    /// the folder, or the file where there is only one
    path: String,
    /// the training set, its first file where it has several
    train: PathBuf,
    has_dev: bool,
}

impl OwnData {
    /// Nothing where the argument is neither a folder nor a file of examples.
    pub fn find(given: &str) -> Result<Option<Self>, RequestError> {
        let path = Path::new(given);
        let found = |path: String, train, has_dev| Some(Self { given: given.to_owned(), path, train, has_dev });
        if path.is_file() && Format::of(path).is_some() {
            return Ok(found(given.to_owned(), path.to_owned(), false));
        }
        if !path.is_dir() {
            return Ok(None);
        }
        let train = |validation| -> Result<PathBuf, DataError> {
            let files = find_in_folder(path, &task_of(path, validation))?;
            Ok(files.paths().next().map(Path::to_owned).unwrap_or_default())
        };
        if let Ok(train) = train(Validation::default()) {
            return Ok(found(given.to_owned(), train, true));
        }
        match (train(Validation::Fraction(VALIDATION)), only_file(path)) {
            (Ok(train), _) => Ok(found(given.to_owned(), train, false)),
            (Err(_), Some(file)) => Ok(found(file.display().to_string(), file, false)),
            (Err(error), None) => Err(PrepareError::Data(error).into()),
        }
    }

    /// The spec that trains on it, with what was found and assumed in words.
    pub fn spec(&self, overrides: &[String]) -> Result<(Spec, Vec<String>), RequestError> {
        let written = |about: &str, examples, is_embedded| {
            parse(&self.given, &self.toml_of(about, OwnColumns::Recognised, examples, is_embedded), overrides)
        };
        // complete in its task and model only
        let spec = written("", usize::MAX, true)?;
        let sets = self.read(&spec.task)?;
        let is_embedded = Model::is_embedded(&spec.model.source);
        let spec = written("", training_examples(&sets, &spec.task), is_embedded)?;
        let (source, train) = (&spec.model.source, &spec.train);
        let assumed = vec![
            format!("{}: {}", self.path, self.about(&sets, &spec.task)),
            format!("assumed: model {source}, learning rate {:e}, {} epochs", train.learning_rate, train.epochs),
            format!("for other settings: --set KEY=VALUE, or a spec: {}", self.init()),
        ];
        Ok((spec, assumed))
    }

    /// The same as TOML, to be saved: with a guess where columns are not recognised.
    pub fn to_toml(&self) -> Result<String, RequestError> {
        let spec = parse(&self.given, &self.toml_of("", OwnColumns::Recognised, usize::MAX, true), &[])?;
        match self.read(&spec.task) {
            Ok(sets) => {
                let examples = training_examples(&sets, &spec.task);
                Ok(self.toml_of(&self.about(&sets, &spec.task), OwnColumns::Recognised, examples, true))
            }
            Err(RequestError::Columns { columns, guess, .. }) => {
                let about = format!("columns: {columns}");
                Ok(self.toml_of(&about, OwnColumns::Guessed(guess), usize::MAX, true))
            }
            Err(error) => Err(error),
        }
    }

    /// The command that saves the spec.
    fn init(&self) -> String {
        format!("batchscope init {} > {}.toml", quoted(&self.given), self.name())
    }

    fn name(&self) -> String {
        let path = std::path::absolute(&self.path).unwrap_or_else(|_| PathBuf::from(&self.path));
        own_name(&path.file_name().unwrap_or_default().to_string_lossy())
    }

    fn toml_of(&self, about: &str, columns: OwnColumns, examples: usize, is_embedded: bool) -> String {
        let (name, path, has_dev) = (self.name(), self.path.as_str(), self.has_dev);
        OwnSpec { name: &name, path, about, columns, has_dev, examples }.to_toml(is_embedded)
    }

    fn read(&self, task: &Task) -> Result<Sets, RequestError> {
        match read_sets(task, &|| Sources::cached().hub()) {
            Ok((_, sets)) => Ok(sets),
            Err(SetsError::Data(cause @ DataError::NoColumn { .. })) => Err(self.unrecognised(cause)),
            Err(error) => Err(PrepareError::Sets(error).into()),
        }
    }

    fn unrecognised(&self, cause: DataError) -> RequestError {
        let place = self.train.display().to_string();
        let table = Format::of(&self.train).zip(std::fs::read(&self.train).ok());
        let table = table.and_then(|(format, bytes)| format.read(&place, &bytes).ok()).unwrap_or_default();
        let (columns, guess) = (table.columns.join(", "), guess(&table));
        let mut advice = format!("a spec that names them: {}", self.init());
        if !guess.is_empty() {
            let named = guess.iter().map(|(key, column)| format!(" --set {}", quoted(&format!("task.{key}={column}"))));
            advice += &format!("\nor here, if this guess is right:{}", named.collect::<String>());
        }
        if let Ok(task) = GlueTask::named(&self.name()) {
            advice += &format!("\nor, for the files of GLUE's own: --set task.name={}", task.name);
        }
        RequestError::Columns { columns, guess, advice, cause: Box::new(cause) }
    }

    /// `400 pairs of sentences in 2 classes (different, same), a tenth of them to validate on`.
    fn about(&self, sets: &Sets, task: &Task) -> String {
        let pairs = sets.train.iter().all(|example| example.second.is_some());
        let (what, classes) = (if pairs { "pairs of sentences" } else { "sentences" }, sets.classes.names());
        let names = classes.join(", ");
        let names = if names.len() > 40 { String::new() } else { format!(" ({names})") };
        let validation = match (task.validation, &sets.validation) {
            (Validation::Fraction(share), _) => format!("{:.0} % of them to validate on", 100.0 * share),
            (Validation::Set(set), Some(examples)) => {
                format!("{} more in {} to validate on", examples.len(), set.name())
            }
            (Validation::Set(set), None) => format!("none in {}", set.name()),
        };
        format!("{} {what} in {} classes{names}, {validation}", sets.train.len(), classes.len())
    }
}

/// Quoted for a shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=@+,:".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

fn task_of(path: &Path, validation: Validation) -> Task {
    Task {
        name: None,
        path: Some(path.to_owned()),
        sentence: None,
        sentence1: None,
        sentence2: None,
        label: None,
        classes: None,
        max_length: 128,
        validation,
        also_evaluate: Vec::new(),
    }
}

/// The one file of examples that a folder holds, whatever it is called.
fn only_file(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let mut files = entries.filter(|path| path.is_file() && Format::of(path).is_some());
    files.next().filter(|_| files.next().is_none())
}

fn training_examples(sets: &Sets, task: &Task) -> usize {
    match task.validation {
        Validation::Fraction(share) => sets.train.len() - (sets.train.len() as f64 * share) as usize,
        Validation::Set(_) => sets.train.len(),
    }
}

/// A column of sentences has at least this mean length in characters.
const SENTENCE: usize = 12;
/// Rows that are examined.
const ROWS: usize = 10_000;

/// The label is the column with the fewest values, of those with at least two and far fewer than rows; sentences are the
/// one or two longest columns. Nothing where either is missing.
fn guess(table: &DataTable) -> Guess {
    let rows = &table.rows[..table.rows.len().min(ROWS)];
    let values = |column: usize| rows.iter().filter_map(move |row| row.values.get(column)?.as_deref());
    let kinds = |column: usize| values(column).collect::<std::collections::HashSet<_>>().len();
    let letters = |column: usize| values(column).map(|text| text.chars().count()).sum::<usize>() / rows.len().max(1);
    let few = |kinds: &usize| (2..=64).contains(kinds) && kinds * 2 <= rows.len();
    let columns = 0..table.columns.len();
    let label = columns.clone().filter(|column| few(&kinds(*column))).min_by_key(|column| kinds(*column));
    let mut sentences: Vec<usize> = columns.filter(|c| Some(*c) != label && letters(*c) >= SENTENCE).collect();
    sentences.sort_by_key(|column| std::cmp::Reverse(letters(*column)));
    sentences.truncate(2);
    sentences.sort_unstable();
    let name = |column: usize| table.columns[column].clone();
    match (sentences[..].as_ref(), label) {
        ([only], Some(label)) => vec![("sentence", name(*only)), ("label", name(label))],
        ([first, second], Some(label)) => {
            vec![("sentence1", name(*first)), ("sentence2", name(*second)), ("label", name(label))]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_guessed_by_what_they_hold() {
        let guessed = |text: &str| guess(&Format::Csv.read("a.csv", text.as_bytes()).unwrap());
        let rows = |row: fn(usize) -> String| (0..20).map(row).collect::<String>();
        let reviews = rows(|row| format!("{row},the {row} st was rather good,{}\n", ["poor", "fine"][row % 2]));
        assert_eq!(
            guessed(&format!("id,review,stars\n{reviews}")),
            [("sentence", "review".to_owned()), ("label", "stars".to_owned())]
        );
        let pairs = rows(|row| format!("{},a question of {row},its answer {row} is long\n", row % 3));
        assert_eq!(
            guessed(&format!("fits,question,answer\n{pairs}")),
            [("sentence1", "question".to_owned()), ("sentence2", "answer".to_owned()), ("label", "fits".to_owned())]
        );
        assert!(guessed(&format!("a,b\n{}", rows(|row| format!("{row},{row}\n")))).is_empty());
    }
}
