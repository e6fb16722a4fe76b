//! A pre-trained model as a folder that `model.source` can name, and that Hugging Face's transformers loads: encoder and
//! pooler in half precision. The heads of pre-training are dropped.

use crate::domain::model::ModelConfig;
use crate::model::NamedTensor;
use candle_core::{DType, Device, Tensor};
use serde_json::json;
use std::collections::HashMap;

/// Prefix of the exported tensors.
const ENCODER: &str = "bert.";
/// The standard deviation of a new classifier: a quarter of BERT's. After next-sentence prediction the first token nearly
/// separates such labels by itself. A large random classifier with the wrong sign has to be unlearned first, which takes
/// more updates than large batches allow.
const CLASSIFIER_RANGE: f64 = 0.005;

pub struct PretrainedFolder<'p> {
    pub config: &'p ModelConfig,
    pub tensors: Vec<NamedTensor>,
    /// lines of an uncased `vocab.txt`
    pub vocabulary: &'p str,
}

impl PretrainedFolder<'_> {
    /// The names and contents of the folder's files; the weights come last.
    pub fn files(self) -> candle_core::Result<[(&'static str, Vec<u8>); 4]> {
        let mut tensors = Vec::new();
        for NamedTensor { name, shape, values } in self.tensors {
            if name.starts_with(ENCODER) {
                tensors.push((name, Tensor::from_vec(values, shape, &Device::Cpu)?.to_dtype(DType::F16)?));
            }
        }
        // transformers requires this metadata
        let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
        let weights = safetensors::serialize(tensors, Some(metadata)).map_err(candle_core::Error::wrap)?;
        let mut config = serde_json::to_value(self.config).map_err(candle_core::Error::wrap)?;
        config["model_type"] = json!("bert");
        config["architectures"] = json!(["BertModel"]);
        config["initializer_range"] = json!(CLASSIFIER_RANGE);
        let tokenizer = json!({
            "tokenizer_class": "BertTokenizer",
            "do_lower_case": true,
            "model_max_length": self.config.max_position_embeddings,
        });
        Ok([
            ("config.json", format!("{config:#}\n").into_bytes()),
            ("tokenizer_config.json", format!("{tokenizer:#}\n").into_bytes()),
            ("vocab.txt", self.vocabulary.as_bytes().to_vec()),
            ("model.safetensors", weights),
        ])
    }
}
