//! Sizes of a layer, and where each of its tensors lies in the flat parameters.

use super::normalization::Normalization;
use crate::domain::choice::{Norm, Precision};
use crate::domain::model::ModelConfig;
use crate::model::layout::Layout;
use std::ops::Range;

#[derive(Clone, Debug)]
pub struct LayerShape {
    /// H
    pub hidden: usize,
    /// F
    pub intermediate: usize,
    /// A
    pub heads: usize,
    pub normalization: Normalization,
    pub precision: Precision,
    pub ranges: LayerRanges,
}

/// Ranges of the flat parameters.
#[derive(Clone, Debug)]
pub struct LayerRanges {
    /// H -> 3H
    pub query_key_value: LinearRanges,
    /// H -> H
    pub attention_output: LinearRanges,
    pub attention_norm: NormRanges,
    /// H -> F
    pub intermediate: LinearRanges,
    /// F -> H
    pub output: LinearRanges,
    pub output_norm: NormRanges,
}

#[derive(Clone, Debug)]
pub struct LinearRanges {
    /// \[out, in\]
    pub weight: Range<usize>,
    /// \[out\]
    pub bias: Range<usize>,
}

#[derive(Clone, Debug)]
pub struct NormRanges {
    /// \[H\]
    pub gain: Range<usize>,
    /// \[H\]
    pub bias: Range<usize>,
}

impl LayerShape {
    /// `None` where there is no fused code for the activation.
    pub fn of(config: &ModelConfig, norm: Norm, precision: Precision, layout: &Layout) -> Option<Self> {
        let ranges = LayerRanges::of(layout).filter(|_| config.hidden_act == "gelu")?;
        Some(Self {
            hidden: config.hidden_size,
            intermediate: config.intermediate_size,
            heads: config.num_attention_heads,
            normalization: Normalization::of(norm, config),
            precision,
            ranges,
        })
    }

    /// D
    pub fn head_size(&self) -> usize {
        self.hidden / self.heads
    }
}

impl LayerRanges {
    /// `None` when a tensor is missing.
    fn of(layout: &Layout) -> Option<Self> {
        let at = |name: String| layout.get(&name).map(|view| view.range());
        let linear = |name: &str| {
            Some(LinearRanges { weight: at(format!("{name}.weight"))?, bias: at(format!("{name}.bias"))? })
        };
        let norm =
            |name: &str| Some(NormRanges { gain: at(format!("{name}.weight"))?, bias: at(format!("{name}.bias"))? });
        // query, key and value are adjacent
        let (query, value) = (linear("attention.self.query")?, linear("attention.self.value")?);
        Some(Self {
            query_key_value: LinearRanges {
                weight: query.weight.start..value.weight.end,
                bias: query.bias.start..value.bias.end,
            },
            attention_output: linear("attention.output.dense")?,
            attention_norm: norm("attention.output.LayerNorm")?,
            intermediate: linear("intermediate.dense")?,
            output: linear("output.dense")?,
            output_norm: norm("output.LayerNorm")?,
        })
    }

    /// Biases and gains.
    pub fn vectors(&self) -> impl Iterator<Item = &Range<usize>> {
        let linear = [&self.query_key_value, &self.attention_output, &self.intermediate, &self.output];
        let norms = [&self.attention_norm, &self.output_norm].into_iter().flat_map(|norm| [&norm.gain, &norm.bias]);
        linear.into_iter().map(|linear| &linear.bias).chain(norms)
    }
}
