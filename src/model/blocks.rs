//! The blocks a BERT encoder is made of. Each is loaded from the views of its group for one pass: a struct, how it is
//! loaded (names are a checkpoint's keys), and its forward.

use super::activation::Activation;
use super::attention::{Attention, Padding};
use super::context::Context;
use super::dropout::Site;
use super::linear;
use super::norm::{Normalize, RunningStatistics};
use super::outputs::OutputPositions;
use super::parameters::Views;
use crate::domain::choice::{Norm, Precision};
use crate::domain::model::ModelConfig;
use candle_core::{Result, Tensor, bail};
use candle_nn::{Linear, Module};

/// Word, position and segment tables, summed and normalized.
pub struct Embeddings<'g> {
    views: Views<'g>,
    norm: Normalize,
}

impl<'g> Embeddings<'g> {
    pub fn load(views: Views<'g>, kind: Norm, config: &ModelConfig) -> Result<Self> {
        Ok(Self { views, norm: Normalize::load(views, "LayerNorm", kind, config)? })
    }

    /// -> \[T, H\]
    pub fn forward(&self, context: &Context<'_>, running: &mut RunningStatistics) -> Result<Tensor> {
        let batch = context.batch;
        let numbers: Vec<u32> = batch.sequences().flat_map(|tokens| 0..tokens.len() as u32).collect();
        let words = self.views.rows("word_embeddings.weight", &batch.tokens)?; // [T, H]
        let types = self.views.rows("token_type_embeddings.weight", &batch.token_types)?; // [T, H]
        let positions = self.views.rows("position_embeddings.weight", &numbers)?; // [T, H]
        let sum = ((words + types)? + positions)?;
        let normalized = self.norm.forward(&sum, running, context.training)?;
        context.dropout(normalized, 0, Site::Embeddings, OutputPositions::All)
    }
}

/// Attention and feed-forward, each with dropout, a residual connection and a norm behind it.
pub struct EncoderLayer {
    attention: Attention,
    attention_norm: Normalize,
    /// H -> F
    intermediate: linear::Linear,
    activation: Activation,
    /// F -> H
    output: linear::Linear,
    output_norm: Normalize,
}

impl EncoderLayer {
    pub fn load(views: Views<'_>, kind: Norm, precision: Precision, config: &ModelConfig) -> Result<Self> {
        Ok(Self {
            attention: Attention::load(views, config.num_attention_heads, precision)?,
            attention_norm: Normalize::load(views, "attention.output.LayerNorm", kind, config)?,
            intermediate: linear::Linear::load(views, "intermediate.dense", precision)?,
            activation: match Activation::named(&config.hidden_act) {
                Some(activation) => activation,
                None => bail!("unknown activation `{}`", config.hidden_act),
            },
            output: linear::Linear::load(views, "output.dense", precision)?,
            output_norm: Normalize::load(views, "output.LayerNorm", kind, config)?,
        })
    }

    /// x \[T, H\] -> \[R, H\]; `running` of the two norms
    pub fn forward(
        &self,
        x: &Tensor,
        layer: usize,
        outputs: OutputPositions,
        padding: &Padding,
        context: &Context<'_>,
        running: &mut [RunningStatistics],
    ) -> Result<Tensor> {
        let attended = self.attention.forward(x, layer, outputs, padding, context)?;
        let attended = context.dropout(attended, layer, Site::AttentionOutput, outputs)?;
        let x = context.select(x, outputs)?; // [R, H]
        let x = self.attention_norm.forward(&(x + attended)?, &mut running[0], context.training)?;
        let activated = self.activation.forward(&self.intermediate.forward(&x)?)?; // [R, F]
        let output = context.dropout(self.output.forward(&activated)?, layer, Site::Output, outputs)?; // [R, H]
        self.output_norm.forward(&(x + output)?, &mut running[1], context.training)
    }
}

/// The pooler, a tanh layer over `[CLS]`, and the classifier.
pub struct Head {
    /// H -> H
    pooler: Linear,
    /// H -> C
    classifier: Linear,
}

impl Head {
    pub fn load(views: Views<'_>) -> Result<Self> {
        Ok(Self { pooler: views.linear("bert.pooler.dense")?, classifier: views.linear("classifier")? })
    }

    /// `[CLS]` \[B, H\] -> logits \[B, C\]
    pub fn forward(&self, cls: &Tensor, context: &Context<'_>) -> Result<Tensor> {
        let mut pooled = self.pooler.forward(cls)?.tanh()?;
        if let Some(masks) = context.masks
            && let Some(scales) = masks.pooled()
        {
            pooled = (pooled * scales.tokens(context.batch, OutputPositions::ClsOnly, cls.dim(1)?)?)?;
        }
        self.classifier.forward(&pooled)
    }
}
