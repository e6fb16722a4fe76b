//! `batchscope export`: what a store holds, in formats that other programs read.

mod checkpoint;
mod csv;

use super::exit::{BadInput, Exit};
use anyhow::Result;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct ExportArguments {
    /// What to write
    #[arg(long, value_enum)]
    pub format: Format,
    /// Where to write it; for csv - is standard output. A folder that is there already is never written into
    #[arg(long, short, value_name = "PATH")]
    pub output: PathBuf,
    /// Leading digits of the run whose checkpoint is written
    #[arg(long, value_name = "RUN", required_if_eq("format", "checkpoint"))]
    pub run: Option<String>,
    /// The experiment whose numbers are written, by its name [default: the only one]
    #[arg(long, value_name = "NAME")]
    pub experiment: Option<String>,
    /// Where runs are kept [default: batchscope in the system's data folder]
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A run's final weights as a folder that Hugging Face's transformers loads
    Checkpoint,
    /// Every measured number of an experiment, a line each
    Csv,
}

pub fn export(arguments: &ExportArguments) -> Result<Exit> {
    match (arguments.format, &arguments.run) {
        (Format::Checkpoint, Some(run)) => checkpoint::checkpoint(arguments, run),
        (Format::Checkpoint, None) => Err(BadInput("name a run with --run".into()).into()),
        (Format::Csv, _) => csv::csv(arguments),
    }
}
