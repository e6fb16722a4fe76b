//! One encoder layer, forward and backward, over its flat parameters.

use super::elementwise::{add_column_sums, bias_gelu, gelu, gelu_backward};
use super::matmul::{Into, Matrix, map, matmul};
use super::norm;
use super::normalize::{Saved, Statistics};
use super::workspace::{Scratch, Workspace, room};
use super::{attention, first_attention};
use crate::domain::arm::Norm as NormKind;
use crate::domain::model::ModelConfig;
use crate::model::layout::Layout;
use crate::model::read::Read;
use std::ops::Range;

/// Sizes of a layer and where each of its tensors lies in the flat parameters.
#[derive(Clone, Debug)]
pub struct Shape {
    /// H
    pub hidden: usize,
    /// F
    pub wide: usize,
    /// A
    pub heads: usize,
    pub statistics: Statistics,
    pub epsilon: f32,
    pub(super) places: Places,
}

/// Stretches of the flat parameters.
#[derive(Clone, Debug)]
pub(super) struct Places {
    pub query_key_value: Linear,
    attention_output: Linear,
    attention_norm: Norm,
    intermediate: Linear,
    output: Linear,
    output_norm: Norm,
}

#[derive(Clone, Debug)]
pub(super) struct Linear {
    /// \[out, in\]
    pub weight: Range<usize>,
    /// \[out\]
    pub bias: Range<usize>,
}

#[derive(Clone, Debug)]
struct Norm {
    gain: Range<usize>,
    bias: Range<usize>,
}

impl Shape {
    /// Nothing where there is no fused code for the activation.
    pub fn of(config: &ModelConfig, norm: NormKind, layout: &Layout) -> Option<Self> {
        let statistics = Statistics::of(norm);
        let places = Places::of(layout).filter(|_| config.hidden_act == "gelu")?;
        let (hidden, wide, heads) = (config.hidden_size, config.intermediate_size, config.num_attention_heads);
        Some(Self { hidden, wide, heads, statistics, epsilon: config.layer_norm_eps as f32, places })
    }

    /// D
    pub fn head_size(&self) -> usize {
        self.hidden / self.heads
    }
}

impl Places {
    /// Nothing when a tensor is not there.
    fn of(layout: &Layout) -> Option<Self> {
        let at = |name: String| layout.get(&name).map(|view| view.range());
        let linear =
            |name: &str| Some(Linear { weight: at(format!("{name}.weight"))?, bias: at(format!("{name}.bias"))? });
        let norm = |name: &str| Some(Norm { gain: at(format!("{name}.weight"))?, bias: at(format!("{name}.bias"))? });
        // the three lie end to end
        let (query, value) = (linear("attention.self.query")?, linear("attention.self.value")?);
        Some(Self {
            query_key_value: Linear {
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
}

impl Places {
    /// Biases and gains.
    fn vectors(&self) -> impl Iterator<Item = &Range<usize>> {
        let linear = [&self.query_key_value, &self.attention_output, &self.intermediate, &self.output];
        let norms = [&self.attention_norm, &self.output_norm].into_iter().flat_map(|norm| [&norm.gain, &norm.bias]);
        linear.into_iter().map(|linear| &linear.bias).chain(norms)
    }
}

/// x \[T, H\] -> y \[R, H\]. Masks are in the workspace already; so are, unless `training`, the means and variances of
/// batch norm.
#[allow(clippy::too_many_arguments)]
pub fn forward(
    shape: &Shape,
    parameters: &[f32],
    sequences: &[Range<usize>],
    read: Read,
    x: &[f32],
    workspace: &mut Workspace,
    scratch: &mut Scratch,
    training: bool,
    y: &mut [f32],
) {
    let (hidden, wide, places) = (shape.hidden, shape.wide, &shape.places);
    let rows = y.len() / hidden;
    let at = |range: &Range<usize>| &parameters[range.clone()];

    let residual = match read {
        Read::Every => {
            attention::forward(shape, parameters, sequences, x, workspace, scratch);
            x
        }
        Read::First => {
            first_attention::forward(shape, parameters, sequences, x, workspace, scratch);
            &workspace.first.x[..rows * hidden]
        }
    };
    let context = &workspace.context[..rows * hidden];
    let attended = room(&mut scratch.narrow, rows * hidden);
    map(context, at(&places.attention_output.weight), hidden, &mut scratch.turned, attended); // [R, H]
    let middle = room(&mut workspace.middle, rows * hidden);
    norm_forward(
        shape,
        training,
        attended,
        &workspace.first_mask,
        residual,
        (&places.attention_norm, &places.attention_output),
        parameters,
        &mut workspace.first_norm,
        middle,
    );

    let before = room(&mut workspace.wide, rows * wide);
    map(middle, at(&places.intermediate.weight), hidden, &mut scratch.turned, before); // [R, F]
    let activated = room(&mut scratch.activated, rows * wide);
    bias_gelu(before, at(&places.intermediate.bias), activated);

    let narrow = room(&mut scratch.narrow, rows * hidden);
    map(activated, at(&places.output.weight), wide, &mut scratch.turned, narrow); // [R, H]
    norm_forward(
        shape,
        training,
        narrow,
        &workspace.second_mask,
        middle,
        (&places.output_norm, &places.output),
        parameters,
        &mut workspace.second_norm,
        y,
    );
}

/// From the gradient of y \[R, H\] that of x \[T, H\]; the parameters' goes into `gradient`.
#[allow(clippy::too_many_arguments)]
pub fn backward(
    shape: &Shape,
    parameters: &[f32],
    sequences: &[Range<usize>],
    read: Read,
    x: &[f32],
    workspace: &mut Workspace,
    scratch: &mut Scratch,
    mut dy: Vec<f32>,
    gradient: &mut [f32],
    into: Into,
) -> Vec<f32> {
    let (hidden, wide, places) = (shape.hidden, shape.wide, &shape.places);
    let rows = dy.len() / hidden;
    let at = |range: &Range<usize>| &parameters[range.clone()];
    if into == Into::Replace {
        // weights are written whole; only what sums over rows is added to
        places.vectors().for_each(|vector| gradient[vector.clone()].fill(0.0));
    }
    let narrow = room(&mut scratch.narrow, rows * hidden);

    // feed-forward part: dy becomes the gradient of its input, by way of the residual connection first
    norm_backward(
        shape.statistics,
        &mut dy,
        &workspace.second_norm,
        &workspace.second_mask,
        (&places.output_norm, &places.output),
        parameters,
        gradient,
        narrow,
    );
    // computed once more: keeping it would take more memory than anything else
    let activated = room(&mut scratch.activated, rows * wide);
    gelu(&workspace.wide[..rows * wide], activated);
    let given = Matrix::new(narrow, rows, hidden);
    let d_weight = &mut gradient[places.output.weight.clone()];
    matmul(d_weight, wide, into, 1.0, given.transposed(), Matrix::new(activated, rows, wide)); // [H, F]
    let d_wide = room(&mut scratch.wide, rows * wide);
    matmul(d_wide, wide, Into::Replace, 1.0, given, Matrix::new(at(&places.output.weight), hidden, wide)); // [R, F]
    gelu_backward(&workspace.wide[..rows * wide], d_wide);
    add_column_sums(d_wide, &mut gradient[places.intermediate.bias.clone()]);
    let given = Matrix::new(d_wide, rows, wide);
    let middle = Matrix::new(&workspace.middle, rows, hidden);
    matmul(&mut gradient[places.intermediate.weight.clone()], hidden, into, 1.0, given.transposed(), middle); // [F, H]
    matmul(&mut dy, hidden, Into::Add, 1.0, given, Matrix::new(at(&places.intermediate.weight), wide, hidden)); // [R, H]

    // attention part
    norm_backward(
        shape.statistics,
        &mut dy,
        &workspace.first_norm,
        &workspace.first_mask,
        (&places.attention_norm, &places.attention_output),
        parameters,
        gradient,
        narrow,
    );
    let given = Matrix::new(narrow, rows, hidden);
    let context = Matrix::new(&workspace.context, rows, hidden);
    let d_weight = &mut gradient[places.attention_output.weight.clone()];
    matmul(d_weight, hidden, into, 1.0, given.transposed(), context); // [H, H]
    let d_context = room(&mut scratch.d_context, rows * hidden);
    let weight = Matrix::new(at(&places.attention_output.weight), hidden, hidden);
    matmul(d_context, hidden, Into::Replace, 1.0, given, weight); // [R, H]
    let way_back = match read {
        Read::Every => attention::backward,
        Read::First => first_attention::backward,
    };
    way_back(shape, parameters, sequences, x, workspace, scratch, dy, gradient, into)
}

/// A norm, together with the bias of the linear map in front of it, dropout, and the residual connection.
#[allow(clippy::too_many_arguments)]
fn norm_forward(
    shape: &Shape,
    training: bool,
    x: &[f32],
    mask: &[f32],
    residual: &[f32],
    (places, linear): (&Norm, &Linear),
    parameters: &[f32],
    saved: &mut Saved,
    y: &mut [f32],
) {
    let at = |range: &Range<usize>| &parameters[range.clone()];
    let (x_bias, gain, bias) = (at(&linear.bias), at(&places.gain), at(&places.bias));
    let kind = (shape.statistics, shape.epsilon);
    norm::forward(kind, training, x, x_bias, mask, residual, gain, bias, saved, y);
}

/// The way back.
#[allow(clippy::too_many_arguments)]
fn norm_backward(
    statistics: Statistics,
    dy: &mut [f32],
    saved: &Saved,
    mask: &[f32],
    (places, linear): (&Norm, &Linear),
    parameters: &[f32],
    gradient: &mut [f32],
    dx: &mut [f32],
) {
    let sums = norm::backward(statistics, dy, saved, mask, &parameters[places.gain.clone()], dx);
    let sums = [(&places.gain, sums.gain), (&places.bias, sums.bias), (&linear.bias, sums.x_bias)];
    for (place, sums) in sums {
        for (gradient, sum) in gradient[place.clone()].iter_mut().zip(sums) {
            *gradient += sum;
        }
    }
}
