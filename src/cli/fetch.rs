//! `batchscope fetch`: downloads the model and data of a spec ahead of time.

use super::downloads::sources;
use super::exit::Exit;
use super::page::{notify, print, report_interruption};
use crate::domain::printable::printable;
use crate::engine::stop_signals;
use crate::resolve::{Request, RequestError};
use anyhow::{Context, Result};
use clap::Args;

#[derive(Clone, Debug, Args)]
pub struct FetchArguments {
    /// A preset or the path of a TOML file
    spec: String,
    /// Override a key of the spec, for example --set model.source=OWNER/NAME
    #[arg(long = "set", value_name = "KEY=VALUE")]
    overrides: Vec<String>,
}

pub fn fetch(arguments: FetchArguments) -> Result<Exit> {
    // dropped at the end; a signal before that ends the process at once
    let _signals = stop_signals(report_interruption).context("cannot listen for signals")?;
    let spec = arguments.spec.clone();
    let request = Request { spec: arguments.spec, overrides: arguments.overrides, ..Request::default() };
    let fetched = sources().fetch(&request.read_spec()?).map_err(RequestError::from)?;
    if fetched.is_empty() {
        notify(&format!("nothing to fetch: {spec} uses only built-in models and data"));
    }
    let lines = fetched.iter().map(|found| {
        let (name, path) = (printable(&found.name), found.path.display().to_string());
        format!("{}\t{name}\t{}\n", found.what, printable(&path))
    });
    print(&lines.collect::<String>()).context("cannot write to standard output")?;
    Ok(Exit::Done)
}
