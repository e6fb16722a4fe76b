//! `batchscope runs`: what is in a store, without training anything.

mod arguments;
mod columns;
mod diff;
mod find;
mod list;
mod listed;
mod remove;
mod settings;
mod show;

pub use arguments::RunsArguments;
pub use find::find;

use self::arguments::RunsCommand;
use super::exit::{BadInput, Exit};
use super::page::Page;
use crate::engine::store_folder;
use crate::store::Store;
use anyhow::Result;
use std::path::PathBuf;

pub fn runs(arguments: RunsArguments) -> Result<Exit> {
    let page = Page::of_standard_output();
    match arguments.command.unwrap_or(RunsCommand::List(arguments.list)) {
        RunsCommand::List(list) => list::run(&open(&list.store)?, &list, &page),
        RunsCommand::Show { run, json, store } => show::run(&open(&store)?, &run, json, &page),
        RunsCommand::Diff { first, second, json, store } => diff::run(&open(&store)?, &first, &second, json, &page),
        RunsCommand::Remove { runs, yes, store } => remove::run(&open(&store)?, &runs, yes),
    }
}

/// A store that is there. Looking makes none.
pub fn open(given: &Option<PathBuf>) -> Result<Store> {
    Store::existing(&store_folder(given.as_deref())?).map_err(|error| BadInput(error.to_string()).into())
}
