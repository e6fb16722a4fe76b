//! Every measured number of an experiment, a line each.

use super::ExportArguments;
use crate::cli::exit::Exit;
use crate::engine::{Experiment, Request, Which, history};
use crate::export::CsvTable;
use anyhow::{Context, Result};
use std::io::{ErrorKind, Write};
use std::path::Path;

pub fn csv(arguments: &ExportArguments) -> Result<Exit> {
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
            table.run(&experiment.spec.name, &arm.planned.arm.name, spec, &history(folder)?)?;
        }
    }
    Ok(table.finish()?)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
