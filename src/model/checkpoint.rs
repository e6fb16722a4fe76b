//! A pre-trained BERT from a local folder: `config.json` and `model.safetensors`, as Hugging Face lays them out.
//!
//! Names are accepted with or without the leading `bert.`, norms as `weight`/`bias` or TensorFlow's `gamma`/`beta`.

use super::blocks::Activation;
use super::error::ModelError;
use super::weights::{Weights, is_classifier, layouts};
use crate::domain::model::ModelConfig;
use candle_core::{DType, Device, Tensor};
use std::collections::BTreeMap;
use std::path::Path;

/// Reads and checks a checkpoint for a task of this many classes.
pub fn read_folder(folder: &Path, classes: usize) -> Result<(ModelConfig, Weights), ModelError> {
    let config = read_config(&folder.join("config.json"))?;
    let weights = read_weights(&folder.join("model.safetensors"), &config, classes)?;
    Ok((config, weights))
}

fn read(path: &Path) -> Result<Vec<u8>, ModelError> {
    std::fs::read(path).map_err(|cause| ModelError::Read { path: path.to_owned(), cause })
}

fn read_config(path: &Path) -> Result<ModelConfig, ModelError> {
    let bytes = read(path)?;
    let wrong = |message: String| ModelError::Config { path: path.to_owned(), message };
    let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
    if let Some(kind) = value.get("model_type").and_then(serde_json::Value::as_str)
        && kind != "bert"
    {
        return Err(ModelError::Architecture { path: path.to_owned(), found: kind.to_owned() });
    }
    if let Some(kind) = value.get("position_embedding_type").and_then(serde_json::Value::as_str)
        && kind != "absolute"
    {
        return Err(wrong(format!("position_embedding_type is `{kind}`, only `absolute` is known")));
    }
    let config: ModelConfig = serde_json::from_value(value).map_err(|error| wrong(error.to_string()))?;
    check(&config).map_err(wrong)?;
    Ok(config)
}

/// Sizes that cannot be a model, found before anything is allocated by them.
fn check(config: &ModelConfig) -> Result<(), String> {
    let sizes = [
        ("vocab_size", config.vocab_size, 1 << 24),
        ("hidden_size", config.hidden_size, 1 << 16),
        ("num_hidden_layers", config.num_hidden_layers, 1 << 10),
        ("num_attention_heads", config.num_attention_heads, 1 << 10),
        ("intermediate_size", config.intermediate_size, 1 << 20),
        ("max_position_embeddings", config.max_position_embeddings, 1 << 20),
        ("type_vocab_size", config.type_vocab_size, 1 << 10),
    ];
    if let Some((name, value, most)) = sizes.iter().find(|(_, value, most)| !(1..=*most).contains(value)) {
        return Err(format!("{name} is {value}, expected 1 to {most}"));
    }
    if config.type_vocab_size < 2 {
        return Err("type_vocab_size is 1; pairs of sentences need 2 token types".into());
    }
    if !config.hidden_size.is_multiple_of(config.num_attention_heads) {
        return Err(format!(
            "hidden_size {} is not a multiple of num_attention_heads {}",
            config.hidden_size, config.num_attention_heads
        ));
    }
    let rates = [
        ("hidden_dropout_prob", config.hidden_dropout_prob),
        ("attention_probs_dropout_prob", config.attention_probs_dropout_prob),
        ("classifier_dropout", config.classifier_dropout.unwrap_or(0.0)),
    ];
    if let Some((name, value)) = rates.iter().find(|(_, value)| !(0.0..1.0).contains(value)) {
        return Err(format!("{name} is {value}, expected at least 0 and below 1"));
    }
    if Activation::named(&config.hidden_act).is_none() {
        return Err(format!(
            "hidden_act is `{}`, known are gelu, gelu_new, gelu_pytorch_tanh, relu",
            config.hidden_act
        ));
    }
    Ok(())
}

fn read_weights(path: &Path, config: &ModelConfig, classes: usize) -> Result<Weights, ModelError> {
    let broken = |error: candle_core::Error| ModelError::Safetensors {
        path: path.to_owned(),
        message: error.to_string().lines().next().unwrap_or_default().to_owned(),
    };
    let found = candle_core::safetensors::load_buffer(&read(path)?, &Device::Cpu).map_err(broken)?;
    let by_name: BTreeMap<String, Tensor> = found.into_iter().collect();
    let mut found: BTreeMap<String, (String, Tensor)> = BTreeMap::new();
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
            if tensor.dims() != view.shape {
                let (found, expected) = (tensor.dims().to_vec(), view.shape.clone());
                return Err(ModelError::Shape { path: path.to_owned(), name, found, expected });
            }
            let values: Vec<f32> =
                tensor.to_dtype(DType::F32).and_then(|tensor| tensor.flatten_all()?.to_vec1()).map_err(broken)?;
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
