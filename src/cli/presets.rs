//! `batchscope presets`: the specs that are compiled into the program.

use super::exit::Exit;
use super::page::print;
use crate::spec_file::PRESETS;
use anyhow::{Context, Result};

pub fn presets() -> Result<Exit> {
    let width = PRESETS.iter().map(|preset| preset.name.len()).max().unwrap_or(0);
    let lines: String = PRESETS.iter().map(|preset| format!("{:width$}  {}\n", preset.name, preset.about)).collect();
    print(&lines).context("cannot write to standard output")?;
    Ok(Exit::Done)
}
