//! `batchscope report`: the verdicts from a store's finished runs.

use super::exit::Exit;
use super::page::{notify, report_damage};
use super::report_from::{FromArguments, report_from};
use crate::domain::classifier::Classifier;
use crate::domain::printable::{printable, printable_json};
use crate::domain::run::NUMERICS;
use crate::export;
use crate::resolve::{Experiment, Request, Which};
use crate::stats::{Answer, judge};
use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct ReportArguments {
    /// A preset or the path of a TOML file [default: the store's only experiment]
    #[arg(conflicts_with = "experiment")]
    pub spec: Option<String>,
    /// Override a key of the spec, as in the run
    #[arg(long = "set", value_name = "KEY=VALUE", requires = "spec")]
    pub overrides: Vec<String>,
    /// An experiment of the store by its name
    #[arg(long, value_name = "NAME")]
    pub experiment: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Where runs are kept [default: batchscope in the system's data folder]
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,
    #[command(flatten)]
    pub from: FromArguments,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Whole<'w> {
    #[serde(flatten)]
    answer: Answer,
    /// initial classifier of the runs; null where the store does not record it
    classifier: Option<&'w Classifier>,
}

pub fn report(arguments: ReportArguments) -> Result<Exit> {
    let ReportArguments { spec, overrides, experiment: name, json, store, from } = arguments;
    if !from.from.is_empty() {
        return report_from(&from, json);
    }
    let which = match (&spec, &name) {
        (Some(_), _) => Which::Requested,
        (None, Some(name)) => Which::Named(name),
        (None, None) => Which::Only,
    };
    let request = Request { spec: spec.clone().unwrap_or_default(), overrides, store, ..Request::default() };
    let mut experiment = Experiment::find(&request, which)?;
    report_damage(&experiment.damages);
    let (finished, planned) = experiment.progress();
    if finished < planned {
        notify(&format!("{finished} of {planned} planned runs are finished"));
    }
    if experiment.numerics < NUMERICS {
        let numerics = experiment.numerics;
        notify(&format!(
            "these runs are of an earlier version (numerics {numerics}, now {NUMERICS}): trained again, results may differ"
        ));
    }
    if let Err(reason) = experiment.prove() {
        notify(&format!("the invariance check of {} was skipped: {reason}", experiment.spec.name));
    }
    let judgement = judge(&experiment.question()?);
    // counted before it is shown, so that no look is free
    if judgement.is_complete()
        && let Err(error) = experiment.remember_look(judgement.look.clone())
    {
        notify(&format!("batchscope: this look cannot be counted in the store: {error}"));
    }
    let text = if json {
        let whole = Whole { answer: Answer::from(&judgement), classifier: experiment.classifier() };
        let json = serde_json::to_string_pretty(&whole).context("cannot write the answer as JSON")?;
        printable_json(&json).into_owned() + "\n"
    } else {
        printable(&export::report(&experiment.spec.name, &judgement, experiment.classifier())).into_owned()
    };
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("cannot write to standard output"),
        _ => Ok(Exit::Done),
    }
}
