//! `batchscope export`: something of a store in a format of others.

use super::exit::{BadInput, Exit};
use super::page::talk;
use super::runs;
use crate::domain::arm::Norm;
use crate::engine::{StartTokenizer, find_start};
use crate::export::{Checkpoint, CheckpointError, Tokenizer};
use crate::train::untouched_scale;
use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub struct ExportArguments {
    /// What to write
    #[arg(long, value_enum)]
    pub format: Format,
    /// Where to write it; what is there already is never overwritten
    #[arg(long, short, value_name = "PATH")]
    pub output: PathBuf,
    /// Leading digits of a run's digest
    #[arg(long, value_name = "RUN", required_if_eq("format", "checkpoint"))]
    pub run: Option<String>,
    /// Where runs are kept [default: batchscope in the system's data folder]
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A run's final weights as a folder that Hugging Face's transformers loads
    Checkpoint,
}

pub fn export(arguments: &ExportArguments) -> Result<Exit> {
    match (arguments.format, &arguments.run) {
        (Format::Checkpoint, Some(run)) => checkpoint(arguments, run),
        (Format::Checkpoint, None) => Err(BadInput("name a run with --run".into()).into()),
    }
}

fn checkpoint(arguments: &ExportArguments, prefix: &str) -> Result<Exit> {
    let store = runs::open(&arguments.store)?;
    let listed = runs::find(&store, prefix)?;
    let (id, spec) = (&listed.run.id, &listed.run.spec);
    let Some(result) = &listed.run.result else {
        let state = listed.state();
        return Err(BadInput(format!("run {id} is {state}, not finished: it has no final weights yet")).into());
    };
    if spec.norm != Norm::Layer {
        let message = format!("run {id} has another norm than layer norm, which Hugging Face's BERT cannot express");
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
    let start = find_start(&store, &spec.model, &experiments).map_err(|error| BadInput(error.to_string()))?;
    let tokenizer = match &start.tokenizer {
        StartTokenizer::Folder(folder) => Tokenizer::Folder(folder),
        StartTokenizer::Vocabulary(lines) => Tokenizer::Vocabulary(lines),
    };
    let checkpoint = Checkpoint {
        config: &spec.model.config,
        classes: spec.data.classes as usize,
        kept: &kept,
        start: &start.weights,
        untouched_scale: untouched_scale(spec),
        tokenizer,
    };
    write(&checkpoint, &arguments.output)?;
    talk(&format!("wrote {}", arguments.output.display()));
    Ok(Exit::Done)
}

fn write(checkpoint: &Checkpoint<'_>, output: &Path) -> Result<()> {
    match checkpoint.write(output) {
        Err(error @ CheckpointError::Occupied { .. }) => Err(BadInput(error.to_string()).into()),
        written => written.context("nothing was exported"),
    }
}
