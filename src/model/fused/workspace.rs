//! Buffers that a layer fills in its forward pass and reads in its backward pass, kept from step to step: freeing memory
//! and allocating it again costs more than the loops that fill it.

use super::linear::{PackedWeight, ProductBuffers};
use super::normalization::SavedNorm;

/// Of one layer. T tokens, R of them used, H hidden, F feed-forward; S is the sum over sequences of A times the queries
/// used times the length.
#[derive(Default)]
pub struct LayerWorkspace {
    /// \[T, 3H\] queries, keys, values, where every position is used
    pub query_key_value: Vec<f32>,
    /// what takes their place for `[CLS]` only
    pub cls: ClsBuffers,
    /// \[S\] attention probabilities, sequence after sequence, head after head
    pub probabilities: Vec<f32>,
    /// \[S\] their dropout scales; empty without dropout
    pub attention_mask: Vec<f32>,
    /// \[R, H\] weighted sums of the values
    pub context: Vec<f32>,
    /// \[R, H\] dropout scales; empty without dropout
    pub attention_output_mask: Vec<f32>,
    pub attention_norm: SavedNorm,
    /// \[R, H\] output of the attention sublayer
    pub attended: Vec<f32>,
    /// \[R, F\] before the activation
    pub intermediate: Vec<f32>,
    /// \[R, H\] dropout scales; empty without dropout
    pub output_mask: Vec<f32>,
    pub output_norm: SavedNorm,
    pub weights: PackedWeights,
    /// counts forward passes: a backward pass must belong to the newest
    pub pass: u64,
}

/// A layer's weights as operands in bfloat16; empty in float32.
#[derive(Default)]
pub struct PackedWeights {
    pub query_key_value: PackedWeight,
    /// for `[CLS]` only
    pub query: PackedWeight,
    pub attention_output: PackedWeight,
    pub intermediate: PackedWeight,
    pub output: PackedWeight,
}

/// Of attention for `[CLS]` only.
#[derive(Default)]
pub struct ClsBuffers {
    /// \[B, H\] the layer's input at `[CLS]`
    pub x: Vec<f32>,
    /// \[B, H\]
    pub query: Vec<f32>,
    /// \[B, A, H\] the queries with W_K^T folded in
    pub folded_query: Vec<f32>,
    /// \[B, A, H\] weighted sums of the layer's input
    pub weighted_x: Vec<f32>,
}

/// Temporary buffers of one call, shared by the layers of a model.
#[derive(Default)]
pub struct Scratch {
    /// \[R, F\] after the activation
    pub activated: Vec<f32>,
    /// \[R, H\] gradient of the context
    pub d_context: Vec<f32>,
    /// \[R, H\]
    pub narrow: Vec<f32>,
    /// \[R, F\] or \[T, 3H\]
    pub wide: Vec<f32>,
    /// \[length, length\] scores of one head
    pub scores: Vec<f32>,
    /// \[length, length\] probabilities of one head after dropout
    pub dropped: Vec<f32>,
    pub products: ProductBuffers,
}
