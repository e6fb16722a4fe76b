//! A task's sets of pairs: from a folder, or from the corpus compiled into the program.

use super::{DataError, Pair, parse_pairs};
use crate::domain::spec::NamedSet;
use std::path::Path;

/// The sets of a task.
#[derive(Clone, Debug)]
pub struct Sets {
    pub train: Vec<Pair>,
    /// nothing where it is not there, or not asked for
    pub validation: Option<Vec<Pair>>,
}

/// The embedded corpus, which has a dev set; see data/README.md.
pub fn read_embedded() -> Result<Sets, DataError> {
    let train = include_bytes!("../../data/demo/train.tsv");
    let dev = include_bytes!("../../data/demo/dev.tsv");
    checked(Sets {
        train: parse_pairs("embedded train.tsv", train)?,
        validation: Some(parse_pairs("embedded dev.tsv", dev)?),
    })
}

/// `train.tsv` of a folder and, where it is there, the set asked for, in MRPC's layout.
pub fn read_folder(folder: &Path, validation: Option<NamedSet>) -> Result<Sets, DataError> {
    let read = |name: &str| {
        let path = folder.join(name);
        let bytes = std::fs::read(&path).map_err(|cause| DataError::Read { path: path.clone(), cause })?;
        parse_pairs(&path.display().to_string(), &bytes)
    };
    let name = validation.map(NamedSet::file_name).filter(|name| folder.join(name).exists());
    checked(Sets { train: read("train.tsv")?, validation: name.map(read).transpose()? })
}

fn checked(sets: Sets) -> Result<Sets, DataError> {
    let label = sets.train[0].label;
    if sets.train.iter().all(|pair| pair.label == label) {
        return Err(DataError::SingleClass { place: "the training set".into(), label });
    }
    Ok(sets)
}
