//! A run's final weights as a folder that transformers loads.

use super::ExportArguments;
use crate::cli::exit::{BadInput, Exit};
use crate::cli::page::notify;
use crate::cli::runs;
use crate::domain::choice::Norm;
use crate::export::{CheckpointError, CheckpointFolder, Tokenizer};
use crate::resolve::{StartTokenizer, find_start};
use crate::store::ExperimentInputs;
use crate::train::untouched_scale;
use anyhow::{Context, Result};
use std::path::Path;

pub fn checkpoint(arguments: &ExportArguments, prefix: &str) -> Result<Exit> {
    let store = runs::open(arguments.store.as_deref())?;
    let listed = runs::find(&store, prefix)?;
    let (id, spec) = (&listed.run.id, listed.spec()?);
    let Some(result) = &listed.run.result else {
        let state = listed.state();
        return Err(BadInput(format!("run {id} is {state}, not finished: it has no final weights yet")).into());
    };
    if spec.norm != Norm::Layer {
        let message = format!("run {id} does not use layer norm, and Hugging Face's BERT supports nothing else");
        return Err(BadInput(message).into());
    }
    let Some(kept) = listed.run.folder.weights(result.attempt)? else {
        let message = format!(
            "run {id} kept no final weights. To have them, remove it (`batchscope runs remove {id}`) and train it \
             again with --set store.keep_weights=all"
        );
        return Err(BadInput(message).into());
    };
    let experiments: Vec<&str> = listed.places.iter().map(|place| place.experiment.as_str()).collect();
    let start = find_start(&store, &spec.model, spec.data.classes, &experiments)
        .map_err(|error| BadInput(error.to_string()))?;
    let tokenizer = match &start.tokenizer {
        StartTokenizer::Folder(folder) => Tokenizer::Folder(folder),
        StartTokenizer::Vocabulary(lines) => Tokenizer::Vocabulary(lines),
    };
    let inputs = listed.places.iter().filter_map(|place| store.inputs(&place.experiment).ok().flatten());
    let named =
        |inputs: ExperimentInputs| Some(inputs.classes).filter(|names| names.len() == spec.data.classes as usize);
    let classes: Vec<String> = inputs
        .filter(|inputs| inputs.data == spec.data)
        .find_map(named)
        .unwrap_or_else(|| (0..spec.data.classes).map(|class| class.to_string()).collect());
    let checkpoint = CheckpointFolder {
        config: &spec.model.config,
        classes: &classes,
        kept: &kept,
        start: &start.weights,
        untouched_scale: untouched_scale(spec),
        tokenizer,
    };
    write(&checkpoint, &arguments.output)?;
    notify(&format!("wrote {}", arguments.output.display()));
    Ok(Exit::Done)
}

fn write(checkpoint: &CheckpointFolder<'_>, output: &Path) -> Result<()> {
    match checkpoint.write(output) {
        Err(error @ CheckpointError::Occupied { .. }) => Err(BadInput(error.to_string()).into()),
        written => written.context("nothing was exported"),
    }
}
