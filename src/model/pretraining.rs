//! A model that is to be pre-trained: beside its classifier, which tells whether two sentences belong together, it
//! guesses hidden words (Devlin et al. 2019).

use super::bert::Bert;
use super::blocks::{linear, normalize};
use super::layout::Layout;
use super::norm::RunningStatistics;
use super::weights::{Weights, layouts};
use crate::domain::arm::Norm;
use crate::domain::model::ModelConfig;
use crate::domain::random::{Key, Purpose};
use candle_core::{Device, Result, Tensor};
use candle_nn::Module;

/// Two sentences belong together, or do not.
const CLASSES: usize = 2;

/// A classifier's layouts; the head has the word predictor too, named as in BERT's own checkpoints. Its decoder is the
/// word table.
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
    /// Everything drawn from the seed.
    pub fn for_pretraining(config: &ModelConfig, seed: u32) -> Result<Self> {
        let words: Vec<u32> = (0..config.vocab_size as u32).collect();
        let head = Key::new(seed.into(), Purpose::Initialise);
        let weights = Weights::random(config, seed);
        Self::of_layouts(pretraining_layouts(config), config, Norm::Layer, &weights, &words, head)
    }

    /// Scores of every word at M places of a pass's last hidden states: \[T, H\] -> \[M, V\]. Where `tracked`, candle
    /// differentiates through them.
    pub fn word_scores(&self, hidden: &Tensor, places: &[u32], tracked: bool) -> Result<Tensor> {
        let views = self.groups[self.groups.len() - 1].views(tracked);
        let places = Tensor::from_slice(places, places.len(), &Device::Cpu)?;
        let x = hidden.index_select(&places, 0)?; // [M, H]
        let x = linear(views, "cls.predictions.transform.dense")?.forward(&x)?.gelu_erf()?;
        let norm = normalize(views, "cls.predictions.transform.LayerNorm", Norm::Layer, self.config())?;
        let x = norm.forward(&x, &mut RunningStatistics::new(self.config().hidden_size), tracked)?;
        let table = self.groups[0].views(tracked).get("word_embeddings.weight")?; // [V, H]
        x.matmul(&table.t()?)?.broadcast_add(&views.get("cls.predictions.bias")?)
    }
}
