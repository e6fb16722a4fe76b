//! The weights a run starts from, and where each tensor belongs.

use super::layout::Layout;
use crate::domain::model::ModelConfig;
use crate::domain::random::{Key, Purpose};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The table of which a task keeps only the rows it uses.
pub const WORD_TABLE: &str = "bert.embeddings.word_embeddings.weight";

/// Pre-trained (or drawn) tensors by their name in a checkpoint. The classifier may be absent: it is then drawn anew
/// for every instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    pub tensors: BTreeMap<String, Vec<f32>>,
    /// what a run's identity says of them
    pub identity: String,
}

/// Layouts of a model's groups: the embeddings, each layer, the head. `words` is the number of rows of the word table.
pub fn layouts(config: &ModelConfig, words: usize, classes: usize) -> Vec<Layout> {
    let (hidden, wide) = (config.hidden_size, config.intermediate_size);
    let embeddings = Layout::new("bert.embeddings.")
        .table("word_embeddings.weight", &[words, hidden])
        .table("position_embeddings.weight", &[config.max_position_embeddings, hidden])
        .table("token_type_embeddings.weight", &[config.type_vocab_size, hidden])
        .tensor("LayerNorm.weight", &[hidden])
        .tensor("LayerNorm.bias", &[hidden]);
    let layer = |number: usize| {
        // query, key and value lie end to end, so that one product serves all three
        Layout::new(format!("bert.encoder.layer.{number}."))
            .tensor("attention.self.query.weight", &[hidden, hidden])
            .tensor("attention.self.key.weight", &[hidden, hidden])
            .tensor("attention.self.value.weight", &[hidden, hidden])
            .tensor("attention.self.query.bias", &[hidden])
            .tensor("attention.self.key.bias", &[hidden])
            .tensor("attention.self.value.bias", &[hidden])
            .tensor("attention.output.dense.weight", &[hidden, hidden])
            .tensor("attention.output.dense.bias", &[hidden])
            .tensor("attention.output.LayerNorm.weight", &[hidden])
            .tensor("attention.output.LayerNorm.bias", &[hidden])
            .tensor("intermediate.dense.weight", &[wide, hidden])
            .tensor("intermediate.dense.bias", &[wide])
            .tensor("output.dense.weight", &[hidden, wide])
            .tensor("output.dense.bias", &[hidden])
            .tensor("output.LayerNorm.weight", &[hidden])
            .tensor("output.LayerNorm.bias", &[hidden])
    };
    let head = Layout::new("")
        .tensor("bert.pooler.dense.weight", &[hidden, hidden])
        .tensor("bert.pooler.dense.bias", &[hidden])
        .tensor("classifier.weight", &[classes, hidden])
        .tensor("classifier.bias", &[classes]);
    std::iter::once(embeddings).chain((0..config.num_hidden_layers).map(layer)).chain([head]).collect()
}

impl Weights {
    /// Everything but the classifier drawn from the seed, the same for every instance.
    pub fn random(config: &ModelConfig, seed: u32) -> Self {
        let key = Key::new(seed.into(), Purpose::Initialise);
        let mut tensors = BTreeMap::new();
        for layout in layouts(config, config.vocab_size, 0) {
            for view in layout.views().iter().filter(|view| !is_classifier(&view.name)) {
                tensors.insert(view.name.clone(), drawn(&view.name, view.len(), config, key));
            }
        }
        Self { tensors, identity: format!("random-{seed}") }
    }

    /// From a checkpoint's tensors; the identity is their digest.
    pub fn from_tensors(tensors: BTreeMap<String, Vec<f32>>) -> Self {
        let mut hasher = Sha256::new();
        for (name, values) in &tensors {
            hasher.update((name.len() as u64).to_le_bytes());
            hasher.update(name);
            hasher.update((values.len() as u64).to_le_bytes());
            for value in values {
                hasher.update(value.to_le_bytes());
            }
        }
        let identity = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { tensors, identity }
    }

    /// Whether the layer over the first token is drawn anew, with the classifier.
    pub fn lacks_pooler(&self) -> bool {
        !self.tensors.keys().any(|name| is_pooler(name))
    }

    /// The flat values of a group. Rows of the word table are those of `words`; a classifier that is not among the
    /// weights is drawn from `head`.
    pub fn flat(&self, layout: &Layout, config: &ModelConfig, words: &[u32], head: Key) -> Vec<f32> {
        let mut flat = Vec::with_capacity(layout.len());
        for view in layout.views() {
            match self.tensors.get(&view.name) {
                Some(table) if view.name == WORD_TABLE => {
                    let width = view.shape[1];
                    flat.extend(words.iter().flat_map(|word| &table[*word as usize * width..][..width]));
                }
                Some(values) => flat.extend_from_slice(values),
                None => flat.extend(drawn(&view.name, view.len(), config, head)),
            }
        }
        flat
    }
}

pub fn is_classifier(name: &str) -> bool {
    name.starts_with("classifier.")
}

/// Whether it belongs to the layer of this number, counted from 0, or to a later one.
pub fn is_layer_from(name: &str, number: usize) -> bool {
    let layer = name.strip_prefix("bert.encoder.layer.").and_then(|rest| rest.split('.').next());
    layer.and_then(|layer| layer.parse().ok()).is_some_and(|layer: usize| layer >= number)
}

pub fn is_pooler(name: &str) -> bool {
    name.starts_with("bert.pooler.")
}

/// As BERT initialises: gains 1, biases 0, all else normal with the configuration's deviation, cut at two deviations.
fn drawn(name: &str, length: usize, config: &ModelConfig, key: Key) -> Vec<f32> {
    if name.ends_with("bias") {
        return vec![0.0; length];
    }
    if name.contains("LayerNorm") {
        return vec![1.0; length];
    }
    let stream = name.bytes().fold(key, |key, byte| key.with(byte.into()));
    (0..length as u64).map(|index| stream.truncated_normal(index, config.initializer_range) as f32).collect()
}
