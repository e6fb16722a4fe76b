//! `config.json`: the shape of a model, every value checked.

use super::read;
use crate::domain::model::ModelConfig;
use crate::model::blocks::Activation;
use crate::model::error::ModelError;
use serde_json::Value;
use std::path::Path;

/// Bytes of the longest configuration.
const MOST_BYTES: u64 = 1 << 20;

/// Reads and checks a `config.json`.
pub fn read_config(path: &Path) -> Result<ModelConfig, ModelError> {
    parse_config(path, &read(path, MOST_BYTES)?)
}

/// The same of its bytes; the path names them in errors.
pub fn parse_config(path: &Path, bytes: &[u8]) -> Result<ModelConfig, ModelError> {
    let wrong = |message: String| ModelError::Config { path: path.to_owned(), message };
    let value: Value = serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
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
