//! Every point of runs of other programs, one per line.

use super::{ExportArguments, ExportFormat, write_to};
use crate::cli::exit::{BadInput, Exit};
use crate::cli::page::notify;
use crate::export::points_to_csv;
use crate::logs::RunLogs;
use anyhow::Result;

pub fn points(arguments: &ExportArguments, format: ExportFormat) -> Result<Exit> {
    if format != ExportFormat::Csv {
        return Err(
            BadInput("of the logs of other programs, csv alone is exported: let --output end in .csv".into()).into()
        );
    }
    let mut watcher = arguments.names.open(&arguments.from, arguments.from_format)?;
    if let Some(nothing) = watcher.nothing_found() {
        return Err(BadInput(nothing.to_string()).into());
    }
    let mut histories = RunLogs::default();
    watcher.poll(|event| histories.apply(event)).map_err(|error| BadInput(error.to_string()))?;
    watcher.notes().iter().for_each(|note| notify(note));
    let runs: Vec<_> = histories.runs().collect();
    write_to(&arguments.output, |output| Ok(points_to_csv(output, runs.iter().copied())?))
}
