//! `runs remove`: confirms, then deletes.

use super::columns::ListColumn;
use super::find::position;
use super::list::{filter, kept, table};
use super::listed::Listed;
use crate::cli::exit::{BadInput, Exit};
use crate::cli::page::{Page, bytes, notify};
use crate::cli::question::agreed;
use crate::domain::filter::is_condition;
use crate::domain::metric::Metric;
use crate::domain::property::Property;
use crate::store::{Removal, Store};
use anyhow::{Context, Result};

/// Columns shown before the confirmation.
const SHOWN: [ListColumn; 8] = [
    ListColumn::Run,
    ListColumn::Experiment,
    ListColumn::Arm,
    ListColumn::Spec(Property::BatchSize),
    ListColumn::Spec(Property::Instance),
    ListColumn::State,
    ListColumn::Score(Metric::ValidAccuracy),
    ListColumn::Age,
];

pub fn run(store: &Store, words: &[String], yes: bool) -> Result<Exit> {
    let chosen = choose(Listed::all(store)?, words)?;
    if chosen.is_empty() {
        notify("no run matches: nothing was removed");
        return Ok(Exit::Done);
    }
    let (busy, free): (Vec<Listed>, Vec<Listed>) = chosen.into_iter().partition(|listed| listed.run.busy);
    for listed in &busy {
        notify(&format!("{} is kept: {} is training it", listed.run.id, owner(listed)));
    }
    if free.is_empty() {
        return Ok(Exit::Failed);
    }
    let size: u64 = free.iter().map(|listed| listed.run.folder.bytes()).sum();
    notify(table(&free, &SHOWN, &Page::PLAIN).trim_end());
    if !yes && !agreed(&format!("remove {}, {}?", count(free.len()), bytes(size)))? {
        notify("nothing was removed");
        return Ok(Exit::Done);
    }
    let (mut freed, mut removed, mut stayed) = (0, 0, busy.len());
    for listed in &free {
        if listed.run.silent {
            notify(&format!("{}: waiting a minute to make sure that {} has ended", listed.run.id, owner(listed)));
        }
        match store.remove(&listed.run).with_context(|| format!("run {}", listed.run.id))? {
            Removal::Freed(bytes) => (freed, removed) = (freed + bytes, removed + 1),
            Removal::Refused(owner) => {
                notify(&format!("{} is kept: {owner} is training it", listed.run.id));
                stayed += 1;
            }
        }
    }
    store.remove_dangling_places()?;
    notify(&format!("removed {}, freed {}", count(removed), bytes(freed)));
    Ok(if stayed > 0 { Exit::Failed } else { Exit::Done })
}

/// Runs by leading digits of their digests, or by the conditions of a filter.
fn choose(all: Vec<Listed>, words: &[String]) -> Result<Vec<Listed>, BadInput> {
    let (conditions, prefixes): (Vec<String>, Vec<String>) = words.iter().cloned().partition(|word| is_condition(word));
    if !conditions.is_empty() && !prefixes.is_empty() {
        return Err(BadInput("name runs by digits of their digests or by a filter, not both".into()));
    }
    let places = prefixes.iter().map(|prefix| position(&all, prefix)).collect::<Result<Vec<_>, _>>()?;
    let filter = filter(&conditions)?;
    let chosen = all
        .into_iter()
        .enumerate()
        .filter(|(place, listed)| if prefixes.is_empty() { kept(&filter, listed) } else { places.contains(place) });
    Ok(chosen.map(|(_, listed)| listed).collect())
}

fn owner(listed: &Listed) -> String {
    listed.run.owner.as_ref().map_or("a process that just started".into(), ToString::to_string)
}

fn count(runs: usize) -> String {
    if runs == 1 { "1 run".into() } else { format!("{runs} runs") }
}
