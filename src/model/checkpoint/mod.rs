//! A pre-trained BERT from a local folder, as Hugging Face lays them out: `config.json`, and `model.safetensors` or
//! `pytorch_model.bin`. One such folder is compiled into the program.
//!
//! Names are accepted with or without the leading `bert.`, norms as `weight`/`bias` or TensorFlow's `gamma`/`beta`.

mod config;
mod pickle;
mod safetensors;
mod tensor;
mod torch;

use super::error::ModelError;
use super::weights::{Weights, is_classifier, is_pooler, layouts};
use crate::domain::model::ModelConfig;
use config::parse_config;
pub use config::read_config;
use std::collections::BTreeMap;
use std::path::Path;
use tensor::Stored;
pub use torch::TorchError;

/// Files that may hold the weights, the first that is there wins.
pub const WEIGHTS: [&str; 2] = ["model.safetensors", "pytorch_model.bin"];

/// Bytes that a file may have beside its tensors.
const SPARE: usize = 64 << 20;

/// Reads and checks a checkpoint for a task of this many classes.
pub fn read_folder(folder: &Path, classes: usize) -> Result<(ModelConfig, Weights), ModelError> {
    let config = read_config(&folder.join("config.json"))?;
    let path = WEIGHTS.map(|name| folder.join(name)).into_iter().find(|path| path.exists());
    let path = path.ok_or_else(|| ModelError::NoWeights { folder: folder.to_owned() })?;
    let bytes = read(&path, most_bytes(&config, classes))?;
    let weights = weights_of(&path, tensors_of(&path, &bytes)?, bytes.len(), &config, classes)?;
    Ok((config, weights))
}

/// The shape of the model that is compiled into the program; data/README.md tells how it was made.
pub fn embedded_config() -> Result<ModelConfig, ModelError> {
    parse_config(Path::new("embedded config.json"), include_bytes!("../../../data/demo/model/config.json"))
}

/// The model that is compiled into the program.
pub fn read_embedded(classes: usize) -> Result<(ModelConfig, Weights), ModelError> {
    let (config, path) = (embedded_config()?, Path::new("embedded model.safetensors"));
    let bytes = include_bytes!("../../../data/demo/model/model.safetensors");
    let weights = weights_of(path, tensors_of(path, bytes)?, bytes.len(), &config, classes)?;
    Ok((config, weights))
}

/// All of a file. What is none, a pipe or a device, may never end.
fn read(path: &Path, most: u64) -> Result<Vec<u8>, ModelError> {
    let read = || {
        let found = std::fs::metadata(path)?;
        match found.is_file() {
            true if found.len() > most => {
                let (found, path) = (found.len(), path.to_owned());
                Ok(Err(ModelError::TooLarge { path, found, most }))
            }
            true => std::fs::read(path).map(Ok),
            false => Err(std::io::Error::other("it is no ordinary file")),
        }
    };
    read().unwrap_or_else(|cause| Err(ModelError::Read { path: path.to_owned(), cause }))
}

/// More than the weights of such a model can take: in double precision, with an output table and the rest of a head of
/// pre-training beside them.
fn most_bytes(config: &ModelConfig, classes: usize) -> u64 {
    let tables = layouts(config, config.vocab_size, classes);
    let values: usize = tables.iter().map(|layout| layout.len()).sum();
    let head = (config.vocab_size + config.hidden_size) * (config.hidden_size + 1);
    ((values + head) * size_of::<f64>() + SPARE) as u64
}

fn tensors_of<'b>(path: &Path, bytes: &'b [u8]) -> Result<BTreeMap<String, Stored<'b>>, ModelError> {
    let path = || path.to_owned();
    match path().extension().is_some_and(|ending| ending == "safetensors") {
        true => safetensors::read(bytes).map_err(|error| ModelError::Safetensors {
            path: path(),
            bytes: bytes.len(),
            message: error.to_string(),
        }),
        false => torch::read(bytes).map_err(|cause| ModelError::Torch { path: path(), cause }),
    }
}

/// The weights of a model of this shape, out of a file of this many bytes.
fn weights_of(
    path: &Path,
    file: BTreeMap<String, Stored<'_>>,
    bytes: usize,
    config: &ModelConfig,
    classes: usize,
) -> Result<Weights, ModelError> {
    let mut found: BTreeMap<String, (String, Stored<'_>)> = BTreeMap::new();
    for (name, tensor) in file {
        if let Some((first, _)) = found.insert(canonical(&name), (name.clone(), tensor)) {
            return Err(ModelError::Twice { path: path.to_owned(), first, second: name });
        }
    }
    // a model that guesses hidden words is saved without one
    let has_pooler = found.keys().any(|name| is_pooler(name));
    let is_drawn = |name: &str| is_classifier(name) || (!has_pooler && is_pooler(name));
    let mut tensors = BTreeMap::new();
    let mut values_read = 0;
    for layout in layouts(config, config.vocab_size, classes) {
        for view in layout.views() {
            let Some((name, tensor)) = found.remove(&view.name) else {
                if is_drawn(&view.name) {
                    continue;
                }
                return Err(ModelError::Missing { path: path.to_owned(), name: view.name.clone() });
            };
            if tensor.shape != view.shape {
                let (found, expected) = (tensor.shape, view.shape.clone());
                return Err(ModelError::Shape { path: path.to_owned(), name, found, expected });
            }
            // tensors may share their bytes; that a small file becomes a huge model so is no accident
            values_read += view.len();
            if values_read > bytes {
                return Err(ModelError::Shared { path: path.to_owned(), bytes });
            }
            let Some(values) = tensor.floats() else {
                return Err(ModelError::Kind { path: path.to_owned(), name, found: tensor.kind.to_string() });
            };
            if values.iter().any(|value| !value.is_finite()) {
                return Err(ModelError::NotFinite { path: path.to_owned(), name });
            }
            tensors.insert(view.name.clone(), values);
        }
    }
    // positions as a table, and heads of pre-training: they ride along in many files and belong to no classifier
    let rides_along = |name: &str| name == "bert.embeddings.position_ids" || name.starts_with("cls.");
    let extra = found.into_iter().find(|(name, _)| !rides_along(name));
    if let Some((_, (name, _))) = extra {
        return Err(ModelError::Extra { path: path.to_owned(), name });
    }
    if tensors.contains_key("classifier.weight") != tensors.contains_key("classifier.bias") {
        let name = ["classifier.weight", "classifier.bias"].into_iter().find(|name| !tensors.contains_key(*name));
        return Err(ModelError::Missing { path: path.to_owned(), name: name.unwrap_or_default().into() });
    }
    Ok(Weights::from_tensors(tensors))
}

/// The name as `BertForSequenceClassification` saves it.
fn canonical(name: &str) -> String {
    let name = match name {
        _ if name.starts_with("bert.") || name.starts_with("classifier.") || name.starts_with("cls.") => {
            name.to_owned()
        }
        _ => format!("bert.{name}"),
    };
    name.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")
}
