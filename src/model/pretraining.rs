//! A model for pre-training (Devlin et al. 2019): its classifier does next-sentence prediction, and a second head predicts
//! masked tokens.

use super::bert::Bert;
use super::layout::Layout;
use super::norm::{Normalize, RunningStatistics};
use super::weights::{Weights, layouts};
use crate::domain::choice::Norm;
use crate::domain::model::ModelConfig;
use crate::domain::random::{Key, Purpose};
use candle_core::{Device, Result, Tensor};
use candle_nn::Module;

/// Of next-sentence prediction.
const CLASSES: usize = 2;

/// A classifier's layouts, with the masked-token head, named as in BERT's own checkpoints. Its decoder is the word table.
fn pretraining_layouts(config: &ModelConfig) -> Vec<Layout> {
    let (hidden, words) = (config.hidden_size, config.vocab_size);
    let mut layouts = layouts(config, words, CLASSES);
    if let Some(head) = layouts.pop() {
        layouts.push(
            head.tensor("cls.predictions.transform.dense.weight", &[hidden, hidden])
                .tensor("cls.predictions.transform.dense.bias", &[hidden])
                .tensor("cls.predictions.transform.LayerNorm.weight", &[hidden])
                .tensor("cls.predictions.transform.LayerNorm.bias", &[hidden])
                .tensor("cls.predictions.bias", &[words]),
        );
    }
    layouts
}

impl Bert {
    /// All weights are drawn from the seed.
    pub fn for_pretraining(config: &ModelConfig, seed: u32) -> Result<Self> {
        let words: Vec<u32> = (0..config.vocab_size as u32).collect();
        let head = Key::new(seed.into(), Purpose::Initialise);
        let weights = Weights::random(config, seed);
        Self::of_layouts(pretraining_layouts(config), config, Norm::Layer, &weights, &words, head)
    }

    /// Logits over the vocabulary at M masked positions, from a pass's last hidden states: \[T, H\] -> \[M, V\]. Where
    /// `tracked`, candle differentiates through them.
    pub fn masked_token_logits(&self, hidden: &Tensor, positions: &[u32], tracked: bool) -> Result<Tensor> {
        let views = self.groups[self.groups.len() - 1].views(tracked);
        let positions = Tensor::from_slice(positions, positions.len(), &Device::Cpu)?;
        let x = hidden.index_select(&positions, 0)?; // [M, H]
        let x = views.linear("cls.predictions.transform.dense")?.forward(&x)?.gelu_erf()?;
        let norm = Normalize::load(views, "cls.predictions.transform.LayerNorm", Norm::Layer, self.config())?;
        let x = norm.forward(&x, &mut RunningStatistics::new(self.config().hidden_size), tracked)?;
        let table = self.groups[0].views(tracked).get("word_embeddings.weight")?; // [V, H]
        x.matmul(&table.t()?)?.broadcast_add(&views.get("cls.predictions.bias")?)
    }
}
