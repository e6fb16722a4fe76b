//! Where the sets of a task come from: the program itself, a folder, or the hub.

use super::error::SetsError;
use crate::data::{Format, SetFile, SetFiles, Sets, find_in_folder, read_embedded, read_files};
use crate::domain::glue::GlueTask;
use crate::domain::spec::{NamedSet, Task, Validation};
use crate::hub::{Hub, HubError, Repository, RepositoryKind};

/// The task that is compiled into the program.
const DEMO: &str = "demo";
/// The hub's repository of GLUE.
const GLUE: &str = "nyu-mll/glue";

/// Makes a hub, when a task first needs one.
pub type MakeHub<'h> = &'h dyn Fn() -> Result<Hub, HubError>;

/// The sets that a task names, and where they are, for messages.
pub fn read_sets(task: &Task, hub: MakeHub<'_>) -> Result<(String, Sets), SetsError> {
    let glue = match task.name.as_deref() {
        Some(DEMO) => return Ok(("the embedded corpus".into(), demo(task)?)),
        Some(name) => Some(known(name)?),
        None => None,
    };
    let (place, files) = match (&task.path, glue) {
        (None, Some(glue)) => (format!("{GLUE}/{}", glue.name), fetch(glue, task, &hub()?)?),
        (path, _) => {
            let path = path.clone().unwrap_or_default();
            (path.display().to_string(), find_in_folder(&path, task)?)
        }
    };
    Ok((place, read_files(&files, task, glue)?))
}

/// The files of a task that is given by name only; nothing where they are local or compiled into the program.
pub fn fetch_sets(task: &Task, hub: MakeHub<'_>) -> Result<Option<SetFiles>, SetsError> {
    match (&task.path, task.name.as_deref()) {
        (None, Some(name)) if name != DEMO => Ok(Some(fetch(known(name)?, task, &hub()?)?)),
        (Some(path), _) => {
            // fetching ahead of time should also find what is missing
            find_in_folder(path, task)?;
            Ok(None)
        }
        (None, _) => Ok(None),
    }
}

fn known(name: &str) -> Result<&'static GlueTask, SetsError> {
    GlueTask::named(name).map_err(SetsError::Unknown)
}

fn fetch(glue: &'static GlueTask, task: &Task, hub: &Hub) -> Result<SetFiles, SetsError> {
    let repository = Repository::parse(RepositoryKind::Dataset, GLUE)?;
    let file = |name: &str| -> Result<SetFile, SetsError> {
        let path = hub.file(&repository, &format!("{}/{name}-00000-of-00001.parquet", glue.name))?;
        Ok(SetFile::alone(path, Format::Parquet))
    };
    let train = file("train")?;
    let validation = match task.validation {
        Validation::Set(set) => Some(file(name(glue, set)?)?),
        Validation::Fraction(_) => None,
    };
    let mut further_sets = Vec::new();
    for &set in &task.also_evaluate {
        further_sets.push((set, file(name(glue, set)?)?));
    }
    Ok(SetFiles { train, validation, further_sets })
}

/// What the hub calls a set.
fn name(glue: &'static GlueTask, set: NamedSet) -> Result<&'static str, SetsError> {
    Ok(match (set, glue.name) {
        (NamedSet::Dev | NamedSet::Matched, "mnli") => "validation_matched",
        (NamedSet::Mismatched, "mnli") => "validation_mismatched",
        (NamedSet::Test, "mnli") => "test_matched",
        (NamedSet::Dev, _) => "validation",
        (NamedSet::Test, _) => "test",
        (NamedSet::Matched | NamedSet::Mismatched, task) => return Err(SetsError::NoSet { task, set }),
    })
}

fn demo(task: &Task) -> Result<Sets, SetsError> {
    if let Some(path) = &task.path {
        return Err(SetsError::DemoWithPath(path.display().to_string()));
    }
    let given = [
        ("sentence", task.sentence.is_some()),
        ("sentence1", task.sentence1.is_some()),
        ("sentence2", task.sentence2.is_some()),
        ("label", task.label.is_some()),
        ("classes", task.classes.is_some()),
        ("also_evaluate", !task.also_evaluate.is_empty()),
    ];
    if let Some((key, _)) = given.into_iter().find(|(_, given)| *given) {
        return Err(SetsError::DemoWith(key));
    }
    let mut sets = read_embedded()?;
    sets.validation = sets.validation.filter(|_| task.validation == Validation::Set(NamedSet::Dev));
    Ok(sets)
}
