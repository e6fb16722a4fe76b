//! What can be wrong with data, each with the place and what was expected there.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error("cannot read {path}: {cause}")]
    Read { path: PathBuf, cause: std::io::Error },
    #[error("{place}: expected the header `{expected}`, found `{found}`")]
    Header { place: String, expected: String, found: String },
    #[error("{place}, line {line}: expected {expected} columns separated by tabs, found {found}")]
    Columns { place: String, line: u64, expected: usize, found: usize },
    #[error("{place}, line {line}: the label in the first column must be 0 or 1, found `{found}`")]
    Label { place: String, line: u64, found: String },
    #[error("{place}, line {line}: a sentence is empty")]
    EmptySentence { place: String, line: u64 },
    #[error("{place}, line {line}: not valid UTF-8; convert the file to UTF-8")]
    Encoding { place: String, line: u64 },
    #[error("{place}, line {line}: holds a NUL byte; is this a text file?")]
    Nul { place: String, line: u64 },
    #[error("{place}: not tab-separated text: {cause}")]
    Table { place: String, cause: csv::Error },
    #[error("{place}: no pairs in it")]
    Empty { place: String },
    #[error("{place}: every pair has the label {label}; a classifier needs at least two classes")]
    SingleClass { place: String, label: u32 },
    #[error("{place} holds neither tokenizer.json nor vocab.txt")]
    NoTokenizer { place: PathBuf },
    #[error("{place}: not a usable tokenizer: {message}")]
    Tokenizer { place: String, message: String },
    #[error("{place}: `{token}` is missing from the vocabulary; BERT's special tokens are needed")]
    SpecialToken { place: String, token: &'static str },
    #[error("max_length is {found}; a pair needs at least {least} tokens")]
    MaxLength { found: usize, least: usize },
    #[error(
        "validation takes {share} of {examples} training pairs, which leaves {train} to train on and {validation} to validate on"
    )]
    Split { share: f64, examples: usize, train: usize, validation: usize },
}
