//! Where the sets of a task come from: the program itself, a folder, or the hub.

use crate::data::{DataError, Sets, find_in_folder, read_embedded, read_files};
use crate::domain::glue::{GlueTask, UnknownTask};
use crate::domain::spec::{NamedSet, Task, Validation};

/// The task that is compiled into the program.
pub const DEMO: &str = "demo";

#[derive(Debug, thiserror::Error)]
pub enum SetsError {
    #[error(transparent)]
    Data(#[from] DataError),
    #[error("task.name is `demo`, the embedded corpus, and task.path is {0}: leave one of them out")]
    DemoWithPath(String),
    #[error("task.name is `demo`, the embedded corpus, whose {key}: leave task.{key} out", key = .0)]
    DemoWith(&'static str),
    #[error("{0}; a folder of your own goes by task.path alone")]
    Unknown(#[from] UnknownTask),
}

/// The sets that a task names, and where they are, for messages.
pub fn read_sets(task: &Task) -> Result<(String, Sets), SetsError> {
    let glue = match task.name.as_deref() {
        Some(DEMO) => return Ok(("the embedded corpus".into(), demo(task)?)),
        Some(name) => Some(GlueTask::named(name)?),
        None => None,
    };
    let path = task.path.clone().unwrap_or_default();
    let files = find_in_folder(&path, task)?;
    Ok((path.display().to_string(), read_files(&files, task, glue)?))
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
