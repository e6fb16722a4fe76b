//! Attention where the first token of each sequence alone asks: one query a sequence, over all of its tokens.
//!
//! The keys and values of the tokens are then not needed. A score is `q (K x + k)`: the query goes through the key map
//! the other way and meets the tokens as they are; what the key bias k adds is the same for every token, so softmax does
//! not see it and its gradient is 0. The mixed values are `V (sum w x) + v sum w`: tokens are mixed before they are
//! mapped. Every product with all tokens is then one of A rows, where projections would be of 2H.

use super::elementwise::{add_bias, add_column_sums, dot, multiply, product, softmax, softmax_backward, sum};
use super::layer::Shape;
use super::matmul::{Into, Matrix, map, matmul};
use super::workspace::{Scratch, Workspace, room};
use std::ops::Range;

/// What the way forward leaves for the way back.
#[derive(Default)]
pub struct FirstTokens {
    /// \[B, H\] the layer's input
    pub x: Vec<f32>,
    /// \[B, H\] queries
    query: Vec<f32>,
    /// \[B, A, H\] queries by way of the key map: what scores a token
    scorer: Vec<f32>,
    /// \[B, A, H\] tokens mixed by attention
    mixed: Vec<f32>,
}

/// The maps, or their gradients: each \[H, H\], their biases \[H\].
fn thirds(of_all: &[f32]) -> [&[f32]; 3] {
    let third = of_all.len() / 3;
    [0, 1, 2].map(|number| &of_all[number * third..(number + 1) * third])
}

/// Where a sequence's probabilities \[A, length\] lie, with its number and its tokens.
fn scored(heads: usize, sequences: &[Range<usize>]) -> impl Iterator<Item = (usize, Range<usize>, Range<usize>)> {
    sequences.iter().enumerate().scan(0, move |start, (number, tokens)| {
        let begun = *start;
        *start += heads * tokens.len();
        Some((number, tokens.clone(), begun..*start))
    })
}

/// x \[T, H\] -> the workspace's context \[B, H\]. Its mask drops nothing where it is empty.
pub fn forward(
    shape: &Shape,
    parameters: &[f32],
    sequences: &[Range<usize>],
    x: &[f32],
    workspace: &mut Workspace,
    scratch: &mut Scratch,
) {
    let (hidden, heads, size, count) = (shape.hidden, shape.heads, shape.head_size(), sequences.len());
    let scale = 1.0 / (size as f32).sqrt();
    let [query_map, key_map, value_map] = thirds(&parameters[shape.places.query_key_value.weight.clone()]);
    let [query_bias, _, value_bias] = thirds(&parameters[shape.places.query_key_value.bias.clone()]);
    let Workspace { first, probabilities, attention_mask: mask, context, .. } = workspace;

    let asking = room(&mut first.x, count * hidden);
    for (asking, tokens) in asking.chunks_exact_mut(hidden).zip(sequences) {
        asking.copy_from_slice(&x[tokens.start * hidden..][..hidden]);
    }
    let query = room(&mut first.query, count * hidden);
    map(asking, query_map, hidden, &mut scratch.turned, query);
    add_bias(query, query_bias);
    let wide = heads * hidden;
    let scorer = room(&mut first.scorer, count * wide);
    for head in 0..heads {
        let query = Matrix::strided(&query[head * size..], count, size, hidden);
        let key_map = Matrix::new(&key_map[head * size * hidden..], size, hidden);
        matmul(&mut scorer[head * hidden..], wide, Into::Replace, scale, query, key_map);
    }

    let mixed = room(&mut first.mixed, count * wide);
    let context = room(context, count * hidden);
    let total: usize = sequences.iter().map(Range::len).sum();
    let probabilities = room(probabilities, heads * total);
    for (number, tokens, place) in scored(heads, sequences) {
        let n = tokens.len();
        let tokens = Matrix::new(&x[tokens.start * hidden..], n, hidden);
        let scorer = Matrix::new(&scorer[number * wide..], heads, hidden);
        let p = &mut probabilities[place.clone()];
        matmul(p, n, Into::Replace, 1.0, scorer, tokens.transposed()); // [A, n]
        softmax(p, n);
        let weights = dropped(p, mask, place, &mut scratch.square);
        let mixed = &mut mixed[number * wide..];
        matmul(mixed, hidden, Into::Replace, 1.0, Matrix::new(weights, heads, n), tokens); // [A, H]
        let context = context[number * hidden..].chunks_exact_mut(size).zip(value_bias.chunks_exact(size));
        for ((context, bias), weights) in context.zip(weights.chunks_exact(n)) {
            let kept = sum(weights);
            context.iter_mut().zip(bias).for_each(|(context, bias)| *context = kept * bias);
        }
    }
    for head in 0..heads {
        let mixed = Matrix::strided(&mixed[head * hidden..], count, hidden, wide);
        let value_map = Matrix::new(&value_map[head * size * hidden..], size, hidden);
        matmul(&mut context[head * size..], hidden, Into::Add, 1.0, mixed, value_map.transposed());
    }
}

/// Probabilities after dropout.
fn dropped<'p>(p: &'p [f32], mask: &[f32], place: Range<usize>, room_for: &'p mut Vec<f32>) -> &'p [f32] {
    if mask.is_empty() {
        return p;
    }
    let weights = room(room_for, p.len());
    product(weights, p, &mask[place]);
    weights
}

/// From the gradient of the context, which is in the scratch, and of what the residual connection gives, \[B, H\], that
/// of x \[T, H\]. The parameters' goes into `gradient`.
#[allow(clippy::too_many_arguments)]
pub fn backward(
    shape: &Shape,
    parameters: &[f32],
    sequences: &[Range<usize>],
    x: &[f32],
    workspace: &Workspace,
    scratch: &mut Scratch,
    mut d_residual: Vec<f32>,
    gradient: &mut [f32],
    into: Into,
) -> Vec<f32> {
    let (hidden, heads, size, count) = (shape.hidden, shape.heads, shape.head_size(), sequences.len());
    let (wide, scale) = (heads * hidden, 1.0 / (size as f32).sqrt());
    let place = &shape.places.query_key_value;
    let [query_map, key_map, value_map] = thirds(&parameters[place.weight.clone()]);
    let [_, _, value_bias] = thirds(&parameters[place.bias.clone()]);
    let Workspace { first, probabilities, attention_mask: mask, .. } = workspace;
    let Scratch { d_context, narrow, wide: broad, square, square_too, .. } = scratch;
    let d_context = &d_context[..count * hidden];
    let (d_mixed, d_scorer) = room(broad, 2 * count * wide).split_at_mut(count * wide);

    let (d_query_map, rest) = gradient[place.weight.clone()].split_at_mut(hidden * hidden);
    let (d_key_map, d_value_map) = rest.split_at_mut(hidden * hidden);
    for head in 0..heads {
        let d_context = Matrix::strided(&d_context[head * size..], count, size, hidden);
        let (rows, of_head) = (head * size * hidden, head * hidden);
        let value_map = Matrix::new(&value_map[rows..], size, hidden);
        matmul(&mut d_mixed[of_head..], wide, Into::Replace, 1.0, d_context, value_map);
        let mixed = Matrix::strided(&first.mixed[of_head..], count, hidden, wide);
        matmul(&mut d_value_map[rows..], hidden, into, 1.0, d_context.transposed(), mixed);
    }

    let mut dx = vec![0.0; x.len()];
    let mut d_value_bias = vec![0.0; hidden];
    for (number, tokens, place) in scored(heads, sequences) {
        let n = tokens.len();
        let dx = &mut dx[tokens.start * hidden..];
        let tokens = Matrix::new(&x[tokens.start * hidden..], n, hidden);
        let p = &probabilities[place.clone()];
        let d_context = &d_context[number * hidden..];
        let weights = dropped(p, mask, place.clone(), square_too);
        let d_scores = room(square, heads * n);
        let of_biases = d_context.chunks_exact(size).zip(value_bias.chunks_exact(size));
        let of_heads = of_biases.zip(weights.chunks_exact(n)).zip(d_value_bias.chunks_exact_mut(size));
        for ((((d_context, bias), weights), d_bias), d_scores) in of_heads.zip(d_scores.chunks_exact_mut(n)) {
            let kept = sum(weights);
            d_bias.iter_mut().zip(d_context).for_each(|(d_bias, d_context)| *d_bias += kept * d_context);
            d_scores.fill(dot(d_context, bias));
        }
        let d_mixed = Matrix::new(&d_mixed[number * wide..], heads, hidden);
        matmul(d_scores, n, Into::Add, 1.0, d_mixed, tokens.transposed()); // [A, n]
        if !mask.is_empty() {
            multiply(d_scores, &mask[place]);
        }
        softmax_backward(p, d_scores, n);
        let (weights, d_scores) = (Matrix::new(weights, heads, n), Matrix::new(d_scores, heads, n));
        let scorer = Matrix::new(&first.scorer[number * wide..], heads, hidden);
        matmul(dx, hidden, Into::Replace, 1.0, weights.transposed(), d_mixed); // [n, H]
        matmul(dx, hidden, Into::Add, 1.0, d_scores.transposed(), scorer); // [n, H]
        matmul(&mut d_scorer[number * wide..], hidden, Into::Replace, 1.0, d_scores, tokens); // [A, H]
    }

    let d_query = room(narrow, count * hidden);
    for head in 0..heads {
        let (rows, of_head) = (head * size * hidden, head * hidden);
        let d_scorer = Matrix::strided(&d_scorer[of_head..], count, hidden, wide);
        let query = Matrix::strided(&first.query[head * size..], count, size, hidden);
        let key_map = Matrix::new(&key_map[rows..], size, hidden);
        matmul(&mut d_key_map[rows..], hidden, into, scale, query.transposed(), d_scorer);
        matmul(&mut d_query[head * size..], hidden, Into::Replace, scale, d_scorer, key_map.transposed());
    }
    let given = Matrix::new(d_query, count, hidden);
    matmul(d_query_map, hidden, into, 1.0, given.transposed(), Matrix::new(&first.x, count, hidden));
    matmul(&mut d_residual, hidden, Into::Add, 1.0, given, Matrix::new(query_map, hidden, hidden)); // [B, H]
    for (tokens, d_first) in sequences.iter().zip(d_residual.chunks_exact(hidden)) {
        add_bias(&mut dx[tokens.start * hidden..][..hidden], d_first);
    }
    let d_bias = &mut gradient[place.bias.clone()];
    add_column_sums(d_query, &mut d_bias[..hidden]);
    add_bias(&mut d_bias[2 * hidden..], &d_value_bias);
    dx
}
