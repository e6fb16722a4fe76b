//! A task's sets of pairs: from a folder, or from the corpus compiled into the program.

use super::{DataError, Pair, parse_pairs};
use std::path::Path;

/// The sets of a task. `dev` may be absent when the validation set is cut out of train.
#[derive(Clone, Debug)]
pub struct Sets {
    pub train: Vec<Pair>,
    pub dev: Option<Vec<Pair>>,
}

/// The embedded corpus; see data/README.md.
pub fn read_embedded() -> Result<Sets, DataError> {
    let train = include_bytes!("../../data/demo/train.tsv");
    let dev = include_bytes!("../../data/demo/dev.tsv");
    checked(Sets { train: parse_pairs("embedded train.tsv", train)?, dev: Some(parse_pairs("embedded dev.tsv", dev)?) })
}

/// `train.tsv` and, if there is one, `dev.tsv` of a folder, in MRPC's layout.
pub fn read_folder(folder: &Path) -> Result<Sets, DataError> {
    let read = |name: &str| {
        let path = folder.join(name);
        let bytes = std::fs::read(&path).map_err(|source| DataError::Read { path: path.clone(), source })?;
        parse_pairs(&path.display().to_string(), &bytes)
    };
    let train = read("train.tsv")?;
    let dev = if folder.join("dev.tsv").exists() { Some(read("dev.tsv")?) } else { None };
    checked(Sets { train, dev })
}

fn checked(sets: Sets) -> Result<Sets, DataError> {
    let label = sets.train[0].label;
    if sets.train.iter().all(|pair| pair.label == label) {
        return Err(DataError::SingleClass { place: "the training set".into(), label });
    }
    Ok(sets)
}
