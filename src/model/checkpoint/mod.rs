//! A pre-trained BERT from a local folder, as Hugging Face lays them out: `config.json`, and `model.safetensors` or
//! `pytorch_model.bin`, either of them perhaps in shards. One such folder is compiled into the program.
//!
//! What is read of the weights is what `config.json` describes and the task can use; [`Pretrained`] says what became of the
//! classifier, and of anything else.

mod classifier;
mod config;
mod error;
mod files;
mod labels;
mod names;
mod part;
mod pickle;
mod reading;
mod safetensors;
mod tensor;
mod torch;

use super::weights::{Weights, layouts};
use crate::domain::classifier::{Classifier, HeadChoice};
use crate::domain::contents::mistaken;
use crate::domain::model::ModelConfig;
pub use config::read_config;
use config::{Description, parse_description, read_description};
pub use error::ModelError;
pub use files::{WEIGHTS, shards};
use files::{WeightFiles, foreign, read};
pub use labels::Unfit;
pub use part::TooFewLayers;
use reading::Reading;
use std::collections::BTreeMap;
use std::path::Path;

/// Bytes that a file may have beside its tensors.
const SPARE: usize = 64 << 20;

/// What a model is wanted for.
#[derive(Clone, Copy, Debug)]
pub struct ModelRequest<'w> {
    pub classes: usize,
    /// of the classes, in their order; none: a checkpoint's classifier is taken row after row, whatever it says
    pub names: &'w [String],
    pub head: Option<HeadChoice>,
}

impl From<usize> for ModelRequest<'static> {
    fn from(classes: usize) -> Self {
        Self { classes, names: &[], head: None }
    }
}

/// A checkpoint as it was read for a task.
#[derive(Clone, Debug)]
pub struct Pretrained {
    pub config: ModelConfig,
    pub weights: Weights,
    pub classifier: Classifier,
    /// what a person should know of the files, in words
    pub notes: Vec<String>,
}

/// Reads and checks a checkpoint for a task.
pub fn read_folder<'w>(folder: &Path, wanted: impl Into<ModelRequest<'w>>) -> Result<Pretrained, ModelError> {
    let path = folder.join("config.json");
    if let Some(error) = foreign(folder).filter(|_| !path.exists()) {
        return Err(error);
    }
    let (description, wanted) = (read_description(&path)?, wanted.into());
    let files = WeightFiles::read(folder, most_bytes(&description.config, wanted.classes))?;
    let tensors = tensors_of_files(&files)?;
    Reading { path: &files.path, bytes: files.bytes(), wanted }.of(tensors, description)
}

fn embedded_description() -> Result<Description, ModelError> {
    parse_description(Path::new("embedded config.json"), include_bytes!("../../../data/demo/model/config.json"))
}

/// The shape of the model that is compiled into the program; data/README.md tells how it was made.
pub fn embedded_config() -> Result<ModelConfig, ModelError> {
    embedded_description().map(|description| description.config)
}

/// The model that is compiled into the program.
pub fn read_embedded<'w>(wanted: impl Into<ModelRequest<'w>>) -> Result<Pretrained, ModelError> {
    let (description, path) = (embedded_description()?, Path::new("embedded model.safetensors"));
    let bytes = include_bytes!("../../../data/demo/model/model.safetensors");
    Reading { path, bytes: bytes.len(), wanted: wanted.into() }.of(tensors_of(path, bytes)?, description)
}

/// The shape of the model that is compiled into the program, with weights drawn from a seed as BERT's were.
pub fn draw_embedded<'w>(wanted: impl Into<ModelRequest<'w>>, seed: u32) -> Result<Pretrained, ModelError> {
    if wanted.into().head == Some(HeadChoice::Keep) {
        return Err(ModelError::Head { path: "embedded-random".into(), reason: Unfit::None });
    }
    let config = ModelConfig { initializer_range: ModelConfig::BERT_INITIALIZER_RANGE, ..embedded_config()? };
    let weights = Weights::random(&config, seed);
    Ok(Pretrained { config, weights, classifier: Classifier::NONE, notes: Vec::new() })
}

/// More than a file with the weights of such a model can take: in double precision, with an output table and the rest of a
/// head of pre-training beside them, and twice that for what an optimiser keeps of weights in single precision.
fn most_bytes(config: &ModelConfig, classes: usize) -> u64 {
    let tables = layouts(config, config.vocab_size, classes);
    let values: usize = tables.iter().map(|layout| layout.len()).sum();
    let head = (config.vocab_size + config.hidden_size) * (config.hidden_size + 1);
    (2 * (values + head) * size_of::<f64>() + SPARE) as u64
}

type Tensors<'b> = torch::TorchEntries<'b>;

fn tensors_of<'b>(path: &Path, bytes: &'b [u8]) -> Result<Tensors<'b>, ModelError> {
    let path = || path.to_owned();
    if let Some(what) = mistaken(bytes) {
        return Err(ModelError::Mistaken { path: path(), what });
    }
    let named_safetensors = path().extension().is_some_and(|ending| ending == "safetensors");
    // files go by what they are, where that is beyond doubt
    if torch::is_torch(bytes) || !(named_safetensors || safetensors::is_safetensors(bytes)) {
        return torch::read(bytes).map_err(|cause| ModelError::Torch { path: path(), cause });
    }
    let tensors = safetensors::read(bytes).map_err(|error| ModelError::Safetensors {
        path: path(),
        bytes: bytes.len(),
        message: error.to_string(),
    })?;
    Ok(tensors.into_iter().map(|(name, tensor)| (name, Ok(tensor))).collect())
}

/// The tensors of all files, each in one of them, and in the one where the index says.
fn tensors_of_files(files: &WeightFiles) -> Result<Tensors<'_>, ModelError> {
    let mut all = Tensors::new();
    let mut found_in: BTreeMap<String, &Path> = BTreeMap::new();
    for (path, bytes) in &files.files {
        for (name, tensor) in tensors_of(path, bytes)? {
            if let Some(first) = found_in.insert(name.clone(), path) {
                return Err(ModelError::InTwoShards { first: first.to_owned(), second: path.clone(), name });
            }
            all.insert(name, tensor);
        }
    }
    match files.places.iter().find(|(name, place)| found_in.get(*name) != Some(&place.as_path())) {
        Some((name, place)) => {
            Err(ModelError::NotInShard { path: files.path.clone(), name: name.clone(), shard: place.clone() })
        }
        None => Ok(all),
    }
}
