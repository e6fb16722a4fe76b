//! One encoder layer, forward and backward, over its flat parameters.

use super::attention;
use super::elementwise::{add_bias, add_column_sums, bias_gelu, gelu_backward};
use super::matmul::{Into, Matrix, matmul};
use super::normalize::{self, Rows};
use super::workspace::{Workspace, room};
use crate::domain::arm::Norm as NormKind;
use crate::domain::model::ModelConfig;
use crate::model::layout::Layout;
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
    pub rows: Rows,
    pub epsilon: f32,
    places: Places,
}

/// Stretches of the flat parameters.
#[derive(Clone, Debug)]
struct Places {
    query_key_value: Linear,
    attention_output: Linear,
    attention_norm: Norm,
    intermediate: Linear,
    output: Linear,
    output_norm: Norm,
}

#[derive(Clone, Debug)]
struct Linear {
    /// \[out, in\]
    weight: Range<usize>,
    /// \[out\]
    bias: Range<usize>,
}

#[derive(Clone, Debug)]
struct Norm {
    gain: Range<usize>,
    bias: Range<usize>,
}

impl Shape {
    /// Nothing where there is no fused code for this norm or activation.
    pub fn of(config: &ModelConfig, norm: NormKind, layout: &Layout) -> Option<Self> {
        let rows = match norm {
            NormKind::Layer => Rows::Layer,
            NormKind::Rms => Rows::Rms,
            NormKind::None => Rows::None,
            NormKind::Batch => return None,
        };
        let places = Places::of(layout).filter(|_| config.hidden_act == "gelu")?;
        let (hidden, wide, heads) = (config.hidden_size, config.intermediate_size, config.num_attention_heads);
        Some(Self { hidden, wide, heads, rows, epsilon: config.layer_norm_eps as f32, places })
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

/// x \[T, H\] -> y \[T, H\]. Masks are in the workspace already.
pub fn forward(
    shape: &Shape,
    parameters: &[f32],
    sequences: &[Range<usize>],
    x: &[f32],
    workspace: &mut Workspace,
    y: &mut [f32],
) {
    let (hidden, wide, places) = (shape.hidden, shape.wide, &shape.places);
    let tokens = x.len() / hidden;
    let at = |range: &Range<usize>| &parameters[range.clone()];
    let Workspace { scratch, .. } = workspace;

    let query_key_value = room(&mut workspace.query_key_value, tokens * 3 * hidden);
    let weight = Matrix::new(at(&places.query_key_value.weight), 3 * hidden, hidden).transposed();
    matmul(query_key_value, 3 * hidden, Into::Replace, 1.0, Matrix::new(x, tokens, hidden), weight); // [T, 3H]
    add_bias(query_key_value, at(&places.query_key_value.bias));
    let squares = attention::squares(shape, sequences);
    let context = room(&mut workspace.context, tokens * hidden); // [T, H]
    let probabilities = room(&mut workspace.probabilities, squares);
    attention::forward(shape, sequences, query_key_value, &workspace.attention_mask, probabilities, context, scratch);

    let attended = room(&mut scratch.narrow, tokens * hidden);
    let weight = Matrix::new(at(&places.attention_output.weight), hidden, hidden).transposed();
    matmul(attended, hidden, Into::Replace, 1.0, Matrix::new(context, tokens, hidden), weight); // [T, H]
    let middle = room(&mut workspace.middle, tokens * hidden);
    normalize::forward(
        shape.rows,
        shape.epsilon,
        attended,
        at(&places.attention_output.bias),
        &workspace.first_mask,
        x,
        at(&places.attention_norm.gain),
        at(&places.attention_norm.bias),
        room(&mut workspace.first_norm.normalized, tokens * hidden),
        room(&mut workspace.first_norm.scales, tokens),
        middle,
    );

    let before = room(&mut workspace.wide, tokens * wide);
    let weight = Matrix::new(at(&places.intermediate.weight), wide, hidden).transposed();
    matmul(before, wide, Into::Replace, 1.0, Matrix::new(middle, tokens, hidden), weight); // [T, F]
    let activated = room(&mut workspace.activated, tokens * wide);
    bias_gelu(before, at(&places.intermediate.bias), activated);

    let narrow = room(&mut scratch.narrow, tokens * hidden);
    let weight = Matrix::new(at(&places.output.weight), hidden, wide).transposed();
    matmul(narrow, hidden, Into::Replace, 1.0, Matrix::new(activated, tokens, wide), weight); // [T, H]
    normalize::forward(
        shape.rows,
        shape.epsilon,
        narrow,
        at(&places.output.bias),
        &workspace.second_mask,
        middle,
        at(&places.output_norm.gain),
        at(&places.output_norm.bias),
        room(&mut workspace.second_norm.normalized, tokens * hidden),
        room(&mut workspace.second_norm.scales, tokens),
        y,
    );
}

/// From the gradient of y \[T, H\], which it uses up, that of x; the parameters' is added to `gradient`.
pub fn backward(
    shape: &Shape,
    parameters: &[f32],
    sequences: &[Range<usize>],
    x: &[f32],
    workspace: &mut Workspace,
    dy: &mut [f32],
    gradient: &mut [f32],
) {
    let (hidden, wide, places) = (shape.hidden, shape.wide, &shape.places);
    let tokens = x.len() / hidden;
    let at = |range: &Range<usize>| &parameters[range.clone()];
    let Workspace { scratch, .. } = workspace;
    let narrow = room(&mut scratch.narrow, tokens * hidden);

    // feed-forward part: dy becomes the gradient of its input, by way of the residual connection first
    norm_backward(
        shape.rows,
        dy,
        &workspace.second_norm,
        &workspace.second_mask,
        (&places.output_norm, &places.output),
        parameters,
        gradient,
        narrow,
    );
    let activated = &workspace.activated[..tokens * wide];
    let given = Matrix::new(narrow, tokens, hidden);
    let d_weight = &mut gradient[places.output.weight.clone()];
    matmul(d_weight, wide, Into::Add, 1.0, given.transposed(), Matrix::new(activated, tokens, wide)); // [H, F]
    let broad = room(&mut scratch.wide, tokens * wide.max(3 * hidden));
    let d_wide = &mut broad[..tokens * wide];
    matmul(d_wide, wide, Into::Replace, 1.0, given, Matrix::new(at(&places.output.weight), hidden, wide)); // [T, F]
    gelu_backward(&workspace.wide[..tokens * wide], d_wide);
    add_column_sums(d_wide, &mut gradient[places.intermediate.bias.clone()]);
    let given = Matrix::new(d_wide, tokens, wide);
    let middle = Matrix::new(&workspace.middle, tokens, hidden);
    matmul(&mut gradient[places.intermediate.weight.clone()], hidden, Into::Add, 1.0, given.transposed(), middle); // [F, H]
    matmul(dy, hidden, Into::Add, 1.0, given, Matrix::new(at(&places.intermediate.weight), wide, hidden)); // [T, H]

    // attention part
    norm_backward(
        shape.rows,
        dy,
        &workspace.first_norm,
        &workspace.first_mask,
        (&places.attention_norm, &places.attention_output),
        parameters,
        gradient,
        narrow,
    );
    let given = Matrix::new(narrow, tokens, hidden);
    let context = Matrix::new(&workspace.context, tokens, hidden);
    let d_weight = &mut gradient[places.attention_output.weight.clone()];
    matmul(d_weight, hidden, Into::Add, 1.0, given.transposed(), context); // [H, H]
    let (d_context, broad) = {
        // the gradient of the context takes the place of what was activated: that is used up
        let d_context = room(&mut workspace.activated, tokens * hidden);
        let weight = Matrix::new(at(&places.attention_output.weight), hidden, hidden);
        matmul(d_context, hidden, Into::Replace, 1.0, given, weight); // [T, H]
        (&*d_context, &mut broad[..tokens * 3 * hidden])
    };
    attention::backward(
        shape,
        sequences,
        &workspace.query_key_value,
        &workspace.attention_mask,
        &workspace.probabilities,
        d_context,
        broad,
        &mut scratch.square,
        &mut scratch.square_too,
    );
    add_column_sums(broad, &mut gradient[places.query_key_value.bias.clone()]);
    let given = Matrix::new(broad, tokens, 3 * hidden);
    let d_weight = &mut gradient[places.query_key_value.weight.clone()];
    matmul(d_weight, hidden, Into::Add, 1.0, given.transposed(), Matrix::new(x, tokens, hidden)); // [3H, H]
    let weight = Matrix::new(at(&places.query_key_value.weight), 3 * hidden, hidden);
    matmul(dy, hidden, Into::Add, 1.0, given, weight); // [T, H]
}

/// A norm's way back, together with that of the bias of the linear map in front of it.
#[allow(clippy::too_many_arguments)]
fn norm_backward(
    rows: Rows,
    dy: &mut [f32],
    saved: &normalize::Saved,
    mask: &[f32],
    (norm, linear): (&Norm, &Linear),
    parameters: &[f32],
    gradient: &mut [f32],
    dx: &mut [f32],
) {
    let hidden = norm.gain.len();
    let tokens = dy.len() / hidden;
    let mut sums = vec![0.0; 3 * hidden];
    let (d_gain, rest) = sums.split_at_mut(hidden);
    let (d_bias, d_x_bias) = rest.split_at_mut(hidden);
    normalize::backward(
        rows,
        dy,
        &saved.normalized[..tokens * hidden],
        &saved.scales[..tokens],
        mask,
        &parameters[norm.gain.clone()],
        d_gain,
        d_bias,
        dx,
        d_x_bias,
    );
    for (place, sums) in [(&norm.gain, d_gain), (&norm.bias, d_bias), (&linear.bias, d_x_bias)] {
        for (gradient, sum) in gradient[place.clone()].iter_mut().zip(sums) {
            *gradient += *sum;
        }
    }
}
