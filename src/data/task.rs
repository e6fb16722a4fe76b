//! A task's sets of examples: from files, or from the corpus compiled into the program.

use super::columns::Set;
use super::set_file::{FolderListing, looked_for};
use super::text::bytes;
use super::{Classes, Columns, DataError, Example, Format, SetFile};
use crate::domain::glue::GlueTask;
use crate::domain::spec::{NamedSet, Task, Validation};
use std::path::{Path, PathBuf};

/// The sets of a task.
#[derive(Clone, Debug)]
pub struct Sets {
    pub train: Vec<Example>,
    /// `None` if missing or not requested
    pub validation: Option<Vec<Example>>,
    /// sets to be scored at the end
    pub further_sets: Vec<(NamedSet, Vec<Example>)>,
    pub classes: Classes,
    /// notes on rows that were left out and on the files
    pub notes: Vec<String>,
}

/// The files of a task.
#[derive(Clone, Debug)]
pub struct SetFiles {
    pub train: SetFile,
    pub validation: Option<SetFile>,
    pub further_sets: Vec<(NamedSet, SetFile)>,
}

impl SetFiles {
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        let further_sets = self.further_sets.iter().map(|(_, file)| file);
        let files = std::iter::once(&self.train).chain(&self.validation).chain(further_sets);
        files.flat_map(|file| &file.parts).map(PathBuf::as_path)
    }
}

/// Reads the embedded corpus, which has a dev set; see data/README.md.
pub fn read_embedded() -> Result<Sets, DataError> {
    let read = |place: &str, bytes| Columns::default().read(place, Format::Tsv, bytes, None);
    let train = read("embedded train.tsv", include_bytes!("../../data/demo/train.tsv"))?;
    let dev = read("embedded dev.tsv", include_bytes!("../../data/demo/dev.tsv"))?;
    Ok(Sets {
        train: train.examples,
        validation: Some(dev.examples),
        further_sets: Vec::new(),
        classes: train.classes,
        notes: Vec::new(),
    })
}

/// Finds the training set, the validation set and the further sets in a folder. Everything missing is reported at once.
pub fn find_in_folder(folder: &Path, task: &Task) -> Result<SetFiles, DataError> {
    if let Some(format) = Format::of(folder).filter(|_| folder.is_file()) {
        return one_file(SetFile::alone(folder.to_owned(), format), task);
    }
    if !folder.is_dir() {
        return Err(DataError::NoFolder { path: folder.to_owned() });
    }
    let (listing, mut missing) = (FolderListing::of(folder)?, Vec::new());
    let train = listing.find(&["train"])?.or_else(|| listing.file("msr_paraphrase_train.txt", Format::Tsv));
    if train.is_none() {
        missing.push(format!("no training set, expected one of {}", looked_for(&["train"])));
    }
    let validation = match task.validation {
        Validation::Set(set) => {
            let found = find_set(&listing, set)?;
            if found.is_none() {
                let advice = match set != NamedSet::Test && find_set(&listing, NamedSet::Test)?.is_some() {
                    true => "validate on the test set: task.validation = \"test\", or ",
                    false => "",
                };
                missing.push(format!(
                    "none of {} to validate on; add one, or {advice}use a share of train: task.validation = 0.05",
                    files_of(set)
                ));
            }
            found
        }
        Validation::Fraction(_) => None,
    };
    let mut further_sets = Vec::new();
    for &set in &task.also_evaluate {
        match find_set(&listing, set)? {
            Some(file) => further_sets.push((set, file)),
            None => missing.push(format!(
                "none of {} for the set `{}`; add one, or remove it from task.also_evaluate",
                files_of(set),
                set.name()
            )),
        }
    }
    match train {
        Some(train) if missing.is_empty() => Ok(SetFiles { train, validation, further_sets }),
        _ => {
            let missing = missing.join("; and ");
            Err(DataError::NoSets { folder: folder.to_owned(), missing, there: listing.shown() })
        }
    }
}

/// A single file as training set: a share of it is the validation set.
fn one_file(train: SetFile, task: &Task) -> Result<SetFiles, DataError> {
    let set = match task.validation {
        Validation::Set(set) => Some(set),
        Validation::Fraction(_) => task.also_evaluate.first().copied(),
    };
    match set {
        Some(set) => Err(DataError::OneFile { path: train.path().to_owned(), set }),
        None => Ok(SetFiles { train, validation: None, further_sets: Vec::new() }),
    }
}

/// GLUE's names first, then other usual ones. The original distribution of MRPC comes last, because GLUE's files, which are
/// made from it, take precedence in the same folder.
fn find_set(listing: &FolderListing<'_>, set: NamedSet) -> Result<Option<SetFile>, DataError> {
    let found = listing.find(names(set))?;
    Ok(match set {
        _ if found.is_some() => found,
        NamedSet::Dev => listing.find(&["valid", "val"])?,
        NamedSet::Test => listing.file("msr_paraphrase_test.txt", Format::Tsv),
        NamedSet::Matched | NamedSet::Mismatched => None,
    })
}

/// Reads the files of a task. The classes are those of the task, of the spec, or of the training set's labels.
pub fn read_files(files: &SetFiles, task: &Task, glue: Option<&'static GlueTask>) -> Result<Sets, DataError> {
    let columns = Columns::of(task, glue);
    let mut notes = Vec::new();
    let mut read = |file: &SetFile, classes: Option<&Classes>| -> Result<Set, DataError> {
        let part = |path: &PathBuf| columns.part(&path.display().to_string(), file.format, &bytes(path)?);
        let mut set = columns.examples(file.parts.iter().map(part).collect::<Result<_, _>>()?, classes)?;
        notes.append(&mut set.notes);
        Ok(set)
    };
    let given = match (&task.classes, glue) {
        (Some(names), _) => Some(Classes::named(names)),
        (None, Some(glue)) => Some(Classes::named(glue.classes)),
        (None, None) => None,
    };
    let Set { examples: train, classes, .. } = read(&files.train, given.as_ref())?;
    if let Some(label) = only_class(&train, &classes) {
        return Err(DataError::SingleClass { place: files.train.path().display().to_string(), label });
    }
    let validation = files.validation.as_ref().map(|file| read(file, Some(&classes))).transpose()?;
    let mut further_sets = Vec::new();
    for (set, file) in &files.further_sets {
        further_sets.push((*set, read(file, Some(&classes))?.examples));
    }
    let mut sets = Sets { train, validation: validation.map(|set| set.examples), further_sets, classes, notes };
    sets.check_sentences(files)?;
    sets.warn_of_single_classes(files);
    sets.notes.sort();
    Ok(sets)
}

/// The only class of the examples, if there is just one.
fn only_class(examples: &[Example], classes: &Classes) -> Option<String> {
    let label = examples.first()?.label;
    let name = || classes.names().get(label as usize).cloned().unwrap_or_default();
    examples.iter().all(|example| example.label == label).then(name)
}

impl Sets {
    /// Checks that all sets have either pairs or single sentences.
    fn check_sentences(&self, files: &SetFiles) -> Result<(), DataError> {
        let pairs = |set: &[Example]| set.iter().all(|example| example.second.is_some());
        for (file, set) in self.scored(files) {
            if pairs(set) != pairs(&self.train) {
                let (train, path) = (files.train.path().to_owned(), file.path().to_owned());
                return Err(DataError::Unlike { train, path });
            }
        }
        Ok(())
    }

    /// The sets that are scored, with their files.
    fn scored<'s>(&'s self, files: &'s SetFiles) -> impl Iterator<Item = (&'s SetFile, &'s [Example])> {
        let validation = files.validation.iter().zip(&self.validation);
        let further_sets =
            files.further_sets.iter().map(|(_, file)| file).zip(self.further_sets.iter().map(|(_, set)| set));
        validation.chain(further_sets).map(|(file, set)| (file, set.as_slice()))
    }

    fn warn_of_single_classes(&mut self, files: &SetFiles) {
        let warning = |(file, set): (&SetFile, &[Example])| {
            let (place, label) = (file.path().display(), only_class(set, &self.classes)?);
            Some(format!("{place}: every example has the label {label}: scores only show how often a run predicts it"))
        };
        let warnings: Vec<String> = self.scored(files).filter_map(warning).collect();
        self.notes.extend(warnings);
    }
}

/// File names of a set: GLUE's own, and the usual ones on the hub.
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
