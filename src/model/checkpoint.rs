//! A pre-trained BERT from a local folder: `config.json` and `model.safetensors`, as Hugging Face lays them out.
//!
//! Names are accepted with or without the leading `bert.`, norms as `weight`/`bias` or TensorFlow's `gamma`/`beta`.

use super::blocks::Activation;
use super::error::ModelError;
use super::weights::{Weights, is_classifier, layouts};
use crate::domain::model::ModelConfig;
use candle_core::safetensors::Load;
use candle_core::{DType, Device};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Reads and checks a checkpoint for a task of this many classes.
pub fn read_folder(folder: &Path, classes: usize) -> Result<(ModelConfig, Weights), ModelError> {
    let config = read_config(&folder.join("config.json"))?;
    let weights = read_weights(&folder.join("model.safetensors"), &config, classes)?;
    Ok((config, weights))
}

/// All of a file. What is none, a pipe or a device, may never end.
fn read(path: &Path) -> Result<Vec<u8>, ModelError> {
    let read = || match std::fs::metadata(path)?.is_file() {
        true => std::fs::read(path),
        false => Err(std::io::Error::other("it is no ordinary file")),
    };
    read().map_err(|cause| ModelError::Read { path: path.to_owned(), cause })
}

fn read_config(path: &Path) -> Result<ModelConfig, ModelError> {
    let bytes = read(path)?;
    let wrong = |message: String| ModelError::Config { path: path.to_owned(), message };
    let value: Value = serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
    if let Some(kind) = value.get("model_type").and_then(Value::as_str)
        && kind != "bert"
    {
        return Err(ModelError::Architecture { path: path.to_owned(), found: kind.to_owned() });
    }
    if let Some(kind) = value.get("position_embedding_type").and_then(Value::as_str)
        && kind != "absolute"
    {
        return Err(wrong(format!("position_embedding_type is `{kind}`, only `absolute` is known")));
    }
    check_values(&value).map_err(wrong)?;
    let config: ModelConfig = serde_json::from_value(value).map_err(|error| wrong(error.to_string()))?;
    check(&config).map_err(wrong)?;
    Ok(config)
}

/// Sizes with the most that each may be: what is beyond cannot be a model, and is found before anything is allocated.
const SIZES: [(&str, u64); 7] = [
    ("vocab_size", 1 << 24),
    ("hidden_size", 1 << 16),
    ("num_hidden_layers", 1 << 10),
    ("num_attention_heads", 1 << 10),
    ("intermediate_size", 1 << 20),
    ("max_position_embeddings", 1 << 20),
    ("type_vocab_size", 1 << 10),
];
const RATES: [&str; 3] = ["hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout"];
const POSITIVE: [&str; 2] = ["initializer_range", "layer_norm_eps"];

/// Every value on its own.
fn check_values(config: &Value) -> Result<(), String> {
    let require = |name: &str, holds: &dyn Fn(&Value) -> bool, expected: &str| match config.get(name) {
        None | Some(Value::Null) => Ok(()),
        Some(found) if holds(found) => Ok(()),
        Some(found) => {
            let found: String = found.to_string().chars().take(60).collect();
            Err(format!("`{name}` is {found}, expected {expected}"))
        }
    };
    for (name, most) in SIZES {
        let size = |found: &Value| found.as_u64().is_some_and(|size| (1..=most).contains(&size));
        require(name, &size, &format!("a whole number from 1 to {most}"))?;
    }
    let number = |holds: fn(f64) -> bool| move |found: &Value| found.as_f64().is_some_and(holds);
    for name in RATES {
        require(name, &number(|rate| (0.0..1.0).contains(&rate)), "a number of at least 0 and below 1")?;
    }
    for name in POSITIVE {
        require(name, &number(|value| value > 0.0), "a positive number")?;
    }
    let activation = |found: &Value| found.as_str().is_some_and(|name| Activation::named(name).is_some());
    require("hidden_act", &activation, "one of gelu, gelu_new, gelu_pytorch_tanh, relu")
}

/// Values against each other.
fn check(config: &ModelConfig) -> Result<(), String> {
    if config.type_vocab_size < 2 {
        return Err("`type_vocab_size` is 1; pairs of sentences need 2 token types".into());
    }
    if !config.hidden_size.is_multiple_of(config.num_attention_heads) {
        return Err(format!(
            "`hidden_size` {} is not a multiple of `num_attention_heads` {}",
            config.hidden_size, config.num_attention_heads
        ));
    }
    Ok(())
}

fn read_weights(path: &Path, config: &ModelConfig, classes: usize) -> Result<Weights, ModelError> {
    let bytes = read(path)?;
    let file = SafeTensors::deserialize(&bytes).map_err(|error| ModelError::Safetensors {
        path: path.to_owned(),
        bytes: bytes.len(),
        message: error.to_string(),
    })?;
    let by_name: BTreeMap<String, TensorView<'_>> = file.tensors().into_iter().collect();
    let mut found: BTreeMap<String, (String, TensorView<'_>)> = BTreeMap::new();
    for (name, tensor) in by_name {
        if let Some((first, _)) = found.insert(canonical(&name), (name.clone(), tensor)) {
            return Err(ModelError::Twice { path: path.to_owned(), first, second: name });
        }
    }
    let mut tensors = BTreeMap::new();
    for layout in layouts(config, config.vocab_size, classes) {
        for view in layout.views() {
            let Some((name, tensor)) = found.remove(&view.name) else {
                if is_classifier(&view.name) {
                    continue;
                }
                return Err(ModelError::Missing { path: path.to_owned(), name: view.name.clone() });
            };
            if tensor.shape() != view.shape {
                let (found, expected) = (tensor.shape().to_vec(), view.shape.clone());
                return Err(ModelError::Shape { path: path.to_owned(), name, found, expected });
            }
            let Some(values) = floats(&tensor) else {
                return Err(ModelError::Kind { path: path.to_owned(), name, found: format!("{:?}", tensor.dtype()) });
            };
            if values.iter().any(|value| !value.is_finite()) {
                return Err(ModelError::NotFinite { path: path.to_owned(), name });
            }
            tensors.insert(view.name.clone(), values);
        }
    }
    // the two tensors that ride along in many files and belong to no classifier
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

/// The values in single precision; nothing where they are no floating-point numbers.
fn floats(tensor: &TensorView<'_>) -> Option<Vec<f32>> {
    match tensor.dtype() {
        Dtype::F32 | Dtype::F64 | Dtype::F16 | Dtype::BF16 => {}
        _ => return None,
    }
    let tensor = tensor.load(&Device::Cpu).ok()?;
    tensor.to_dtype(DType::F32).and_then(|tensor| tensor.flatten_all()?.to_vec1()).ok()
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
