//! `batchscope fetch`: what a spec names, downloaded ahead of time.

use super::downloads::sources;
use super::exit::Exit;
use super::page::{print, say_left, talk};
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
    // gone when this is over, which no signal waits for
    let _signals = stop_signals(say_left).context("cannot listen for signals")?;
    let spec = arguments.spec.clone();
    let request = Request { spec: arguments.spec, overrides: arguments.overrides, ..Request::default() };
    let fetched = sources().fetch(&request.read_spec()?).map_err(RequestError::from)?;
    if fetched.is_empty() {
        talk(&format!("{spec} names nothing that is not part of the program: there is nothing to fetch"));
    }
    let lines = fetched.iter().map(|found| {
        let (name, path) = (printable(&found.name), found.path.display().to_string());
        format!("{}\t{name}\t{}\n", found.what, printable(&path))
    });
    print(&lines.collect::<String>()).context("cannot write to standard output")?;
    Ok(Exit::Done)
}
