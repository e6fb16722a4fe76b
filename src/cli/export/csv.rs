//! Every measured number of an experiment, one per line.

use super::{ExportArguments, write_to};
use crate::cli::exit::Exit;
use crate::cli::page::report_damage;
use crate::domain::run_label::RunLabel;
use crate::export::CsvTable;
use crate::resolve::{Experiment, Request, Which, history};
use anyhow::Result;
use std::io::Write;

pub fn csv(arguments: &ExportArguments) -> Result<Exit> {
    let request = Request { store: arguments.store.clone(), ..Request::default() };
    let experiment = Experiment::find(&request, arguments.experiment.as_deref().map_or(Which::Only, Which::Named))?;
    report_damage(&experiment.damages);
    write_to(&arguments.output, |output| write(&experiment, output))
}

fn write(experiment: &Experiment, output: impl Write) -> Result<()> {
    let mut table = CsvTable::new(output)?;
    for arm in &experiment.arms {
        for (folder, spec) in &arm.runs {
            table.run(&experiment.spec.name, &RunLabel::of(&arm.planned.arm.name, spec), &history(folder)?)?;
        }
    }
    Ok(table.finish()?)
}
