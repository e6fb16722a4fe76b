//! `batchscope export`: what a store holds, in formats that other programs read.

mod checkpoint;
mod csv;
mod picture;

use super::exit::{BadInput, Exit};
use crate::domain::metric::Metric;
use crate::files::replace;
use anyhow::{Context, Result};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub struct ExportArguments {
    /// What to write [default with --view: png]
    #[arg(long, value_enum, required_unless_present = "view")]
    pub format: Option<Format>,
    /// Where to write it; - is standard output. A file that is there is replaced; a folder
    /// must be new or empty
    #[arg(long, short, value_name = "PATH")]
    pub output: PathBuf,
    /// Leading digits of the run whose checkpoint is written
    #[arg(long, value_name = "RUN", required_if_eq("format", "checkpoint"))]
    pub run: Option<String>,
    /// The experiment whose numbers are written or drawn, by its name [default: the only one]
    #[arg(long, value_name = "NAME")]
    pub experiment: Option<String>,
    /// Draw what this file says, which the key w has written beside a picture; as csv: the drawn data
    #[arg(long, value_name = "FILE", conflicts_with_all = ["experiment", "metric", "run"])]
    pub view: Option<PathBuf>,
    /// What a picture shows [default: valid-accuracy]
    #[arg(long, value_parser = metric_parser())]
    pub metric: Option<Metric>,
    /// Draw a picture dark, and not on white
    #[arg(long)]
    pub dark: bool,
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
    /// A picture of 1600 by 900 pixels
    Png,
    /// The same as lines and letters
    Svg,
}

fn metric_parser() -> impl TypedValueParser<Value = Metric> {
    PossibleValuesParser::new(Metric::ALL.map(Metric::file_name))
        .map(|name| Metric::named(&name).unwrap_or(Metric::ValidAccuracy))
}

pub fn export(arguments: &ExportArguments) -> Result<Exit> {
    match (arguments.format.unwrap_or(Format::Png), &arguments.run) {
        (Format::Checkpoint, Some(run)) => checkpoint::checkpoint(arguments, run),
        (Format::Checkpoint, None) => Err(BadInput("name a run with --run".into()).into()),
        (Format::Csv, _) if arguments.view.is_none() => csv::csv(arguments),
        (format, _) => picture::picture(arguments, format),
    }
}

/// Into a file, which is there once it is whole, or to standard output.
fn write_to(output: &Path, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<Exit> {
    if output == Path::new("-") {
        return match write(&mut std::io::stdout().lock()) {
            // as `head` does: it has seen enough
            Err(error) if is_broken_pipe(&error) => Ok(Exit::Done),
            written => written.context("cannot write to standard output").map(|()| Exit::Done),
        };
    }
    let written = replace(output, |mut file: &File| write(&mut file));
    written.with_context(|| format!("cannot write {}", output.display())).map(|()| Exit::Done)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
