//! A part of a checkpoint: its first layers, or all but its last ones and its pooler.

use super::Pretrained;
use crate::domain::classifier::Classifier;
use crate::model::weights::{Weights, is_classifier, is_layer_from, is_pooler};

/// Fewer layers than are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the model has {found} layers; give a number from {least} to {found}")]
pub struct TooFewLayers {
    found: usize,
    least: usize,
}

impl Pretrained {
    /// Its first layers alone.
    pub fn with_layers(mut self, layers: usize) -> Result<Self, TooFewLayers> {
        let found = self.config.num_hidden_layers;
        if !(1..=found).contains(&layers) {
            return Err(TooFewLayers { found, least: 1 });
        }
        if layers < found {
            self.config.num_hidden_layers = layers;
            self.keep(|name| !is_layer_from(name, layers));
            self.notes.push(format!("the first {layers} of the model's {found} layers are used"));
        }
        Ok(self)
    }

    /// Without its pooler, its classifier and so many of its last layers: they are drawn for each instance
    /// (Zhang et al. 2021, arXiv 2006.05987).
    pub fn reinitialized(mut self, layers: usize) -> Result<Self, TooFewLayers> {
        let found = self.config.num_hidden_layers;
        let Some(kept) = found.checked_sub(layers) else { return Err(TooFewLayers { found, least: 0 }) };
        self.keep(|name| !is_pooler(name) && !is_classifier(name) && !is_layer_from(name, kept));
        if self.classifier.kept {
            self.classifier = Classifier { kept: false, detail: Some("its pooler is not kept".into()) };
        }
        let drawn = match layers {
            0 => "the pooler is".into(),
            1 => "the pooler and the last layer are".into(),
            _ => format!("the pooler and the last {layers} layers are"),
        };
        self.notes.push(format!("{drawn} drawn anew for each instance (model.reinitialize)"));
        Ok(self)
    }

    fn keep(&mut self, keep: impl Fn(&str) -> bool) {
        let mut tensors = std::mem::take(&mut self.weights.tensors);
        tensors.retain(|name, _| keep(name));
        self.weights = Weights::from_tensors(tensors);
    }
}
