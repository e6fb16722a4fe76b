//! Attention over packed sequences, each on its own: no padding, one head at a time.

use super::buffer::resized;
use super::elementwise::{add_bias, add_column_sums, multiply, product, softmax, softmax_backward};
use super::matmul::{Matrix, WriteMode};
use super::pass::{LayerPass, ParameterGradient};
use super::shape::LayerShape;
use super::workspace::{LayerWorkspace, Scratch};
use std::ops::Range;

/// Where one head of one sequence begins in the packed buffers.
struct HeadOffsets {
    /// its first query in \[T, 3H\]; its keys and values are H and 2H further
    query: usize,
    /// its first row in \[T, H\]
    context: usize,
    /// its \[length, length\] in \[S\]
    square: Range<usize>,
    length: usize,
}

fn heads<'s>(shape: &'s LayerShape, sequences: &'s [Range<usize>]) -> impl Iterator<Item = HeadOffsets> + 's {
    let mut squares = 0;
    sequences.iter().flat_map(move |tokens| {
        let (length, first) = (tokens.len(), tokens.start);
        let start = squares;
        squares += shape.heads * length * length;
        (0..shape.heads).map(move |head| {
            let square = start + head * length * length;
            HeadOffsets {
                query: first * 3 * shape.hidden + head * shape.head_size(),
                context: first * shape.hidden + head * shape.head_size(),
                square: square..square + length * length,
                length,
            }
        })
    })
}

/// S: elements of all squares.
fn squares(shape: &LayerShape, sequences: &[Range<usize>]) -> usize {
    shape.heads * sequences.iter().map(|tokens| tokens.len().pow(2)).sum::<usize>()
}

/// x \[T, H\] -> the workspace's context \[T, H\]. An empty mask drops nothing.
pub fn forward(pass: LayerPass<'_>, workspace: &mut LayerWorkspace, scratch: &mut Scratch) {
    let LayerPass { shape, sequences, x, .. } = pass;
    let (hidden, size, ranges) = (shape.hidden, shape.head_size(), &shape.ranges.query_key_value);
    let scale = 1.0 / (size as f32).sqrt();
    let query_key_value = resized(&mut workspace.query_key_value, 3 * x.len());
    let (packed, Scratch { products, dropped, .. }) = (&mut workspace.weights.query_key_value, scratch);
    pass.linear(ranges).forward(x, packed, products, query_key_value); // [T, 3H]
    add_bias(query_key_value, pass.parameter(&ranges.bias));
    let probabilities = resized(&mut workspace.probabilities, squares(shape, sequences));
    let (context, mask) = (resized(&mut workspace.context, x.len()), &workspace.attention_mask);
    for head in heads(shape, sequences) {
        let n = head.length;
        let part = |offset: usize| Matrix::strided(&query_key_value[head.query + offset..], n, size, 3 * hidden);
        let (query, key, value) = (part(0), part(hidden), part(2 * hidden)); // [n, D]
        let p = &mut probabilities[head.square.clone()];
        products.multiply(shape.precision, p, n, scale, query, key.transposed()); // [n, n]
        softmax(p, n);
        let weights = if mask.is_empty() {
            &*p
        } else {
            let dropped = resized(dropped, n * n);
            product(dropped, p, &mask[head.square]);
            &*dropped
        };
        let weights = Matrix::new(weights, n, n);
        products.multiply(shape.precision, &mut context[head.context..], hidden, 1.0, weights, value); // [n, D]
    }
}

/// From the gradient of the context, which is in the scratch, to that of x \[T, H\], added to `d_residual`, what the
/// residual connection contributes. The gradient of the parameters goes into `gradient`.
pub fn backward(
    pass: LayerPass<'_>,
    workspace: &mut LayerWorkspace,
    scratch: &mut Scratch,
    mut d_residual: Vec<f32>,
    mut gradient: ParameterGradient<'_>,
) -> Vec<f32> {
    let LayerPass { shape, sequences, x, .. } = pass;
    let (hidden, size, ranges) = (shape.hidden, shape.head_size(), &shape.ranges.query_key_value);
    let scale = 1.0 / (size as f32).sqrt();
    let LayerWorkspace { query_key_value, probabilities, attention_mask: mask, weights, .. } = workspace;
    let Scratch { d_context, wide, scores, dropped, products, .. } = scratch;
    let d_query_key_value = resized(wide, 3 * x.len());
    for head in heads(shape, sequences) {
        let n = head.length;
        let part = |offset: usize| Matrix::strided(&query_key_value[head.query + offset..], n, size, 3 * hidden);
        let (query, key, value) = (part(0), part(hidden), part(2 * hidden)); // [n, D]
        let d_context = Matrix::strided(&d_context[head.context..], n, size, hidden);
        let p = &probabilities[head.square.clone()];
        let dropped = resized(dropped, n * n);
        let probabilities = if mask.is_empty() {
            p
        } else {
            product(dropped, p, &mask[head.square.clone()]);
            &*dropped
        };
        let d_scores = resized(scores, n * n);
        products.multiply(shape.precision, d_scores, n, 1.0, d_context, value.transposed());
        let mut write = |offset: usize, scale: f32, left: Matrix<'_>, right: Matrix<'_>| {
            let result = &mut d_query_key_value[head.query + offset..];
            products.multiply(shape.precision, result, 3 * hidden, scale, left, right);
        };
        write(2 * hidden, 1.0, Matrix::new(probabilities, n, n).transposed(), d_context);
        if !mask.is_empty() {
            multiply(d_scores, &mask[head.square.clone()]);
        }
        softmax_backward(p, d_scores, n);
        let d_scores = Matrix::new(d_scores, n, n);
        write(0, scale, d_scores, key);
        write(hidden, scale, d_scores.transposed(), query);
    }
    add_column_sums(d_query_key_value, gradient.at(&ranges.bias));
    let (linear, mode) = (pass.linear(ranges), gradient.mode);
    linear.weight_gradient(d_query_key_value, x, products, mode, gradient.at(&ranges.weight)); // [3H, H]
    let packed = &mut weights.query_key_value;
    linear.input_gradient(d_query_key_value, packed, products, WriteMode::Add, &mut d_residual); // [T, H]
    d_residual
}
