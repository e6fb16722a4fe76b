//! Multi-head self-attention over a packed batch (Vaswani et al. 2017, section 3.2).
//!
//! Projections run over the packed tokens; only the attention itself is padded to the longest sequence, where padded keys
//! get probability 0 and padded queries are discarded. For `[CLS]` only, so are all queries but the first.

use super::context::Context;
use super::linear::Linear;
use super::outputs::OutputPositions;
use super::parameters::Views;
use super::rounded_product::rounded_product;
use crate::domain::batch::Batch;
use crate::domain::choice::Precision;
use candle_core::{D, Device, Result, Tensor};

/// Between the packed tokens of one batch and the same padded to L tokens a sequence. Made once a batch, used by every
/// layer.
pub struct Padding {
    /// \[B * L\] the packed token of each padded position; token 0 where there is none
    gather: Tensor,
    /// \[T\] the padded position of each packed token
    scatter: Tensor,
    /// \[B, 1, 1, L\] 0 at tokens, hugely negative at padding
    key_mask: Tensor,
    /// B
    sequences: usize,
    /// L
    longest: usize,
}

impl Padding {
    pub fn new(batch: &Batch) -> Result<Self> {
        let (sequences, longest) = (batch.len(), batch.longest());
        let mut gather = vec![0u32; sequences * longest];
        let mut key_mask = vec![f32::MIN; sequences * longest];
        let mut scatter = Vec::with_capacity(batch.token_count());
        for (index, tokens) in batch.sequences().enumerate() {
            for (column, token) in tokens.enumerate() {
                let position = index * longest + column;
                gather[position] = token as u32;
                key_mask[position] = 0.0;
                scatter.push(position as u32);
            }
        }
        let device = &Device::Cpu;
        Ok(Self {
            gather: Tensor::from_vec(gather, sequences * longest, device)?,
            scatter: Tensor::from_vec(scatter, batch.token_count(), device)?,
            key_mask: Tensor::from_vec(key_mask, (sequences, 1, 1, longest), device)?,
            sequences,
            longest,
        })
    }
}

/// Multi-head attention of one layer, with its output projection.
pub struct Attention {
    /// H -> 3H
    query_key_value: Linear,
    /// H -> H
    output: Linear,
    /// A
    heads: usize,
    precision: Precision,
}

impl Attention {
    pub fn load(views: Views<'_>, heads: usize, precision: Precision) -> Result<Self> {
        let part = |kind: &str, tensor: &str| format!("attention.self.{kind}.{tensor}");
        let stacked = |tensor: &str| {
            let names = ["query", "key", "value"].map(|kind| part(kind, tensor));
            views.stacked(&names.each_ref().map(String::as_str))
        };
        Ok(Self {
            query_key_value: Linear::new(stacked("weight")?, stacked("bias")?, precision),
            output: Linear::load(views, "attention.output.dense", precision)?,
            heads,
            precision,
        })
    }

    /// x \[T, H\] -> \[R, H\]
    pub fn forward(
        &self,
        x: &Tensor,
        layer: usize,
        outputs: OutputPositions,
        padding: &Padding,
        context: &Context<'_>,
    ) -> Result<Tensor> {
        let (_, hidden) = x.dims2()?;
        let (sequences, longest, heads) = (padding.sequences, padding.longest, self.heads);
        // Q queries of each padded sequence: L, or the first
        let queries = if outputs == OutputPositions::All { longest } else { 1 };
        // for `[CLS]` only the fused layer folds keys and values into other products, in float32
        let is_rounded = outputs == OutputPositions::All && self.precision == Precision::Bf16;
        let projected = if is_rounded || self.precision == Precision::F32 {
            self.query_key_value.forward(x)?
        } else {
            let query = self.query_key_value.narrow(0, hidden, self.precision)?.forward(x)?;
            let key_value = self.query_key_value.narrow(hidden, 2 * hidden, Precision::F32)?.forward(x)?;
            Tensor::cat(&[query, key_value], 1)?
        }; // [T, 3H]
        let split = projected
            .index_select(&padding.gather, 0)? // [B * L, 3H]
            .reshape((sequences, longest, 3, heads, hidden / heads))? // [B, L, 3, A, D]
            .permute((2, 0, 3, 1, 4))?; // [3, B, A, L, D]
        let part = |index: usize| split.get(index)?.contiguous();
        let (query, key, value) = (part(0)?.narrow(2, 0, queries)?.contiguous()?, part(1)?, part(2)?); // [B, A, Q or L, D]
        let scale = 1.0 / ((hidden / heads) as f64).sqrt();
        let scores =
            if is_rounded { rounded_product(&query, &key, scale as f32)? } else { (query.matmul(&key.t()?)? * scale)? };
        let scores = scores.broadcast_add(&padding.key_mask)?; // [B, A, Q, L]
        let mut probabilities = softmax(&scores)?;
        if let Some(masks) = context.masks
            && let Some(scales) = masks.attention(layer)
        {
            probabilities = (probabilities * scales.padded_attention(context.batch, heads)?.narrow(2, 0, queries)?)?;
        }
        let mixed = if is_rounded {
            rounded_product(&probabilities, &value.t()?, 1.0)?
        } else {
            probabilities.matmul(&value)?
        }; // [B, A, Q, D]
        let mixed = mixed
            .transpose(1, 2)? // [B, Q, A, D]
            .reshape((sequences * queries, hidden))?; // [B * Q, H]
        let mixed = if outputs == OutputPositions::All { mixed.index_select(&padding.scatter, 0)? } else { mixed }; // [R, H]
        self.output.forward(&mixed)
    }
}

/// Over the last dimension. The maximum is subtracted for range alone, so no gradient goes through it.
fn softmax(scores: &Tensor) -> Result<Tensor> {
    let shifted = scores.broadcast_sub(&scores.max_keepdim(D::Minus1)?.detach())?;
    let exponentials = shifted.exp()?;
    exponentials.broadcast_div(&exponentials.sum_keepdim(D::Minus1)?)
}
