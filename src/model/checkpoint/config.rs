//! `config.json`: the shape of a model, every value checked, and what would compute something else refused by its key.

use super::error::ModelError;
use super::labels::Labels;
use super::read;
use crate::domain::contents::mistaken;
use crate::domain::model::ModelConfig;
use crate::model::activation::Activation;
use serde_json::{Map, Value};
use std::path::Path;

/// Bytes of the longest configuration.
const MOST_BYTES: u64 = 1 << 20;

/// What a `config.json` says.
pub struct Description {
    pub config: ModelConfig,
    pub labels: Labels,
}

/// Reads and checks a `config.json`.
pub fn read_config(path: &Path) -> Result<ModelConfig, ModelError> {
    read_description(path).map(|description| description.config)
}

pub fn read_description(path: &Path) -> Result<Description, ModelError> {
    parse_description(path, &read(path, MOST_BYTES)?)
}

/// The same of its bytes; the path names them in errors.
pub fn parse_description(path: &Path, bytes: &[u8]) -> Result<Description, ModelError> {
    let wrong = |message: String| ModelError::Config { path: path.to_owned(), message };
    if let Some(what) = mistaken(bytes) {
        return Err(ModelError::Mistaken { path: path.to_owned(), what });
    }
    let mut value: Value = serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
    if let Some(kind) = value.get("model_type").and_then(Value::as_str)
        && kind != "bert"
    {
        return Err(ModelError::Architecture { path: path.to_owned(), found: kind.to_owned() });
    }
    if let Value::Object(keys) = &mut value {
        // as if it was not there: the default
        keys.retain(|_, value| !value.is_null());
        if let Some((key, found)) = other_computation(keys) {
            return Err(ModelError::Computation { path: path.to_owned(), key: key.to_owned(), found: excerpt(found) });
        }
    }
    check_values(&value).map_err(wrong)?;
    let labels = Labels::of(&value);
    let mut config: ModelConfig = serde_json::from_value(value).map_err(|error| wrong(error.to_string()))?;
    check(&config).map_err(wrong)?;
    if let Some(activation) = Activation::named(&config.hidden_act) {
        // one name for what is computed alike, so that it is one run
        activation.name().clone_into(&mut config.hidden_act);
    }
    Ok(Description { config, labels })
}

/// The first key that makes transformers, or the model's own code, compute something that is not computed here.
fn other_computation(keys: &Map<String, Value>) -> Option<(&str, &Value)> {
    let is_empty = |value: &Value| match value {
        Value::Bool(false) => true,
        Value::Object(inner) => inner.is_empty(),
        Value::Array(inner) => inner.is_empty(),
        _ => false,
    };
    let changes = |key: &str, value: &Value| match key {
        // a causal mask; attention to another model; the decoder of such a pair
        "is_decoder" | "add_cross_attention" | "is_encoder_decoder" => !is_empty(value),
        // heads that were cut out; weights that are not the numbers they stand for
        "pruned_heads" | "quantization_config" => !is_empty(value),
        "position_embedding_type" => value != "absolute",
        // variants of BERT that keep its name and bring their own code
        "feed_forward_type" => value != "original",
        "alibi_starting_size" => true,
        "auto_map" => value.as_object().is_some_and(|map| map.keys().any(|class| class.starts_with("AutoModel"))),
        _ => false,
    };
    keys.iter().find(|(key, value)| changes(key, value)).map(|(key, value)| (key.as_str(), value))
}

fn excerpt(value: &Value) -> String {
    value.to_string().chars().take(60).collect()
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
        None => Ok(()),
        Some(found) if holds(found) => Ok(()),
        Some(found) => Err(format!("`{name}` is {}, expected {expected}", excerpt(found))),
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
    require("hidden_act", &activation, &format!("one of {}", Activation::names()))
}

/// Values against each other.
fn check(config: &ModelConfig) -> Result<(), String> {
    if !config.hidden_size.is_multiple_of(config.num_attention_heads) {
        return Err(format!(
            "`hidden_size` {} is not a multiple of `num_attention_heads` {}",
            config.hidden_size, config.num_attention_heads
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parsed(change: Value) -> Result<ModelConfig, String> {
        let mut config: Value =
            serde_json::from_slice(include_bytes!("../../../tests/golden/tiny/config.json")).unwrap();
        config.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let described = parse_description(Path::new("config.json"), config.to_string().as_bytes());
        described.map(|described| described.config).map_err(|error| error.to_string())
    }

    #[test]
    fn keys_that_change_the_computation_are_refused_with_their_value() {
        for (key, value) in [
            ("is_decoder", json!(true)),
            ("add_cross_attention", json!(true)),
            ("is_encoder_decoder", json!(true)),
            ("position_embedding_type", json!("relative_key_query")),
            ("pruned_heads", json!({"0": [1]})),
            ("quantization_config", json!({"bits": 8})),
            ("feed_forward_type", json!("geglu")),
            ("alibi_starting_size", json!(512)),
            ("auto_map", json!({"AutoModelForMaskedLM": "theirs--modeling_bert.Bert"})),
        ] {
            let message = parsed(json!({key: value})).unwrap_err();
            assert!(message.contains(&format!("`{key}` is {value}")), "{message}");
        }
    }

    #[test]
    fn other_keys_and_values_without_effect_are_passed_over() {
        let plain = parsed(json!({})).unwrap();
        for change in [
            json!({"is_decoder": false, "add_cross_attention": false, "pruned_heads": {}, "use_cache": true}),
            json!({"chunk_size_feed_forward": 64, "gradient_checkpointing": true, "transformers_version": "5.24.0"}),
            json!({"position_embedding_type": "absolute", "auto_map": {"AutoConfig": "theirs.Config"}}),
            json!({"classifier_dropout": null, "hidden_act": null, "type_vocab_size": null, "layer_norm_eps": null}),
            json!({"quantization_config": null, "position_embedding_type": null, "anything": [1, {"else": 2}]}),
        ] {
            assert_eq!(parsed(change.clone()).unwrap(), plain, "{change}");
        }
    }

    #[test]
    fn spellings_of_one_activation_are_one_configuration() {
        let named = |name: &str| parsed(json!({"hidden_act": name})).unwrap().hidden_act;
        assert_eq!((named("gelu"), named("gelu_python")), ("gelu".into(), "gelu".into()));
        assert_eq!((named("gelu_fast"), named("swish")), ("gelu_new".into(), "silu".into()));
        let message = parsed(json!({"hidden_act": "prelu"})).unwrap_err();
        assert!(message.contains("`hidden_act` is \"prelu\", expected one of gelu, "), "{message}");
    }
}
