//! `batchscope runs`: reads a store without training.

mod arguments;
mod columns;
mod diff;
mod find;
mod list;
mod listed;
mod remove;
mod show;

pub use arguments::RunsArguments;
pub use find::find;

use self::arguments::RunsCommand;
use super::exit::{BadInput, Exit};
use super::page::Page;
use crate::resolve::store_folder;
use crate::store::Store;
use anyhow::Result;
use std::path::Path;

/// Suggested when `runs` is given an unknown word.
const COMMANDS: [&str; 4] = ["list", "show", "diff", "remove"];

pub fn runs(arguments: RunsArguments) -> Result<Exit> {
    let page = Page::of_standard_output();
    if let Some(command) = arguments.list.filter.iter().find(|word| COMMANDS.contains(&word.as_str())) {
        return Err(BadInput(format!("options come after the command: batchscope runs {command} ...")).into());
    }
    match arguments.command.unwrap_or(RunsCommand::List(arguments.list)) {
        RunsCommand::List(list) => list::run(&open(list.store.as_deref())?, &list, &page),
        RunsCommand::Show { run, json, store } => show::run(&open(store.as_deref())?, &run, json, &page),
        RunsCommand::Diff { first, second, json, store } => {
            diff::run(&open(store.as_deref())?, &first, &second, json, &page)
        }
        RunsCommand::Remove { runs, yes, store } => remove::run(&open(store.as_deref())?, &runs, yes),
    }
}

/// Opens an existing store. Reading never creates one.
pub fn open(given: Option<&Path>) -> Result<Store> {
    Store::existing(&store_folder(given)?).map_err(|error| BadInput(error.to_string()).into())
}
