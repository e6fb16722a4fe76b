//! A task's sets of pairs: from a folder, or from the corpus compiled into the program.

use super::format::{Format, find, looked_for};
use super::text::bytes;
use super::{Columns, DataError, Pair};
use crate::domain::spec::{NamedSet, Task, Validation};
use std::path::{Path, PathBuf};

/// The sets of a task.
#[derive(Clone, Debug)]
pub struct Sets {
    pub train: Vec<Pair>,
    /// nothing where it is not there, or not asked for
    pub validation: Option<Vec<Pair>>,
}

/// The embedded corpus, which has a dev set; see data/README.md.
pub fn read_embedded() -> Result<Sets, DataError> {
    let read = |place: &str, bytes| Columns::default().pairs(place, &Format::Tsv.read(place, bytes)?);
    Ok(Sets {
        train: read("embedded train.tsv", include_bytes!("../../data/demo/train.tsv"))?,
        validation: Some(read("embedded dev.tsv", include_bytes!("../../data/demo/dev.tsv"))?),
    })
}

/// The training set of a folder and, where it is there, the set to validate on.
pub fn read_folder(folder: &Path, task: &Task) -> Result<Sets, DataError> {
    if !folder.is_dir() {
        return Err(DataError::NoFolder { path: folder.to_owned() });
    }
    let (path, format) = find(folder, &["train"])?
        .ok_or_else(|| DataError::NoTrainingSet { folder: folder.to_owned(), names: looked_for(&["train"]) })?;
    let train = read(&path, format, task)?;
    let label = train.first().map_or(0, |pair| pair.label);
    if train.iter().all(|pair| pair.label == label) {
        return Err(DataError::SingleClass { place: path.display().to_string(), label });
    }
    let validation = match task.validation {
        Validation::Set(set) => find(folder, names(set))?,
        Validation::Fraction(_) => None,
    };
    let validation = validation.map(|(path, format): (PathBuf, Format)| read(&path, format, task)).transpose()?;
    Ok(Sets { train, validation })
}

fn read(path: &Path, format: Format, task: &Task) -> Result<Vec<Pair>, DataError> {
    let place = path.display().to_string();
    Columns::of(task).pairs(&place, &format.read(&place, &bytes(path)?)?)
}

/// Names of a set's file: GLUE's own, and the one that data sets on the hub have.
fn names(set: NamedSet) -> &'static [&'static str] {
    match set {
        NamedSet::Dev => &["dev", "validation"],
        NamedSet::Test => &["test"],
    }
}

/// The files that a set may be in, for messages.
pub fn files_of(set: NamedSet) -> String {
    looked_for(names(set))
}
