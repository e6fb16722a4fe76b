//! What can be wrong with data, each with the place, what was expected there, and what to do.

use crate::domain::spec::NamedSet;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error("cannot read {path}: {cause}")]
    Read { path: PathBuf, cause: std::io::Error },
    #[error(
        "{path} is one file and has no set `{}`; name its folder as task.path if the set lies beside it, or take a share of \
         the file to validate on: task.validation = 0.1", .set.name()
    )]
    OneFile { path: PathBuf, set: NamedSet },
    #[error("task.path is {path}, which is no folder; name the folder that the task's files are in")]
    NoFolder { path: PathBuf },
    #[error("{folder} holds no training set; expected one of {names}")]
    NoTrainingSet { folder: PathBuf, names: String },
    #[error(
        "{folder} holds none of {names} for the set `{}`; add one, or take it out of task.also_evaluate", .set.name()
    )]
    NoSet { folder: PathBuf, set: NamedSet, names: String },
    #[error(
        "of {train} and {path} one holds pairs of sentences and the other single ones; a model learns only one of them"
    )]
    Unlike { train: PathBuf, path: PathBuf },
    #[error("{first} and {second} are both there; remove the one that is not meant")]
    TwoFiles { first: PathBuf, second: PathBuf },
    #[error("{place}: the file is empty; expected a row for each example")]
    EmptyFile { place: String },
    #[error("{place}: there is a header and no row below it; expected a row for each example")]
    HeaderOnly { place: String },
    #[error("{place}, line {line}: not valid UTF-8; convert the file to UTF-8")]
    Encoding { place: String, line: u64 },
    #[error("{place}, line {line}: holds a NUL byte; is this a text file?")]
    Nul { place: String, line: u64 },
    #[error(
        "{place}, line {line}: expected {expected} columns separated by {separator}, as in the header, found {found}"
    )]
    Columns { place: String, line: u64, expected: usize, found: usize, separator: &'static str },
    #[error(
        "{place}, line {line}: a quote is opened here and never closed; close it, or double it if it is part of the text"
    )]
    OpenQuote { place: String, line: u64 },
    #[error("{place}: not comma-separated text: {cause}")]
    Csv { place: String, cause: csv::Error },
    #[error("{place}, line {line}: expected a JSON object: {message}")]
    Json { place: String, line: u64, message: String },
    #[error("{place}: no column `{column}`, found {found}; name the right one with task.{key} = \"...\"{hint}")]
    NoColumn { place: String, column: String, key: &'static str, found: Box<str>, hint: &'static str },
    #[error("{place}: two columns are called `{column}`; rename one")]
    TwiceColumn { place: String, column: String },
    #[error("{place}: task.{first} and task.{second} both name the column `{column}`; each needs a column of its own")]
    OneColumn { place: String, column: String, first: &'static str, second: &'static str },
    #[error("{place}, line {line}: there is no text in `{column}`; every example needs it")]
    NoSentence { place: String, line: u64, column: String },
    #[error("{place}, line {line}: the label in `{column}` is {found}, expected {expected}")]
    Label { place: String, line: u64, column: String, found: Box<str>, expected: Box<str> },
    #[error(
        "{place}: of the labels in `{column}` none has {missing}; labels count from 0 to {last} without a gap, or go by the \
         names that task.classes gives them"
    )]
    NoExample { place: String, column: String, missing: usize, last: usize },
    #[error(
        "{place}, line {line}: `{found}` is the fourth label in `{column}` that differs; three classes are the most"
    )]
    TooManyClasses { place: String, line: u64, column: String, found: Box<str> },
    #[error("{place}: {skipped} of {count} rows lack something; a few would be passed over, so many are another file")]
    TooManyBroken { place: String, skipped: usize, count: usize },
    #[error(
        "{place}, line {line}: the label is -1: these examples have no labels, so they can neither train nor validate; \
         take another set"
    )]
    Unlabelled { place: String, line: u64 },
    #[error("{place}: every example has the label {label}; a classifier needs at least two classes to learn")]
    SingleClass { place: String, label: String },
    #[error("{place}: not a readable Parquet file: {message}")]
    Parquet { place: String, message: String },
    #[error("{place}: the column `{column}` holds {found}, expected {expected}")]
    ColumnKind { place: String, column: String, found: Box<str>, expected: &'static str },
    #[error("{place} holds neither tokenizer.json nor vocab.txt{instead}")]
    NoTokenizer { place: PathBuf, instead: String },
    #[error(
        "{place}: tokenizer_class is `{found}`, which {what}; batchscope reads BERT's WordPiece alone: choose a model with a \
         BertTokenizer, or say BertTokenizer there if this one is BERT's after all"
    )]
    TokenizerClass { place: String, found: String, what: &'static str },
    #[error("{place}: not a usable tokenizer: {message}")]
    Tokenizer { place: String, message: String },
    #[error(
        "{place}: `{token}` is missing from the vocabulary; BERT's special tokens are needed, and tokenizer_config.json says \
         what they are called where they have other names"
    )]
    SpecialToken { place: String, token: String },
    #[error("max_length is {found}; a pair needs at least {least} tokens")]
    MaxLength { found: usize, least: usize },
    #[error(
        "{path} holds no sentences; expected files of text (.txt), a sentence a line, or tables (.tsv, .csv, .jsonl)"
    )]
    NoSentences { path: PathBuf },
    #[error(
        "{place}: none of its columns holds sentences by its name, found {found}; call them sentence1 and sentence2, or \
         sentence"
    )]
    NoSentenceColumns { place: String, found: String },
    #[error("no vocabulary can be made of this text: {message}")]
    Vocabulary { message: String },
    #[error("the set has more than {most} tokens; split it")]
    TooManyTokens { most: u32 },
    #[error(
        "validation takes {share} of {examples} training pairs, which leaves {train} to train on and {validation} to \
         validate on; change task.validation"
    )]
    Split { share: f64, examples: usize, train: usize, validation: usize },
}
