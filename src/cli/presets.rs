//! `batchscope presets` and `batchscope init`: the specs that are compiled into the program.

use super::exit::{BadInput, Exit};
use super::page::print;
use super::plan::costs;
use crate::domain::nearest::suggestion;
use crate::engine::estimates;
use crate::export::text_table;
use crate::resolve::{OwnData, cores};
use crate::spec_file::{PRESETS, parse, preset, preset_names};
use anyhow::{Context, Result};

/// Lists them with their cost on this machine, estimated from a few seconds of training.
pub fn presets() -> Result<Exit> {
    let specs = PRESETS.iter().map(|preset| parse(preset.name, preset.toml, &[])).collect::<Result<Vec<_>, _>>()?;
    let estimates = estimates(&specs, cores());
    let rows: Vec<Vec<String>> = PRESETS
        .iter()
        .zip(estimates)
        .map(|(preset, cost)| vec![preset.name.into(), costs(cost.runs, cost.seconds), preset.about.into()])
        .collect();
    let text = text_table(&[("preset", false), ("costs here", false), ("what it is", false)], &rows, None);
    print(&text).context("cannot write to standard output")?;
    Ok(Exit::Done)
}

/// Prints a preset with its comments, or a spec for a folder or file of examples.
pub fn init(name: &str) -> Result<Exit> {
    let own = || -> Result<String> {
        match OwnData::find(name)? {
            Some(data) => Ok(data.to_toml()?),
            None => {
                let (names, suggestion) = (preset_names().join(", "), suggestion(name, preset_names()));
                let words =
                    format!("`{name}` is neither a preset ({names}) nor a folder or file of examples{suggestion}");
                Err(BadInput(words).into())
            }
        }
    };
    let text = preset(name).map_or_else(own, |text| Ok(text.to_owned()))?;
    print(&text).context("cannot write to standard output")?;
    Ok(Exit::Done)
}
