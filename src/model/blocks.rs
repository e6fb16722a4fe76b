//! The blocks a BERT encoder is made of. Each is loaded from the views of its group for one pass: a struct, how it is
//! loaded (names are a checkpoint's keys), and its forward.

use super::activation::Activation;
use super::attention::{Attention, Rectangle};
use super::dropout::{Masks, Site};
use super::norm::{Normalize, RunningStatistics};
use super::parameters::Views;
use super::read::Read;
use crate::domain::arm::Norm;
use crate::domain::batch::Batch;
use crate::domain::model::ModelConfig;
use candle_core::{Device, Result, Tensor, bail};
use candle_nn::{Linear, Module};

/// `y = x W^T + b`, W \[out, in\]
pub fn linear(views: Views<'_>, name: &str) -> Result<Linear> {
    Ok(Linear::new(views.get(&format!("{name}.weight"))?, Some(views.get(&format!("{name}.bias"))?)))
}

pub fn normalize(views: Views<'_>, name: &str, kind: Norm, config: &ModelConfig) -> Result<Normalize> {
    Ok(Normalize {
        kind,
        epsilon: config.layer_norm_eps,
        gain: views.get(&format!("{name}.weight"))?,
        bias: views.get(&format!("{name}.bias"))?,
    })
}

/// What every block of one pass sees.
pub struct Context<'b> {
    pub batch: &'b Batch,
    pub rectangle: Rectangle,
    /// nothing: no dropout
    pub masks: Option<&'b Masks>,
    pub training: bool,
}

impl Context<'_> {
    /// Applies the mask of a site, where there is one. x \[R, H\]
    fn drop(&self, x: Tensor, layer: usize, site: Site, read: Read) -> Result<Tensor> {
        let Some(masks) = self.masks else { return Ok(x) };
        match masks.hidden(layer, site) {
            Some(scales) => x.dim(1).and_then(|width| &x * scales.tokens(self.batch, read, width)?),
            None => Ok(x),
        }
    }

    /// The tokens that are read: \[T, H\] -> \[R, H\].
    pub fn read(&self, x: &Tensor, read: Read) -> Result<Tensor> {
        match read {
            Read::Every => Ok(x.clone()),
            Read::First => {
                let first: Vec<u32> = self.batch.sequences().map(|tokens| tokens.start as u32).collect();
                x.index_select(&Tensor::from_vec(first, self.batch.len(), &Device::Cpu)?, 0)
            }
        }
    }
}

/// Word, position and segment tables, summed and normalized.
pub struct Embeddings<'g> {
    views: Views<'g>,
    norm: Normalize,
}

impl<'g> Embeddings<'g> {
    pub fn load(views: Views<'g>, kind: Norm, config: &ModelConfig) -> Result<Self> {
        Ok(Self { views, norm: normalize(views, "LayerNorm", kind, config)? })
    }

    /// -> \[T, H\]
    pub fn forward(&self, context: &Context<'_>, running: &mut RunningStatistics) -> Result<Tensor> {
        let batch = context.batch;
        let positions: Vec<u32> = batch.sequences().flat_map(|tokens| 0..tokens.len() as u32).collect();
        let words = self.views.rows("word_embeddings.weight", &batch.tokens)?; // [T, H]
        let types = self.views.rows("token_type_embeddings.weight", &batch.token_types)?; // [T, H]
        let places = self.views.rows("position_embeddings.weight", &positions)?; // [T, H]
        let sum = ((words + types)? + places)?;
        context.drop(self.norm.forward(&sum, running, context.training)?, 0, Site::Embeddings, Read::Every)
    }
}

/// Attention and feed-forward, each with dropout, a residual connection and a norm behind it.
pub struct EncoderLayer {
    attention: Attention,
    attention_norm: Normalize,
    /// H -> F
    intermediate: Linear,
    activation: Activation,
    /// F -> H
    output: Linear,
    output_norm: Normalize,
}

impl EncoderLayer {
    pub fn load(views: Views<'_>, kind: Norm, config: &ModelConfig) -> Result<Self> {
        Ok(Self {
            attention: Attention::load(views, config.num_attention_heads)?,
            attention_norm: normalize(views, "attention.output.LayerNorm", kind, config)?,
            intermediate: linear(views, "intermediate.dense")?,
            activation: match Activation::named(&config.hidden_act) {
                Some(activation) => activation,
                None => bail!("unknown activation `{}`", config.hidden_act),
            },
            output: linear(views, "output.dense")?,
            output_norm: normalize(views, "output.LayerNorm", kind, config)?,
        })
    }

    /// x \[T, H\] -> \[R, H\]; `running` of the two norms
    pub fn forward(
        &self,
        x: &Tensor,
        layer: usize,
        read: Read,
        context: &Context<'_>,
        running: &mut [RunningStatistics],
    ) -> Result<Tensor> {
        let attended = self.attention.forward(x, layer, read, context)?;
        let attended = context.drop(attended, layer, Site::AttentionOutput, read)?;
        let x = context.read(x, read)?; // [R, H]
        let x = self.attention_norm.forward(&(x + attended)?, &mut running[0], context.training)?;
        let wide = self.activation.forward(&self.intermediate.forward(&x)?)?; // [R, F]
        let narrow = context.drop(self.output.forward(&wide)?, layer, Site::Output, read)?; // [R, H]
        self.output_norm.forward(&(x + narrow)?, &mut running[1], context.training)
    }
}

/// The first token of each sequence, through a tanh layer, to one number a class.
pub struct Head {
    /// H -> H
    pooler: Linear,
    /// H -> C
    classifier: Linear,
}

impl Head {
    pub fn load(views: Views<'_>) -> Result<Self> {
        Ok(Self { pooler: linear(views, "bert.pooler.dense")?, classifier: linear(views, "classifier")? })
    }

    /// first tokens \[B, H\] -> logits \[B, C\]
    pub fn forward(&self, first: &Tensor, context: &Context<'_>) -> Result<Tensor> {
        let mut pooled = self.pooler.forward(first)?.tanh()?;
        if let Some(masks) = context.masks
            && let Some(scales) = masks.pooled()
        {
            pooled = (pooled * scales.tokens(context.batch, Read::First, first.dim(1)?)?)?;
        }
        self.classifier.forward(&pooled)
    }
}
