//! `batchscope export`: what a store holds, in formats that other programs read.

use super::exit::Exit;
use crate::engine::{Experiment, Request, Which, history};
use crate::export::CsvTable;
use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub struct ExportArguments {
    /// What to write
    #[arg(long, value_enum)]
    pub format: Format,
    /// Where to write it; - is standard output
    #[arg(long, value_name = "PATH")]
    pub output: PathBuf,
    /// An experiment of the store by its name [default: the only one]
    #[arg(long, value_name = "NAME")]
    pub experiment: Option<String>,
    /// Where runs are kept [default: batchscope in the system's data folder]
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    /// Every measured number, a line each
    Csv,
}

pub fn export(arguments: ExportArguments) -> Result<Exit> {
    match arguments.format {
        Format::Csv => csv(&arguments),
    }
}

fn csv(arguments: &ExportArguments) -> Result<Exit> {
    let request = Request { store: arguments.store.clone(), ..Request::default() };
    let experiment = Experiment::find(&request, arguments.experiment.as_deref().map_or(Which::Only, Which::Named))?;
    let output = &arguments.output;
    if output == Path::new("-") {
        return match write(&experiment, std::io::stdout().lock()) {
            // as `head` does: it has seen enough
            Err(error) if is_broken_pipe(&error) => Ok(Exit::Done),
            written => written.context("cannot write to standard output").map(|()| Exit::Done),
        };
    }
    let doing = || format!("cannot write {}", output.display());
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // under another name until it is whole
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = builder.tempfile_in(folder).with_context(doing)?;
    write(&experiment, &file).with_context(doing)?;
    file.persist(output).with_context(doing)?;
    Ok(Exit::Done)
}

fn write(experiment: &Experiment, output: impl Write) -> Result<()> {
    let mut table = CsvTable::new(output)?;
    for arm in &experiment.arms {
        for (folder, spec) in &arm.runs {
            table.run(&experiment.spec.name, &arm.arm.name, spec, &history(folder)?)?;
        }
    }
    Ok(table.finish()?)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
