//! Buffers that a layer fills on its way forward and reads on its way back, kept from step to step: memory that is
//! given back to the system and asked for again costs more than the loops that fill it.

use super::first_attention::FirstTokens;
use super::normalize::Saved;

/// Of one layer. T tokens, R of them read, H hidden, F feed-forward; S is the sum over sequences of A times the queries
/// that are read times the length.
#[derive(Default)]
pub struct Workspace {
    /// \[T, 3H\] queries, keys, values, where every token is read
    pub query_key_value: Vec<f32>,
    /// what stands in their place where first tokens alone are read
    pub first: FirstTokens,
    /// \[S\] attention probabilities, sequence after sequence, head after head
    pub probabilities: Vec<f32>,
    /// \[S\] their dropout scales; empty without dropout
    pub attention_mask: Vec<f32>,
    /// \[R, H\] mixed values
    pub context: Vec<f32>,
    /// \[R, H\] dropout scales; empty without dropout
    pub first_mask: Vec<f32>,
    pub first_norm: Saved,
    /// \[R, H\] what goes into the feed-forward part
    pub middle: Vec<f32>,
    /// \[R, F\] before the activation
    pub wide: Vec<f32>,
    /// \[R, H\] dropout scales; empty without dropout
    pub second_mask: Vec<f32>,
    pub second_norm: Saved,
    /// counts forward passes: a backward pass must belong to the newest
    pub pass: u64,
}

impl Workspace {
    /// Behind the attention, and behind the feed-forward part.
    pub fn hidden_masks(&mut self) -> [&mut Vec<f32>; 2] {
        [&mut self.first_mask, &mut self.second_mask]
    }
}

/// What one call fills and uses up: the layers of a model share it.
#[derive(Default)]
pub struct Scratch {
    /// \[R, F\] behind the activation
    pub activated: Vec<f32>,
    /// \[R, H\] the gradient of the mixed values
    pub d_context: Vec<f32>,
    /// \[R, H\]
    pub narrow: Vec<f32>,
    /// \[R, F\] or \[T, 3H\]
    pub wide: Vec<f32>,
    /// \[length, length\] of one head
    pub square: Vec<f32>,
    /// the same again
    pub square_too: Vec<f32>,
    /// \[in, out\] a weight, turned
    pub turned: Vec<f32>,
}

/// The first `length` numbers of a buffer, grown as needed. What they hold is left over from before.
pub fn room(buffer: &mut Vec<f32>, length: usize) -> &mut [f32] {
    if buffer.len() < length {
        buffer.resize(length, 0.0);
    }
    &mut buffer[..length]
}
