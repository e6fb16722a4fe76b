//! Errors in data, each with the place, the expected value and a remedy.

use crate::domain::spec::NamedSet;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error("cannot read {path}: {cause}")]
    Read { path: PathBuf, cause: std::io::Error },
    #[error(
        "{path} is one file and has no set `{}`; name its folder as task.path if it contains the set, or validate on a share of \
         the file: task.validation = 0.1", .set.name()
    )]
    OneFile { path: PathBuf, set: NamedSet },
    #[error("task.path is {path}, which is not a folder; name the folder with the task's files")]
    NoFolder { path: PathBuf },
    #[error("{folder} has {missing}; {there}")]
    NoSets { folder: PathBuf, missing: String, there: String },
    #[error("{folder} lacks {missing}, though the set is in {count} parts by the names of the others; add them")]
    MissingParts { folder: PathBuf, missing: String, count: usize },
    #[error("of {train} and {path} one has sentence pairs and the other single sentences; use the same kind for both")]
    Unlike { train: PathBuf, path: PathBuf },
    #[error("both {first} and {second} exist; remove the one that is not meant")]
    TwoFiles { first: PathBuf, second: PathBuf },
    #[error("{place}: the file is empty; expected a row for each example")]
    EmptyFile { place: String },
    #[error("{place}: there is a header but no row; expected a row for each example")]
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
    #[error("{place}, line {line}: contains a NUL byte; is this a text file?")]
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
    #[error("{place}: two columns are named `{column}`; rename one")]
    TwiceColumn { place: String, column: String },
    #[error("{place}: task.{first} and task.{second} both name the column `{column}`; each needs its own column")]
    OneColumn { place: String, column: String, first: &'static str, second: &'static str },
    #[error("{place}, line {line}: `{column}` is empty; every example needs a text there")]
    NoSentence { place: String, line: u64, column: String },
    #[error("{place}, line {line}: the label in `{column}` is {found}, expected {expected}{}", rows_like_it(*.more))]
    Label { place: String, line: u64, column: String, found: Box<str>, expected: Box<str>, more: usize },
    #[error(
        "{place}: no label in `{column}` is {missing}, but class numbers must count from 0 without a gap; if these \
         are names, write task.classes = [{names}]"
    )]
    Gap { place: String, column: String, missing: i64, names: Box<str> },
    #[error(
        "{place}: `{column}` has {count} distinct labels, more than the {most} classes supported; is it the right column? \
         task.label selects another"
    )]
    TooManyClasses { place: String, column: String, count: usize, most: usize },
    #[error(
        "{place}: {skipped} of {count} rows lack a sentence or a label, too many to skip; check the file and its columns"
    )]
    TooManyBroken { place: String, skipped: usize, count: usize },
    #[error(
        "{place}, line {line}: the label is {found}: these examples have no labels, so they can be used neither to train nor to \
         validate; use another set"
    )]
    Unlabelled { place: String, line: u64, found: Box<str> },
    #[error("{place}: every example has the label {label}; a classifier needs at least two classes to learn")]
    SingleClass { place: String, label: String },
    #[error("{place}: not a readable Parquet file: {message}")]
    Parquet { place: String, message: String },
    #[error("{place}: the column `{column}` contains {found}, expected {expected}")]
    ColumnKind { place: String, column: String, found: Box<str>, expected: &'static str },
    #[error("{place} has neither tokenizer.json nor vocab.txt{instead}")]
    NoTokenizer { place: PathBuf, instead: String },
    #[error(
        "{place}: tokenizer_class is `{found}`, which {what}; batchscope supports only BERT's WordPiece: choose a model with a \
         BertTokenizer, or set BertTokenizer there if the tokenizer is BERT's"
    )]
    TokenizerClass { place: String, found: String, what: &'static str },
    #[error("{place}: not a usable tokenizer: {message}")]
    Tokenizer { place: String, message: String },
    #[error(
        "{place}: `{token}` is missing from the vocabulary; BERT's special tokens are required; tokenizer_config.json names \
         them if they differ"
    )]
    SpecialToken { place: String, token: String },
    #[error("max_length is {found}; a pair needs at least {least} tokens")]
    MaxLength { found: usize, least: usize },
    #[error(
        "{path} contains no sentences; expected text files (.txt) with one sentence per line, or tables (.tsv, .csv, .jsonl)"
    )]
    NoSentences { path: PathBuf },
    #[error(
        "{place}: no column has a known name for sentences, found {found}; name them sentence1 and sentence2, or \
         sentence"
    )]
    NoSentenceColumns { place: String, found: String },
    #[error("cannot train a vocabulary on this text: {message}")]
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
        1 => "; 1 more row has such a label".into(),
        more => format!("; {more} more rows have such labels"),
    }
}
