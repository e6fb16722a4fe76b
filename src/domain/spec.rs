//! An experiment as its author writes it. Reading it from TOML, with friendly errors, is `spec_file`'s business.

use super::arm::Arm;
use super::classifier::HeadChoice;
use super::name::FolderName;
use super::train::Train;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Classes of the largest task that is trained.
pub const MOST_CLASSES: usize = 64;

/// A whole experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    pub name: FolderName,
    pub task: Task,
    pub model: Model,
    pub train: Train,
    pub store: StoreOptions,
    /// never empty; the first is the baseline
    pub arms: Vec<Arm>,
}

/// Where the examples come from: pairs of sentences, or single ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// a task of GLUE, or "demo", the embedded corpus
    #[serde(default)]
    pub name: Option<String>,
    /// a folder with a training set and dev or test, as TSV, CSV, JSONL or Parquet
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// column of the only sentence, where there is one and the layout is not known
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentence: Option<String>,
    /// column of the first sentence, where it is not called so and the layout is not known
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentence1: Option<String>,
    /// column of the second sentence
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentence2: Option<String>,
    /// column of the label
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// what labels that are words are called, in the order of the classes
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<String>>,
    /// longest sequence in tokens, special ones included
    #[serde(default = "default_max_length")]
    pub max_length: usize,
    #[serde(default)]
    pub validation: Validation,
    /// further sets, scored once at the end of every run
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_evaluate: Vec<NamedSet>,
}

fn default_max_length() -> usize {
    128
}

/// Which examples are scored while training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Validation {
    Set(NamedSet),
    /// this share of the training set, which then no longer trains
    Fraction(f64),
}

impl Default for Validation {
    fn default() -> Self {
        Self::Set(NamedSet::Dev)
    }
}

/// A set beside the training set. MNLI has two to validate on: matched, of the training set's genres, which is its
/// dev, and mismatched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NamedSet {
    Dev,
    Test,
    Matched,
    Mismatched,
}

impl NamedSet {
    pub fn name(self) -> &'static str {
        match self {
            NamedSet::Dev => "dev",
            NamedSet::Test => "test",
            NamedSet::Matched => "matched",
            NamedSet::Mismatched => "mismatched",
        }
    }
}

/// Where the weights come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// "embedded", "embedded-random", a folder with `config.json` and weights, or a repository of the hub as
    /// `OWNER/NAME@REVISION`
    pub source: String,
    /// whether the checkpoint's classifier is kept; nothing: where it fits
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<HeadChoice>,
    /// of the source, the first so many layers; nothing: all
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<u32>,
    /// whether the pooler and so many of the last layers are drawn for each instance, like the classifier
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reinitialize: Option<u32>,
}

/// The source that is compiled into the program.
pub const EMBEDDED: &str = "embedded";
/// A peak rate that suits it (docs/TASKS.md).
pub const EMBEDDED_LEARNING_RATE: f64 = 1e-4;
/// Its shape and words with weights drawn anew: what pre-training is worth.
pub const EMBEDDED_RANDOM: &str = "embedded-random";

impl Model {
    /// Whether the source is compiled into the program.
    pub fn is_embedded(source: &str) -> bool {
        [EMBEDDED, EMBEDDED_RANDOM].contains(&source)
    }
}

/// How runs are kept. No part of a run's identity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreOptions {
    pub keep_weights: KeepWeights,
    /// how much work an interruption may cost a run, in seconds; 0: a checkpoint at every epoch end instead
    pub checkpoint_seconds: f64,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { keep_weights: KeepWeights::default(), checkpoint_seconds: 30.0 }
    }
}

/// Of which arms the final weights stay in the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeepWeights {
    All,
    #[default]
    Baseline,
    None,
}
