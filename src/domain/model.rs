//! The shape of a BERT model, as its `config.json` gives it.

use serde::{Deserialize, Serialize};

/// Sizes and rates of a BERT encoder. Field names are those of Hugging Face's `config.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelConfig {
    pub vocab_size: usize,
    /// H
    pub hidden_size: usize,
    pub num_hidden_layers: usize,
    /// A
    pub num_attention_heads: usize,
    /// F
    pub intermediate_size: usize,
    #[serde(default = "default_activation")]
    pub hidden_act: String,
    #[serde(default = "default_dropout")]
    pub hidden_dropout_prob: f64,
    #[serde(default = "default_dropout")]
    pub attention_probs_dropout_prob: f64,
    #[serde(default)]
    pub classifier_dropout: Option<f64>,
    pub max_position_embeddings: usize,
    #[serde(default = "default_type_vocab_size")]
    pub type_vocab_size: usize,
    #[serde(default = "default_initializer_range")]
    pub initializer_range: f64,
    #[serde(default = "default_layer_norm_eps")]
    pub layer_norm_eps: f64,
}

fn default_activation() -> String {
    "gelu".into()
}
fn default_dropout() -> f64 {
    0.1
}
fn default_type_vocab_size() -> usize {
    2
}
fn default_initializer_range() -> f64 {
    0.02
}
fn default_layer_norm_eps() -> f64 {
    1e-12
}

impl ModelConfig {
    /// BERT-mini's shape (Turc et al. 2019): 4 layers of hidden size 256 with 4 heads.
    pub fn bert_mini(vocab_size: usize) -> Self {
        Self {
            vocab_size,
            hidden_size: 256,
            num_hidden_layers: 4,
            num_attention_heads: 4,
            intermediate_size: 1024,
            hidden_act: default_activation(),
            hidden_dropout_prob: default_dropout(),
            attention_probs_dropout_prob: default_dropout(),
            classifier_dropout: None,
            max_position_embeddings: 512,
            type_vocab_size: default_type_vocab_size(),
            initializer_range: default_initializer_range(),
            layer_norm_eps: default_layer_norm_eps(),
        }
    }

    /// Floating-point operations that a training step needs for one sequence of `length` tokens: three times those of
    /// its forward pass. Matrix products alone, a multiplication and an addition each.
    pub fn training_operations(&self, length: usize, classes: usize) -> f64 {
        let (hidden, wide, length) = (self.hidden_size as f64, self.intermediate_size as f64, length as f64);
        let maps = length * hidden * (4.0 * hidden + 2.0 * wide);
        let attention = 2.0 * length * length * hidden;
        let head = hidden * (hidden + classes as f64);
        3.0 * 2.0 * (self.num_hidden_layers as f64 * (maps + attention) + head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_of_mean_length_needs_a_billion_operations() {
        // 53.24 tokens: 3.15 million weights of four layers, the attention's products, the head's
        let weights = 4.0 * (4.0 * 256.0 * 256.0 + 2.0 * 256.0 * 1024.0);
        let expected = 6.0 * (53.0 * weights + 4.0 * 2.0 * 53.0 * 53.0 * 256.0 + 256.0 * 258.0);
        assert_eq!(ModelConfig::bert_mini(100).training_operations(53, 2), expected);
        assert!((1.02e9..1.06e9).contains(&expected));
    }
}
