//! One encoder layer, forward and backward, over its flat parameters.

use super::buffer::resized;
use super::elementwise::{add_column_sums, bias_gelu, gelu, gelu_backward};
use super::matmul::WriteMode;
use super::normalization::{Affine, ResidualSum, SavedNorm};
use super::pass::{LayerPass, ParameterGradient};
use super::shape::{LinearRanges, NormRanges};
use super::workspace::{LayerWorkspace, Scratch};
use super::{attention, cls_attention, norm};
use crate::model::outputs::OutputPositions;

/// x \[T, H\] -> y \[R, H\]. Dropout masks are in the workspace already; so are, unless training, the means and variances
/// of batch norm.
pub fn forward(pass: LayerPass<'_>, workspace: &mut LayerWorkspace, scratch: &mut Scratch, y: &mut [f32]) {
    let (hidden, ranges) = (pass.shape.hidden, &pass.shape.ranges);
    let rows = y.len() / hidden;
    match pass.outputs {
        OutputPositions::All => attention::forward(pass, workspace, scratch),
        OutputPositions::ClsOnly => cls_attention::forward(pass, workspace, scratch),
    }
    let residual = match pass.outputs {
        OutputPositions::All => pass.x,
        OutputPositions::ClsOnly => &workspace.cls.x[..rows * hidden],
    };
    let (weights, products) = (&mut workspace.weights, &mut scratch.products);
    let projected = resized(&mut scratch.narrow, rows * hidden);
    let context = &workspace.context[..rows * hidden];
    pass.linear(&ranges.attention_output).forward(context, &mut weights.attention_output, products, projected); // [R, H]
    let attended = resized(&mut workspace.attended, rows * hidden);
    Sublayer { linear: &ranges.attention_output, norm: &ranges.attention_norm, mask: &workspace.attention_output_mask }
        .forward(pass, projected, residual, &mut workspace.attention_norm, attended);

    let intermediate = resized(&mut workspace.intermediate, rows * pass.shape.intermediate);
    pass.linear(&ranges.intermediate).forward(attended, &mut weights.intermediate, products, intermediate); // [R, F]
    let activated = resized(&mut scratch.activated, intermediate.len());
    bias_gelu(intermediate, pass.parameter(&ranges.intermediate.bias), activated);
    let projected = resized(&mut scratch.narrow, rows * hidden);
    pass.linear(&ranges.output).forward(activated, &mut weights.output, products, projected); // [R, H]
    Sublayer { linear: &ranges.output, norm: &ranges.output_norm, mask: &workspace.output_mask }.forward(
        pass,
        projected,
        attended,
        &mut workspace.output_norm,
        y,
    );
}

/// From the gradient of y \[R, H\] to that of x \[T, H\]; that of the parameters goes into `gradient`.
pub fn backward(
    pass: LayerPass<'_>,
    workspace: &mut LayerWorkspace,
    scratch: &mut Scratch,
    mut dy: Vec<f32>,
    mut gradient: ParameterGradient<'_>,
) -> Vec<f32> {
    let (hidden, ranges) = (pass.shape.hidden, &pass.shape.ranges);
    let rows = dy.len() / hidden;
    if gradient.mode == WriteMode::Replace {
        // weights' gradients are overwritten; those of vectors are sums over rows
        ranges.vectors().for_each(|vector| gradient.at(vector).fill(0.0));
    }
    let mode = gradient.mode;
    let products = &mut scratch.products;

    // feed-forward sublayer: dy becomes the gradient of its input, first through the residual connection
    let d_projected = resized(&mut scratch.narrow, rows * hidden);
    Sublayer { linear: &ranges.output, norm: &ranges.output_norm, mask: &workspace.output_mask }.backward(
        pass,
        &mut dy,
        &workspace.output_norm,
        d_projected,
        &mut gradient,
    );
    // the activation is recomputed: keeping it would take more memory than any other buffer
    let intermediate = &workspace.intermediate[..rows * pass.shape.intermediate];
    let activated = resized(&mut scratch.activated, intermediate.len());
    gelu(intermediate, activated);
    let (linear, weight) = (pass.linear(&ranges.output), &mut workspace.weights.output);
    linear.weight_gradient(d_projected, activated, products, mode, gradient.at(&ranges.output.weight)); // [H, F]
    let d_intermediate = resized(&mut scratch.wide, intermediate.len());
    linear.input_gradient(d_projected, weight, products, WriteMode::Replace, d_intermediate); // [R, F]
    gelu_backward(intermediate, d_intermediate);
    add_column_sums(d_intermediate, gradient.at(&ranges.intermediate.bias));
    let (linear, weight) = (pass.linear(&ranges.intermediate), &mut workspace.weights.intermediate);
    let (attended, d_weight) = (&workspace.attended[..rows * hidden], gradient.at(&ranges.intermediate.weight));
    linear.weight_gradient(d_intermediate, attended, products, mode, d_weight); // [F, H]
    linear.input_gradient(d_intermediate, weight, products, WriteMode::Add, &mut dy); // [R, H]

    // attention sublayer
    Sublayer { linear: &ranges.attention_output, norm: &ranges.attention_norm, mask: &workspace.attention_output_mask }
        .backward(pass, &mut dy, &workspace.attention_norm, d_projected, &mut gradient);
    let (linear, weight) = (pass.linear(&ranges.attention_output), &mut workspace.weights.attention_output);
    let (context, d_weight) = (&workspace.context[..rows * hidden], gradient.at(&ranges.attention_output.weight));
    linear.weight_gradient(d_projected, context, products, mode, d_weight); // [H, H]
    let d_context = resized(&mut scratch.d_context, rows * hidden);
    linear.input_gradient(d_projected, weight, products, WriteMode::Replace, d_context); // [R, H]
    match pass.outputs {
        OutputPositions::All => attention::backward(pass, workspace, scratch, dy, gradient),
        OutputPositions::ClsOnly => cls_attention::backward(pass, workspace, scratch, dy, gradient),
    }
}

/// The end of a sublayer: the bias of its last linear map, dropout, the residual connection and the norm.
struct Sublayer<'l> {
    linear: &'l LinearRanges,
    norm: &'l NormRanges,
    /// \[R, H\] dropout scales; empty without dropout
    mask: &'l [f32],
}

impl Sublayer<'_> {
    /// All \[R, H\].
    fn forward(&self, pass: LayerPass<'_>, x: &[f32], residual: &[f32], saved: &mut SavedNorm, y: &mut [f32]) {
        let z = ResidualSum { x, x_bias: pass.parameter(&self.linear.bias), mask: self.mask, residual };
        let affine = Affine { gain: pass.parameter(&self.norm.gain), bias: pass.parameter(&self.norm.bias) };
        norm::forward(pass.shape.normalization, pass.training, z, affine, saved, y);
    }

    /// The gradient of y \[R, H\] becomes that of the residual, in place; that of x goes to `dx`.
    fn backward(
        &self,
        pass: LayerPass<'_>,
        dy: &mut [f32],
        saved: &SavedNorm,
        dx: &mut [f32],
        gradient: &mut ParameterGradient<'_>,
    ) {
        let gain = pass.parameter(&self.norm.gain);
        let sums = norm::backward(pass.shape.normalization, dy, saved, gain, self.mask, dx);
        gradient.add(&self.norm.gain, &sums.gain);
        gradient.add(&self.norm.bias, &sums.bias);
        gradient.add(&self.linear.bias, &sums.x_bias);
    }
}
