//! `batchscope store`: the upkeep of a store.

use super::exit::Exit;
use super::page::{bytes, notify, print};
use super::question::{agreed, can_ask};
use super::runs::open;
use crate::domain::printable::printable;
use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct StoreArguments {
    #[command(subcommand)]
    command: StoreCommand,
}

#[derive(Debug, Subcommand)]
enum StoreCommand {
    /// List leftover files with their sizes, and delete them after a confirmation
    ///
    /// Leftovers are temporary files of processes that ended, remains of interrupted removals, checkpoints of finished runs,
    /// damaged files that were set aside, and links to runs that no longer exist. Runs, results, journals and kept weights
    /// stay; `batchscope runs remove` deletes runs. Without a terminal, nothing is deleted unless --yes is given.
    Gc {
        /// Delete without asking for confirmation
        #[arg(long, short)]
        yes: bool,
        /// Where runs are kept [default: batchscope in the system's data folder]
        #[arg(long, value_name = "DIR")]
        store: Option<PathBuf>,
    },
}

pub fn store(arguments: StoreArguments) -> Result<Exit> {
    let StoreCommand::Gc { yes, store } = arguments.command;
    let store = open(store.as_deref())?;
    let leftovers = store.leftovers()?;
    if leftovers.is_empty() {
        notify("the store has no leftovers");
        return Ok(Exit::Done);
    }
    let lines = leftovers.iter().map(|leftover| {
        let path = leftover.path();
        let path = path.strip_prefix(store.root()).unwrap_or(&path).display().to_string();
        format!("{:>10}  {}  {}\n", bytes(leftover.bytes), printable(&path), leftover.kind)
    });
    print(&lines.collect::<String>()).context("cannot write to standard output")?;
    let size = bytes(leftovers.iter().map(|leftover| leftover.bytes).sum());
    let count = if leftovers.len() == 1 { "1 leftover".into() } else { format!("{} leftovers", leftovers.len()) };
    if !yes && !can_ask() {
        notify(&format!("{count}, {size}; nothing was deleted, --yes deletes them"));
        return Ok(Exit::Done);
    }
    if !yes && !agreed(&format!("delete {count}, {size}?"))? {
        notify("nothing was deleted");
        return Ok(Exit::Done);
    }
    let freed = store.remove_leftovers(&leftovers)?;
    notify(&format!("deleted {count}, freed {}", bytes(freed)));
    Ok(Exit::Done)
}
