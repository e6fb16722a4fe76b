//! A pre-trained model as a folder that `model.source` can name, and that Hugging Face's transformers loads: encoder and
//! pooler in half precision. The heads of pre-training stay behind.

use crate::domain::model::ModelConfig;
use crate::model::NamedTensor;
use candle_core::{DType, Device, Tensor};
use serde_json::json;
use std::collections::HashMap;

/// Names of what is kept begin so.
const ENCODER: &str = "bert.";
/// The standard deviation that a classifier on top is drawn with: a quarter of BERT's. Learning which sentences belong
/// together lets the first token nearly tell such labels by itself. A classifier that is large and happens to be drawn
/// the wrong way round has to be turned first, which takes more updates than a large batch leaves.
const CLASSIFIER_RANGE: f64 = 0.005;

pub struct Pretrained<'p> {
    pub config: &'p ModelConfig,
    pub tensors: Vec<NamedTensor>,
    /// lines of an uncased `vocab.txt`
    pub vocabulary: &'p str,
}

impl Pretrained<'_> {
    /// The names and contents of the folder's files; the weights come last.
    pub fn files(self) -> candle_core::Result<[(&'static str, Vec<u8>); 4]> {
        let mut tensors = Vec::new();
        for NamedTensor { name, shape, values } in self.tensors {
            if name.starts_with(ENCODER) {
                tensors.push((name, Tensor::from_vec(values, shape, &Device::Cpu)?.to_dtype(DType::F16)?));
            }
        }
        // transformers takes no file that does not say so
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
