//! What can be wrong with what a spec names, and what to do about it.

use crate::data::DataError;
use crate::domain::glue::UnknownTask;
use crate::domain::nearest::suggestion;
use crate::domain::spec::NamedSet;
use crate::hub::HubError;
use crate::model::{ModelError, TooFewLayers};
use crate::plan::TooFewExamples;
use crate::spec_file::{SpecError, preset_names};
use crate::store::StoreError;
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    #[error(
        "`{spec}` is neither a preset ({}) nor a file that can be read: {cause}{}",
        preset_names().join(", "), suggestion(.spec, preset_names())
    )]
    Read { spec: String, cause: io::Error },
    #[error("{spec}, line {line}: not valid UTF-8; a spec is a TOML file, which is text in UTF-8")]
    Encoding { spec: String, line: usize },
    #[error(transparent)]
    Spec(#[from] SpecError),
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    #[error("{cause}\n{advice}")]
    Columns {
        cause: Box<DataError>,
        advice: String,
        /// those that were found
        columns: String,
        guess: Guess,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("no home folder to keep runs in; say where with --store DIR")]
    NoHome,
}

/// Columns by what they hold, under the spec's keys for them.
pub type Guess = Vec<(&'static str, String)>;

#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Plan(#[from] TooFewExamples),
    #[error(transparent)]
    Sets(#[from] SetsError),
    #[error("model.source: {cause}{}", match &**.cause {
        HubError::NoRepository { .. } => format!("; nor is there a folder `{given}` here"),
        other => way_out(other).to_owned(),
    })]
    Source { given: String, cause: Box<HubError> },
    #[error("model.{key} is {given}: {cause}")]
    Layers { key: &'static str, given: u32, cause: TooFewLayers },
    #[error(
        "model.head is \"keep\", and model.reinitialize draws the pooler anew, without which a classifier means nothing; leave \
         one of them out"
    )]
    HeadWithoutPooler,
    #[error("model.source: {}", no_folder(.path, .meant.as_deref()))]
    NoFolder { path: PathBuf, meant: Option<String> },
    #[error("{place} holds none of {names} to validate on; add one, or take a share of train: task.validation = 0.05")]
    NoSet { place: String, names: String },
    #[error("task.max_length is {found}, and the model has positions for {positions} tokens; set it to {positions}")]
    TooLong { found: usize, positions: usize },
    #[error("the tokenizer gives token {token}, the model's word table has {rows} rows; they do not belong together")]
    Vocabulary { token: u32, rows: usize },
    #[error("the tokenizer gives token type {kind}, the model knows {types}; they do not belong together")]
    TokenType { kind: u32, types: usize },
    #[error(
        "the examples are pairs of sentences, and the model knows one token type (`type_vocab_size` is 1 in its config.json): \
         it takes single sentences alone; choose another model.source, or name the column of one sentence: task.sentence"
    )]
    Pairs,
}

fn no_folder(path: &Path, meant: Option<&str>) -> String {
    let path_shown = path.display();
    match meant {
        Some(meant) => format!("there is no folder {path_shown}; did you mean `{meant}`, a model of the hub?"),
        None if path.exists() => format!("{path_shown} is no folder; name the folder that the model's files are in"),
        None => format!("there is no folder {path_shown}; a model of the hub goes by OWNER/NAME"),
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SetsError {
    #[error(transparent)]
    Data(#[from] DataError),
    #[error("{cause}{}", way_out(.cause))]
    Hub { cause: Box<HubError> },
    #[error("task.name is `demo`, the embedded corpus, and task.path is {0}: leave one of them out")]
    DemoWithPath(String),
    #[error("task.name is `demo`, the embedded corpus, whose columns and sets are known: leave task.{0} out")]
    DemoWith(&'static str),
    #[error("{0}; a folder of your own goes by task.path alone")]
    Unknown(UnknownTask),
    #[error("the task `{task}` has no set `{}`: only mnli has matched and mismatched ones", .set.name())]
    NoSet { task: &'static str, set: NamedSet },
}

impl From<HubError> for SetsError {
    fn from(cause: HubError) -> Self {
        Self::Hub { cause: Box::new(cause) }
    }
}

/// What to do instead without a network.
pub fn way_out(cause: &HubError) -> &'static str {
    match cause.is_disconnection() {
        true => {
            "; connect and try again, name local folders as model.source and task.path, or run `batchscope demo`, which \
             needs no network"
        }
        false => "",
    }
}
