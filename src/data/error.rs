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
    #[error("{folder} holds {missing}; {there}")]
    NoSets { folder: PathBuf, missing: String, there: String },
    #[error("{folder} lacks {missing}, though the set is in {count} parts by the names of the others; add them")]
    MissingParts { folder: PathBuf, missing: String, count: usize },
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
    #[error("{place}, line {line}: not valid UTF-8; convert the file, for example with iconv -f WINDOWS-1252 -t UTF-8")]
    Encoding { place: String, line: u64 },
    #[error(
        "{place}: UTF-16, as Excel saves \"Unicode text\"; save it as \"CSV UTF-8\", or convert it: iconv -f UTF-16 -t UTF-8"
    )]
    Utf16 { place: String },
    #[error("{place}: not text but {kind}; {advice}")]
    Packed { place: String, kind: &'static str, advice: &'static str },
    #[error("{place}: not a readable gzip file: {message}")]
    Gzip { place: String, message: String },
    #[error("{place}, line {line}: holds a NUL byte; is this a text file?")]
    Nul { place: String, line: u64 },
    #[error(
        "{place}, line {line}: expected {expected} columns separated by {separator}, as in the header, found {found}{more}"
    )]
    Columns { place: String, line: u64, expected: usize, found: usize, separator: &'static str, more: Box<str> },
    #[error(
        "{place}, line {line}: a quote is opened here and never closed; close it, or double it if it is part of the text"
    )]
    OpenQuote { place: String, line: u64 },
    #[error("{place}: not comma-separated text: {cause}")]
    Csv { place: String, cause: csv::Error },
    #[error("{place}, line {line}: expected a JSON object: {message}")]
    Json { place: String, line: u64, message: String },
    #[error("{place}: no {columns}, found {found}; {advice}")]
    NoColumn { place: String, columns: Box<str>, found: Box<str>, advice: Box<str> },
    #[error("{place}: two columns are called `{column}`; rename one")]
    TwiceColumn { place: String, column: String },
    #[error("{place}: task.{first} and task.{second} both name the column `{column}`; each needs a column of its own")]
    OneColumn { place: String, column: String, first: &'static str, second: &'static str },
    #[error("{place}, line {line}: there is no text in `{column}`; every example needs it")]
    NoSentence { place: String, line: u64, column: String },
    #[error("{place}, line {line}: the label in `{column}` is {found}, expected {expected}{}", rows_like_it(*.more))]
    Label { place: String, line: u64, column: String, found: Box<str>, expected: Box<str>, more: usize },
    #[error(
        "{place}: of the labels in `{column}` none is {missing}, and numbers of classes count from 0 without a gap; if these \
         are names, write task.classes = [{names}]"
    )]
    Gap { place: String, column: String, missing: i64, names: Box<str> },
    #[error(
        "{place}: `{column}` has {count} labels that differ, and {most} classes are the most; is it the right column? \
         task.label names another"
    )]
    TooManyClasses { place: String, column: String, count: usize, most: usize },
    #[error("{place}: {skipped} of {count} rows lack something; a few would be passed over, so many are another file")]
    TooManyBroken { place: String, skipped: usize, count: usize },
    #[error(
        "{place}, line {line}: the label is {found}: these examples have no labels, so they can neither train nor validate; \
         take another set"
    )]
    Unlabelled { place: String, line: u64, found: Box<str> },
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

fn rows_like_it(more: usize) -> String {
    match more {
        0 => String::new(),
        1 => "; so it is in 1 more row".into(),
        more => format!("; so it is in {more} more rows"),
    }
}
