//! `batchscope completions` and `batchscope man`: made from the command line's own definition.

use super::arguments::Arguments;
use super::exit::Exit;
use super::page::{notify, print};
use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_complete::Shell;
use std::fs;
use std::path::Path;

pub fn completions(shell: Shell) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "batchscope", &mut script);
    print(&String::from_utf8_lossy(&script)).context("cannot write to standard output")?;
    Ok(Exit::Done)
}

/// The page of the program; into a folder, also a page for each command.
pub fn man(output: Option<&Path>) -> Result<Exit> {
    let Some(folder) = output else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Arguments::command()).render(&mut page)?;
        print(&String::from_utf8_lossy(&page)).context("cannot write to standard output")?;
        return Ok(Exit::Done);
    };
    let written = fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(Arguments::command(), folder));
    written.with_context(|| format!("cannot write the pages into {}", folder.display()))?;
    notify(&format!("wrote the pages into {}", folder.display()));
    Ok(Exit::Done)
}
