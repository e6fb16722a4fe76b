//! Finds the initial weights of a stored run again, and checks that they are still the same.

use super::prepare::{embedded_vocabulary, read_model};
use super::sources::Sources;
use crate::domain::run::ModelIdentity;
use crate::domain::spec::Spec;
use crate::model::{Pretrained, Weights};
use crate::spec_file::parse;
use crate::store::{Store, StoreError};
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(
        "the weights that the run began with (digest {digest}) are needed for the words that its task does not use, \
         and are no longer available:{tried}\nput them back where they were, and try again"
    )]
    Lost { digest: String, tried: String },
}

/// Weights, and the tokenizer that goes with them.
pub struct Start {
    pub weights: Weights,
    pub tokenizer: StartTokenizer,
}

pub enum StartTokenizer {
    /// the files of this folder
    Folder(PathBuf),
    /// lines of an uncased `vocab.txt`
    Vocabulary(&'static [u8]),
}

/// Searches the sources that the store's experiments name, beginning with the given experiments.
pub fn find_start(
    store: &Store,
    model: &ModelIdentity,
    classes: u32,
    experiments: &[&str],
) -> Result<Start, StartError> {
    let mut specs = store.specs()?;
    specs.sort_by_key(|(name, _)| !experiments.contains(&name.as_str()));
    let mut tried: Vec<String> = Vec::new();
    for (name, text) in specs {
        // a spec that does not read belongs to another version of the program
        let Ok(spec) = parse(name.as_str(), &text, &[]) else { continue };
        // the newest reading of the experiment's files, and the one of before its classes' names were looked at
        let names = store.inputs(&name).ok().flatten().map(|inputs| inputs.classes).unwrap_or_default();
        let named = start_of(&spec, model, classes as usize, &names);
        match named.or_else(|words| start_of(&spec, model, classes as usize, &[]).map_err(|_| words)) {
            Ok(start) => return Ok(start),
            Err(words) if tried.contains(&words) => {}
            Err(words) => tried.push(words),
        }
    }
    if tried.is_empty() {
        tried.push("no experiment of the store names a model".into());
    }
    let tried = tried.iter().map(|words| format!("\n  {words}")).collect();
    Err(StartError::Lost { digest: model.weights.chars().take(20).collect(), tried })
}

fn start_of(spec: &Spec, wanted: &ModelIdentity, classes: usize, names: &[String]) -> Result<Start, String> {
    let source = spec.model.source.clone();
    let folder = Sources::cached().model(&source).map_err(|error| error.to_string())?;
    let names = if names.len() == classes { names } else { &[] };
    let read = read_model(spec, folder.as_deref(), classes, names).map_err(|error| error.to_string())?;
    let (_, Pretrained { config, weights, .. }) = read;
    if config != wanted.config || weights.identity != wanted.weights {
        return Err(format!("{source} holds other weights than the run began with"));
    }
    let tokenizer = match folder {
        None => StartTokenizer::Vocabulary(embedded_vocabulary()),
        Some(folder) => StartTokenizer::Folder(folder),
    };
    Ok(Start { weights, tokenizer })
}
