//! Checks a document value by value. A document that passes is a valid spec.

use super::document::Document;
use super::error::SpecError;
use super::fields::{self, Field};
use crate::domain::ablation;
use toml::{Table, Value};

/// More runs are likely a typo, and their plan would fill the memory.
const MOST_RUNS: usize = 100_000;

/// Checks that every key is known, every value is valid, and nothing is missing.
pub fn document(document: &Document) -> Result<(), SpecError> {
    table(document, "", &document.table, &fields::of_table("").unwrap_or_default())?;
    for (name, value) in &document.table {
        match (value, fields::of_table(name)) {
            (Value::Table(inner), Some(fields)) => table(document, name, inner, &fields)?,
            (Value::Table(arms), None) => self::arms(document, arms)?,
            _ => {}
        }
    }
    let given = |path: &[&str]| {
        let mut value = document.table.get(path[0]);
        for key in &path[1..] {
            value = value.and_then(|value| value.get(*key));
        }
        value.is_some()
    };
    let required = |holds: bool, key: &'static str, expected: &'static str| match holds {
        true => Ok(()),
        false => Err(SpecError::Missing { place: document.place(key), key, expected }),
    };
    let task = "path = \"FOLDER\", or name = \"mrpc\" or another task of GLUE, or name = \"demo\", the embedded corpus";
    required(given(&["task", "path"]) || given(&["task", "name"]), "task", task)?;
    columns(document)?;
    required(
        given(&["model", "source"]),
        "model",
        "source = \"FOLDER\", a repository of the hub as \"OWNER/NAME\", or \"embedded\"",
    )
}

/// Checks that columns of single sentences and of pairs are not mixed, and that no set is scored twice.
fn columns(document: &Document) -> Result<(), SpecError> {
    let Some(Value::Table(task)) = document.table.get("task") else { return Ok(()) };
    let wrong = |key: &str, expected: String| {
        let (key, found) = (format!("task.{key}"), task.get(key).map_or(String::new(), Value::to_string));
        Err(SpecError::Value { place: document.place(&key), key, found, expected })
    };
    if let Some(other) = ["sentence1", "sentence2"].into_iter().find(|other| task.contains_key(*other))
        && task.contains_key("sentence")
    {
        return wrong("sentence", format!("only one of it, for single sentences, and `{other}`, for pairs"));
    }
    let validation = task.get("validation").cloned().unwrap_or_else(|| Value::String("dev".into()));
    let also = task.get("also_evaluate").and_then(Value::as_array);
    match also.is_some_and(|also| also.contains(&validation)) {
        true => wrong("also_evaluate", format!("sets other than {validation}, which is validated on already")),
        false => Ok(()),
    }
}

/// Checks the number of runs of a sweep.
pub fn runs(document: &Document, batch_sizes: usize, instances: u32, arms: usize) -> Result<(), SpecError> {
    let runs = batch_sizes.saturating_mul(instances as usize).saturating_mul(arms);
    if runs <= MOST_RUNS {
        return Ok(());
    }
    let expected =
        format!("fewer: {batch_sizes} batch sizes and {arms} arms make {runs} runs of it, {MOST_RUNS} are the most");
    let (place, key) = (document.place("train.instances"), "train.instances".to_owned());
    Err(SpecError::Value { place, key, found: instances.to_string(), expected })
}

fn table(document: &Document, name: &str, table: &Table, fields: &[Field]) -> Result<(), SpecError> {
    for (key, value) in table {
        let path = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
        fields::known(|| document.place(&path), key, fields)?.check(|| document.place(&path), &path, value)?;
    }
    let (updates, updates_of) = (ablation::UPDATES.key, ablation::UPDATES_OF.key);
    match table.get(updates_of) {
        Some(found) if table.contains_key(updates) => {
            let key = format!("{name}.{updates_of}");
            let expected = "only one of it and `updates`, which both say how many updates a cell gets".into();
            Err(SpecError::Value { place: document.place(&key), key, found: found.to_string(), expected })
        }
        _ => Ok(()),
    }
}

/// Extensions of the files beside the folders of arms.
const FILES: [&str; 2] = [".toml", ".json"];

/// What can be the name of a folder.
fn is_arm_name(name: &str) -> bool {
    fields::is_name(&name.replace('=', "-"))
}

fn arms(document: &Document, arms: &Table) -> Result<(), SpecError> {
    for (name, changes) in arms {
        let path = format!("arms.{name}");
        let wrong = |message: &str| {
            Err(SpecError::Arm { place: document.place(&path), arm: name.clone(), message: message.to_owned() })
        };
        if !is_arm_name(name) {
            return wrong("expected a name of 1 to 60 letters, digits, `-`, `_`, `.` or `=`, the first no `.`");
        }
        if FILES.iter().any(|ending| name.ends_with(ending)) {
            return wrong("files in an experiment's folder end so; leave the extension out");
        }
        let Value::Table(changes) = changes else {
            return wrong("expected a table of changes, for example { dropout = \"off\" }");
        };
        table(document, &path, changes, &fields::of_arm())?;
    }
    Ok(())
}
