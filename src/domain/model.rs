//! The shape of a BERT model, as its `config.json` gives it.

use super::choice::Norm;
use super::value::whole;
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
    /// standard deviation of what is drawn
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
    ModelConfig::BERT_INITIALIZER_RANGE
}
fn default_layer_norm_eps() -> f64 {
    1e-12
}

impl ModelConfig {
    /// What is wrong with a shape that was read and no model can have.
    pub fn check(&self) -> Result<(), String> {
        let sizes = [
            ("vocab_size", self.vocab_size),
            ("hidden_size", self.hidden_size),
            ("num_hidden_layers", self.num_hidden_layers),
            ("num_attention_heads", self.num_attention_heads),
            ("intermediate_size", self.intermediate_size),
            ("max_position_embeddings", self.max_position_embeddings),
            ("type_vocab_size", self.type_vocab_size),
        ];
        sizes.into_iter().try_for_each(|(name, size)| whole(name, size, 1, 1 << 31))
    }

    /// What BERT draws its weights with (Devlin et al. 2019, as published).
    pub const BERT_INITIALIZER_RANGE: f64 = 0.02;

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
    ///
    /// The classifier reads the first token. What the last layer would compute for other tokens is not needed and does
    /// not count; with batch norm it is, for statistics over all tokens. A layer read at one token needs its maps for
    /// one row, and for each head a row of scores and a row of mixed values.
    pub fn training_operations(&self, norm: Norm, length: usize, classes: usize) -> f64 {
        let (hidden, wide, length) = (self.hidden_size as f64, self.intermediate_size as f64, length as f64);
        let maps = hidden * (4.0 * hidden + 2.0 * wide); // of one token
        let layer = length * maps + 2.0 * length * length * hidden;
        let last = match norm {
            Norm::Batch => layer,
            Norm::Layer | Norm::Rms | Norm::None => maps + 2.0 * length * self.num_attention_heads as f64 * hidden,
        };
        let head = hidden * (hidden + classes as f64);
        3.0 * 2.0 * (self.num_hidden_layers.saturating_sub(1) as f64 * layer + last + head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_of_mean_length_needs_three_layers_and_one_token_of_the_fourth() {
        // 53.24 tokens: 0.79 million weights of a layer, the attention's products, the head's
        let weights = 4.0 * 256.0 * 256.0 + 2.0 * 256.0 * 1024.0;
        let (layer, head) = (53.0 * weights + 2.0 * 53.0 * 53.0 * 256.0, 256.0 * 258.0);
        let one_token = weights + 2.0 * 4.0 * 53.0 * 256.0;
        let mini = ModelConfig::bert_mini(100);
        let expected = 6.0 * (3.0 * layer + one_token + head);
        assert_eq!(mini.training_operations(Norm::Layer, 53, 2), expected);
        assert!((0.77e9..0.79e9).contains(&expected));
        assert_eq!(mini.training_operations(Norm::Batch, 53, 2), 6.0 * (4.0 * layer + head));
    }
}
