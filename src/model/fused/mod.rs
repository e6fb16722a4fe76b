//! An encoder layer, and the embeddings, as one operation each with a hand-written backward pass, for the CPU.
//!
//! The composed blocks are the definition; this is the same arithmetic in few passes over reused buffers, and tests
//! compare the two (`tests/it/fused.rs`). Only the GELU activation is implemented: other models run composed.

mod attention;
mod batch_norm;
pub mod bf16;
mod buffer;
mod cls_attention;
pub mod elementwise;
mod embeddings;
mod encoder_layer;
mod layer;
mod linear;
pub mod matmul;
mod norm;
pub mod normalization;
mod pass;
pub mod registers;
pub mod row_norm;
mod shape;
pub mod transpose;
#[cfg(target_arch = "x86_64")]
mod vectors;
mod workspace;

use super::parameters::Group;
use crate::domain::choice::{Norm, Precision};
use crate::domain::model::ModelConfig;
use embeddings::EmbeddingsShape;
pub use embeddings::FusedEmbeddings;
pub use encoder_layer::FusedLayer;
use shape::LayerShape;
use std::sync::{Arc, Mutex};
use workspace::Scratch;

/// The embeddings and the layers of a model.
pub struct FusedEncoder {
    pub embeddings: FusedEmbeddings,
    pub layers: Vec<FusedLayer>,
}

impl FusedEncoder {
    /// Of a model's groups: the embeddings, each layer, the head. `None` where there is no fused code for the model.
    pub fn of(config: &ModelConfig, norm: Norm, precision: Precision, groups: &[Group]) -> Option<Self> {
        let [embeddings, layers @ .., _head] = groups else { return None };
        let scratch = Arc::<Mutex<Scratch>>::default();
        let layers = layers.iter().enumerate().map(|(number, group)| {
            Some(FusedLayer::new(number, LayerShape::of(config, norm, precision, group.layout())?, scratch.clone()))
        });
        let layers = layers.collect::<Option<_>>()?;
        let embeddings = EmbeddingsShape::of(config, norm, embeddings.layout())?;
        Some(Self { embeddings: FusedEmbeddings::new(embeddings, scratch), layers })
    }
}
