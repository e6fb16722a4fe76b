//! An experiment as its author writes it. Reading it from TOML, with friendly errors, is `spec_file`'s business.

use super::arm::{Arm, Dropout, LearningRateScaling, Norm};
use super::classifier::Head;
use super::name::FolderName;
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
    pub head: Option<Head>,
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

/// The batch size that a scaled rate is meant for.
const LEARNING_RATE_REFERENCE: u32 = 8;

/// How much of the validation set a run is scored on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evaluation {
    #[default]
    Whole,
    /// as many full batches of the run's size as there are, in the order of the file: larger batches see fewer pairs
    FullBatches,
}

impl Evaluation {
    pub fn name(self) -> &'static str {
        match self {
            Evaluation::Whole => "whole",
            Evaluation::FullBatches => "full-batches",
        }
    }
}

/// How every cell is trained, unless its arm says otherwise. What was added later is written only where it is not the
/// default: an experiment keeps its digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Train {
    pub batch_sizes: Vec<u32>,
    pub instances: u32,
    pub epochs: u32,
    pub learning_rate: f64,
    pub warmup_ratio: f64,
    pub weight_decay: f64,
    pub clip_norm: f64,
    pub evaluations_per_epoch: u32,
    pub shuffle: bool,
    pub seed: u32,
    pub dropout: Dropout,
    /// score with dropout left on, as if it had been forgotten; one draw, seeded
    pub dropout_at_evaluation: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub evaluation: Evaluation,
    pub norm: Norm,
    #[serde(skip_serializing_if = "is_default")]
    pub learning_rate_scaling: LearningRateScaling,
    #[serde(skip_serializing_if = "is_reference")]
    pub learning_rate_reference: u32,
    /// of every cell, instead of as many as its epochs have
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updates: Option<u64>,
    /// as many as the epochs have at this batch size; never beside `updates`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updates_of: Option<u32>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn is_reference(batch_size: &u32) -> bool {
    *batch_size == LEARNING_RATE_REFERENCE
}

impl Default for Train {
    fn default() -> Self {
        Self {
            batch_sizes: vec![2, 8, 16, 32, 64],
            instances: 5,
            epochs: 3,
            learning_rate: 2e-5,
            warmup_ratio: 0.1,
            weight_decay: 0.01,
            clip_norm: 1.0,
            evaluations_per_epoch: 1,
            shuffle: true,
            seed: 0,
            dropout: Dropout::default(),
            dropout_at_evaluation: false,
            evaluation: Evaluation::default(),
            norm: Norm::default(),
            learning_rate_scaling: LearningRateScaling::default(),
            learning_rate_reference: LEARNING_RATE_REFERENCE,
            updates: None,
            updates_of: None,
        }
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
