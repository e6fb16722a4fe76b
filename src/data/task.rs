//! A task's sets of examples: from files, or from the corpus compiled into the program.

use super::columns::Set;
use super::format::{SetFile, find, looked_for};
use super::text::bytes;
use super::{Classes, Columns, DataError, Example, Format};
use crate::domain::glue::GlueTask;
use crate::domain::spec::{NamedSet, Task, Validation};
use std::path::Path;

/// The sets of a task.
#[derive(Clone, Debug)]
pub struct Sets {
    pub train: Vec<Example>,
    /// nothing where it is not there, or not asked for
    pub validation: Option<Vec<Example>>,
    /// those to be scored at the end
    pub also: Vec<(NamedSet, Vec<Example>)>,
    pub classes: Classes,
    /// what was passed over, in words
    pub notes: Vec<String>,
}

/// Where the sets of a task are.
#[derive(Clone, Debug)]
pub struct SetFiles {
    pub train: SetFile,
    pub validation: Option<SetFile>,
    pub also: Vec<(NamedSet, SetFile)>,
}

impl SetFiles {
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        let also = self.also.iter().map(|(_, file)| file);
        std::iter::once(&self.train).chain(&self.validation).chain(also).map(|(path, _)| path.as_path())
    }
}

/// The embedded corpus, which has a dev set; see data/README.md.
pub fn read_embedded() -> Result<Sets, DataError> {
    let read = |place: &str, bytes| Columns::default().read(place, Format::Tsv, bytes, None);
    let train = read("embedded train.tsv", include_bytes!("../../data/demo/train.tsv"))?;
    let dev = read("embedded dev.tsv", include_bytes!("../../data/demo/dev.tsv"))?;
    Ok(Sets {
        train: train.examples,
        validation: Some(dev.examples),
        also: Vec::new(),
        classes: train.classes,
        notes: Vec::new(),
    })
}

/// The files of a folder: its training set, the set to validate on where it is there, and those to score at the end.
pub fn find_in_folder(folder: &Path, task: &Task) -> Result<SetFiles, DataError> {
    if let Some(format) = Format::of(folder).filter(|_| folder.is_file()) {
        return one_file((folder.to_owned(), format), task);
    }
    if !folder.is_dir() {
        return Err(DataError::NoFolder { path: folder.to_owned() });
    }
    let train = find(folder, &["train"])?
        .or_else(|| authors_own(folder, "msr_paraphrase_train.txt"))
        .ok_or_else(|| DataError::NoTrainingSet { folder: folder.to_owned(), names: looked_for(&["train"]) })?;
    let validation = match task.validation {
        Validation::Set(set) => find_set(folder, set)?,
        Validation::Fraction(_) => None,
    };
    let mut also = Vec::new();
    for &set in &task.also_evaluate {
        let missing = || DataError::NoSet { folder: folder.to_owned(), set, names: files_of(set) };
        also.push((set, find_set(folder, set)?.ok_or_else(missing)?));
    }
    Ok(SetFiles { train, validation, also })
}

/// A training set in a single file: what is validated on is a share of it.
fn one_file(train: SetFile, task: &Task) -> Result<SetFiles, DataError> {
    let set = match task.validation {
        Validation::Set(set) => Some(set),
        Validation::Fraction(_) => task.also_evaluate.first().copied(),
    };
    match set {
        Some(set) => Err(DataError::OneFile { path: train.0, set }),
        None => Ok(SetFiles { train, validation: None, also: Vec::new() }),
    }
}

fn find_set(folder: &Path, set: NamedSet) -> Result<Option<SetFile>, DataError> {
    let found = find(folder, names(set))?;
    Ok(match set {
        NamedSet::Test => found.or_else(|| authors_own(folder, "msr_paraphrase_test.txt")),
        _ => found,
    })
}

/// A set of MRPC as its authors hand it out. GLUE's, which are made of it, may lie beside it and are meant then.
fn authors_own(folder: &Path, name: &str) -> Option<SetFile> {
    let path = folder.join(name);
    path.exists().then_some((path, Format::Tsv))
}

/// Reads the files of a task. The classes are those of the task, of the spec, or of the training set's labels.
pub fn read_files(files: &SetFiles, task: &Task, glue: Option<&'static GlueTask>) -> Result<Sets, DataError> {
    let columns = Columns::of(task, glue);
    let mut notes = Vec::new();
    let mut read = |(path, format): &SetFile, classes: Option<&Classes>| -> Result<Set, DataError> {
        let place = path.display().to_string();
        let set = columns.read(&place, *format, &bytes(path)?, classes)?;
        if set.skipped > 0 {
            let rows =
                if set.skipped == 1 { "1 row that lacks".into() } else { format!("{} rows that lack", set.skipped) };
            notes.push(format!("{place}: passed over {rows} a sentence or a label"));
        }
        Ok(set)
    };
    let given = match (&task.classes, glue) {
        (Some(names), _) => Some(Classes::named(names)),
        (None, Some(glue)) => Some(Classes::named(glue.classes)),
        (None, None) => None,
    };
    let Set { examples: train, classes, .. } = read(&files.train, given.as_ref())?;
    let label = train.first().map_or(0, |example| example.label);
    if train.iter().all(|example| example.label == label) {
        let label = classes.names().get(label as usize).cloned().unwrap_or_default();
        return Err(DataError::SingleClass { place: files.train.0.display().to_string(), label });
    }
    let validation = files.validation.as_ref().map(|file| read(file, Some(&classes))).transpose()?;
    let mut also = Vec::new();
    for (set, file) in &files.also {
        also.push((*set, read(file, Some(&classes))?.examples));
    }
    let mut sets = Sets { train, validation: validation.map(|set| set.examples), also, classes, notes };
    sets.check_sentences(files)?;
    sets.notes.sort();
    Ok(sets)
}

impl Sets {
    /// A model that is trained on pairs is not scored on single sentences.
    fn check_sentences(&self, files: &SetFiles) -> Result<(), DataError> {
        let pairs = |set: &[Example]| set.iter().all(|example| example.second.is_some());
        let validation = files.validation.iter().zip(&self.validation);
        let also = files.also.iter().map(|(_, file)| file).zip(self.also.iter().map(|(_, set)| set));
        for ((path, _), set) in validation.chain(also) {
            if pairs(set) != pairs(&self.train) {
                let (train, path) = (files.train.0.clone(), path.clone());
                return Err(DataError::Unlike { train, path });
            }
        }
        Ok(())
    }
}

/// Names of a set's file: GLUE's own, and the one that data sets on the hub have.
fn names(set: NamedSet) -> &'static [&'static str] {
    match set {
        NamedSet::Dev => &["dev", "validation", "dev_matched", "validation_matched"],
        NamedSet::Matched => &["dev_matched", "validation_matched"],
        NamedSet::Mismatched => &["dev_mismatched", "validation_mismatched"],
        NamedSet::Test => &["test", "test_matched"],
    }
}

/// The files that a set may be in, for messages.
pub fn files_of(set: NamedSet) -> String {
    looked_for(names(set))
}
