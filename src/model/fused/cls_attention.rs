//! Attention for `[CLS]` only: one query a sequence, over all of its tokens.
//!
//! Keys and values of the tokens are then not needed. A score is `q (W_K x + b_K)`: W_K^T is folded into the query, which
//! is multiplied with the layer's input directly; b_K adds the same to every score, so softmax cancels it and its gradient
//! is 0. The context is `W_V (sum p x) + b_V sum p`: the input is averaged before it is projected. Every product over all
//! tokens then has A rows, where projections would have 2H. In bfloat16 only the query's projection is rounded.

use super::buffer::resized;
use super::elementwise::{add_bias, add_column_sums, dot, multiply, product, softmax, softmax_backward, sum};
use super::matmul::{Matrix, WriteMode, matmul};
use super::pass::{LayerPass, ParameterGradient};
use super::workspace::{ClsBuffers, LayerWorkspace, Scratch};
use std::ops::Range;

/// W_Q, W_K, W_V, each \[H, H\], or their biases, each \[H\].
fn thirds(query_key_value: &[f32]) -> [&[f32]; 3] {
    let third = query_key_value.len() / 3;
    [0, 1, 2].map(|number| &query_key_value[number * third..(number + 1) * third])
}

/// Each sequence's number, tokens, and range of the probabilities, \[A, length\].
fn sequences_of(pass: LayerPass<'_>) -> impl Iterator<Item = (usize, Range<usize>, Range<usize>)> {
    let heads = pass.shape.heads;
    pass.sequences.iter().enumerate().scan(0, move |end, (number, tokens)| {
        let start = *end;
        *end += heads * tokens.len();
        Some((number, tokens.clone(), start..*end))
    })
}

/// x \[T, H\] -> the workspace's context \[B, H\]. An empty mask drops nothing.
pub fn forward(pass: LayerPass<'_>, workspace: &mut LayerWorkspace, scratch: &mut Scratch) {
    let LayerPass { shape, sequences, x, .. } = pass;
    let (hidden, heads, size, count) = (shape.hidden, shape.heads, shape.head_size(), sequences.len());
    let scale = 1.0 / (size as f32).sqrt();
    let [w_query, w_key, w_value] = thirds(pass.parameter(&shape.ranges.query_key_value.weight));
    let [b_query, _, b_value] = thirds(pass.parameter(&shape.ranges.query_key_value.bias));
    let LayerWorkspace { cls, probabilities, attention_mask: mask, context, weights, .. } = workspace;

    let cls_x = resized(&mut cls.x, count * hidden);
    for (cls_x, tokens) in cls_x.chunks_exact_mut(hidden).zip(sequences) {
        cls_x.copy_from_slice(&x[tokens.start * hidden..][..hidden]);
    }
    let query = resized(&mut cls.query, count * hidden);
    pass.linear_of(w_query, hidden).forward(cls_x, &mut weights.query, &mut scratch.products, query); // [B, H]
    add_bias(query, b_query);
    let all_heads = heads * hidden;
    let folded_query = resized(&mut cls.folded_query, count * all_heads);
    for head in 0..heads {
        let query = Matrix::strided(&query[head * size..], count, size, hidden); // [B, D]
        let w_key = Matrix::new(&w_key[head * size * hidden..], size, hidden); // [D, H]
        matmul(&mut folded_query[head * hidden..], all_heads, WriteMode::Replace, scale, query, w_key); // [B, H]
    }

    let weighted_x = resized(&mut cls.weighted_x, count * all_heads);
    let context = resized(context, count * hidden);
    let total: usize = sequences.iter().map(Range::len).sum();
    let probabilities = resized(probabilities, heads * total);
    for (number, tokens, range) in sequences_of(pass) {
        let n = tokens.len();
        let x = Matrix::new(&x[tokens.start * hidden..], n, hidden);
        let folded_query = Matrix::new(&folded_query[number * all_heads..], heads, hidden);
        let p = &mut probabilities[range.clone()];
        matmul(p, n, WriteMode::Replace, 1.0, folded_query, x.transposed()); // [A, n]
        softmax(p, n);
        let p = after_dropout(p, mask, range, &mut scratch.dropped);
        let weighted_x = &mut weighted_x[number * all_heads..];
        matmul(weighted_x, hidden, WriteMode::Replace, 1.0, Matrix::new(p, heads, n), x); // [A, H]
        let context = context[number * hidden..].chunks_exact_mut(size).zip(b_value.chunks_exact(size));
        for ((context, bias), p) in context.zip(p.chunks_exact(n)) {
            let total = sum(p);
            context.iter_mut().zip(bias).for_each(|(context, bias)| *context = total * bias);
        }
    }
    for head in 0..heads {
        let weighted_x = Matrix::strided(&weighted_x[head * hidden..], count, hidden, all_heads); // [B, H]
        let w_value = Matrix::new(&w_value[head * size * hidden..], size, hidden); // [D, H]
        matmul(&mut context[head * size..], hidden, WriteMode::Add, 1.0, weighted_x, w_value.transposed()); // [B, D]
    }
}

fn after_dropout<'p>(p: &'p [f32], mask: &[f32], range: Range<usize>, buffer: &'p mut Vec<f32>) -> &'p [f32] {
    if mask.is_empty() {
        return p;
    }
    let dropped = resized(buffer, p.len());
    product(dropped, p, &mask[range]);
    dropped
}

/// From the gradient of the context, which is in the scratch, and what the residual connection contributes, \[B, H\], to
/// the gradient of x \[T, H\]. The gradient of the parameters goes into `gradient`.
pub fn backward(
    pass: LayerPass<'_>,
    workspace: &mut LayerWorkspace,
    scratch: &mut Scratch,
    mut d_residual: Vec<f32>,
    mut gradient: ParameterGradient<'_>,
) -> Vec<f32> {
    let LayerPass { shape, sequences, x, .. } = pass;
    let (hidden, heads, size, count) = (shape.hidden, shape.heads, shape.head_size(), sequences.len());
    let (all_heads, scale) = (heads * hidden, 1.0 / (size as f32).sqrt());
    let (ranges, mode) = (&shape.ranges.query_key_value, gradient.mode);
    let [w_query, w_key, w_value] = thirds(pass.parameter(&ranges.weight));
    let [_, _, b_value] = thirds(pass.parameter(&ranges.bias));
    let LayerWorkspace { cls, probabilities, attention_mask: mask, weights, .. } = workspace;
    let ClsBuffers { x: cls_x, query, folded_query, weighted_x } = cls;
    let Scratch { d_context, narrow, wide, scores, dropped, products, .. } = scratch;
    let d_context = &d_context[..count * hidden];
    let (d_weighted_x, d_folded_query) = resized(wide, 2 * count * all_heads).split_at_mut(count * all_heads);

    let (dw_query, rest) = gradient.at(&ranges.weight).split_at_mut(hidden * hidden);
    let (dw_key, dw_value) = rest.split_at_mut(hidden * hidden);
    for head in 0..heads {
        let d_context = Matrix::strided(&d_context[head * size..], count, size, hidden); // [B, D]
        let (row, column) = (head * size * hidden, head * hidden);
        let w_value = Matrix::new(&w_value[row..], size, hidden); // [D, H]
        matmul(&mut d_weighted_x[column..], all_heads, WriteMode::Replace, 1.0, d_context, w_value); // [B, H]
        let weighted_x = Matrix::strided(&weighted_x[column..], count, hidden, all_heads); // [B, H]
        matmul(&mut dw_value[row..], hidden, mode, 1.0, d_context.transposed(), weighted_x); // [D, H]
    }

    let mut dx = vec![0.0; x.len()];
    let mut db_value = vec![0.0; hidden];
    for (number, tokens, range) in sequences_of(pass) {
        let n = tokens.len();
        let dx = &mut dx[tokens.start * hidden..];
        let x = Matrix::new(&x[tokens.start * hidden..], n, hidden);
        let p = &probabilities[range.clone()];
        let d_context = &d_context[number * hidden..];
        let dropped = after_dropout(p, mask, range.clone(), dropped);
        let d_scores = resized(scores, heads * n);
        let of_biases = d_context.chunks_exact(size).zip(b_value.chunks_exact(size));
        let of_heads = of_biases.zip(dropped.chunks_exact(n)).zip(db_value.chunks_exact_mut(size));
        for ((((d_context, bias), dropped), d_bias), d_scores) in of_heads.zip(d_scores.chunks_exact_mut(n)) {
            let total = sum(dropped);
            d_bias.iter_mut().zip(d_context).for_each(|(d_bias, d_context)| *d_bias += total * d_context);
            d_scores.fill(dot(d_context, bias));
        }
        let d_weighted_x = Matrix::new(&d_weighted_x[number * all_heads..], heads, hidden);
        matmul(d_scores, n, WriteMode::Add, 1.0, d_weighted_x, x.transposed()); // [A, n]
        if !mask.is_empty() {
            multiply(d_scores, &mask[range]);
        }
        softmax_backward(p, d_scores, n);
        let (dropped, d_scores) = (Matrix::new(dropped, heads, n), Matrix::new(d_scores, heads, n));
        let folded_query = Matrix::new(&folded_query[number * all_heads..], heads, hidden);
        matmul(dx, hidden, WriteMode::Replace, 1.0, dropped.transposed(), d_weighted_x); // [n, H]
        matmul(dx, hidden, WriteMode::Add, 1.0, d_scores.transposed(), folded_query); // [n, H]
        matmul(&mut d_folded_query[number * all_heads..], hidden, WriteMode::Replace, 1.0, d_scores, x); // [A, H]
    }

    let d_query = resized(narrow, count * hidden);
    for head in 0..heads {
        let (row, column) = (head * size * hidden, head * hidden);
        let d_folded_query = Matrix::strided(&d_folded_query[column..], count, hidden, all_heads); // [B, H]
        let query = Matrix::strided(&query[head * size..], count, size, hidden); // [B, D]
        let w_key = Matrix::new(&w_key[row..], size, hidden); // [D, H]
        matmul(&mut dw_key[row..], hidden, mode, scale, query.transposed(), d_folded_query); // [D, H]
        let d_query = &mut d_query[head * size..];
        matmul(d_query, hidden, WriteMode::Replace, scale, d_folded_query, w_key.transposed()); // [B, D]
    }
    let linear = pass.linear_of(w_query, hidden);
    linear.weight_gradient(d_query, &cls_x[..count * hidden], products, mode, dw_query); // [H, H]
    linear.input_gradient(d_query, &mut weights.query, products, WriteMode::Add, &mut d_residual); // [B, H]
    for (tokens, d_cls) in sequences.iter().zip(d_residual.chunks_exact(hidden)) {
        add_bias(&mut dx[tokens.start * hidden..][..hidden], d_cls);
    }
    let d_bias = gradient.at(&ranges.bias);
    add_column_sums(d_query, &mut d_bias[..hidden]);
    add_bias(&mut d_bias[2 * hidden..], &db_value);
    dx
}
