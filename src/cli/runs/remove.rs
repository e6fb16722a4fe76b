//! `runs remove`: asks, then deletes.

use super::columns::Column;
use super::find::position;
use super::list::{filter, kept, table};
use super::listed::Listed;
use crate::cli::exit::{BadInput, Exit};
use crate::cli::page::{Page, bytes, talk};
use crate::domain::filter::is_condition;
use crate::domain::property::Property;
use crate::store::{Removal, Store};
use anyhow::{Context, Result};
use std::io::{IsTerminal, Write};

/// What is shown of a run before it goes.
const SHOWN: [Column; 8] = [
    Column::Run,
    Column::Experiment,
    Column::Arm,
    Column::Spec(Property::BatchSize),
    Column::Spec(Property::Instance),
    Column::State,
    Column::Accuracy,
    Column::Age,
];

pub fn run(store: &Store, words: &[String], yes: bool) -> Result<Exit> {
    let chosen = choose(Listed::all(store)?, words)?;
    if chosen.is_empty() {
        talk("no run fits: nothing was removed");
        return Ok(Exit::Done);
    }
    let (busy, free): (Vec<Listed>, Vec<Listed>) = chosen.into_iter().partition(|listed| listed.run.busy);
    for listed in &busy {
        talk(&format!("{} stays: {} is at it", listed.run.id, owner(listed)));
    }
    if free.is_empty() {
        return Ok(Exit::Failed);
    }
    let size: u64 = free.iter().map(|listed| listed.run.folder.bytes()).sum();
    talk(table(&free, &SHOWN, &Page::PLAIN).trim_end());
    if !yes && !agreed(&format!("remove {}, {}?", count(free.len()), bytes(size)))? {
        talk("nothing was removed");
        return Ok(Exit::Done);
    }
    let (mut freed, mut removed, mut stayed) = (0, 0, busy.len());
    for listed in &free {
        if listed.run.silent {
            talk(&format!("{}: waiting a minute to see that {} is gone", listed.run.id, owner(listed)));
        }
        match store.remove(&listed.run).with_context(|| format!("run {}", listed.run.id))? {
            Removal::Freed(bytes) => (freed, removed) = (freed + bytes, removed + 1),
            Removal::Refused(owner) => {
                talk(&format!("{} stays: {owner} is at it", listed.run.id));
                stayed += 1;
            }
        }
    }
    store.remove_dangling_places()?;
    talk(&format!("removed {}, freed {}", count(removed), bytes(freed)));
    Ok(if stayed > 0 { Exit::Failed } else { Exit::Done })
}

/// Runs by the digits of their digests, and those that fit the conditions.
fn choose(all: Vec<Listed>, words: &[String]) -> Result<Vec<Listed>, BadInput> {
    let (conditions, prefixes): (Vec<String>, Vec<String>) = words.iter().cloned().partition(|word| is_condition(word));
    if !conditions.is_empty() && !prefixes.is_empty() {
        return Err(BadInput("name runs by digits of their digests, or by a filter, not by both".into()));
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
    listed.run.owner.as_ref().map_or("a process that just began".into(), ToString::to_string)
}

fn count(runs: usize) -> String {
    if runs == 1 { "1 run".into() } else { format!("{runs} runs") }
}

/// Asks on the terminal. Where nobody can answer, that is no answer to delete on.
fn agreed(question: &str) -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(BadInput(format!("{question} Nobody is there to answer: say --yes")).into());
    }
    let mut error = std::io::stderr();
    let _ = write!(error, "{question} [y/N] ").and_then(|()| error.flush());
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).context("cannot read the answer")?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}
