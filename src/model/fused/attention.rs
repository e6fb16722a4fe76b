//! Attention over packed sequences, each on its own: no padding, one head at a time.

use super::elementwise::{add_bias, add_column_sums, multiply, product, softmax, softmax_backward};
use super::layer::Shape;
use super::matmul::{Into, Matrix, map, matmul};
use super::workspace::{Scratch, Workspace, room};
use std::ops::Range;

/// One head of one sequence in the packed buffers.
struct Head {
    /// of its first query in \[T, 3H\]; keys and values stand H and 2H behind
    query: usize,
    /// of its first value in \[T, H\]
    context: usize,
    /// of its square in \[S\]
    square: Range<usize>,
    length: usize,
}

fn heads<'s>(shape: &'s Shape, sequences: &'s [Range<usize>]) -> impl Iterator<Item = Head> + 's {
    let mut square = 0;
    sequences.iter().flat_map(move |tokens| {
        let (length, first) = (tokens.len(), tokens.start);
        let start = square;
        square += shape.heads * length * length;
        (0..shape.heads).map(move |head| {
            let at = start + head * length * length;
            Head {
                query: first * 3 * shape.hidden + head * shape.head_size(),
                context: first * shape.hidden + head * shape.head_size(),
                square: at..at + length * length,
                length,
            }
        })
    })
}

/// S: numbers in all squares.
fn squares(shape: &Shape, sequences: &[Range<usize>]) -> usize {
    shape.heads * sequences.iter().map(|tokens| tokens.len().pow(2)).sum::<usize>()
}

/// x \[T, H\] -> the workspace's context \[T, H\]. Its mask drops nothing where it is empty.
pub fn forward(
    shape: &Shape,
    parameters: &[f32],
    sequences: &[Range<usize>],
    x: &[f32],
    workspace: &mut Workspace,
    scratch: &mut Scratch,
) {
    let (hidden, size, place) = (shape.hidden, shape.head_size(), &shape.places.query_key_value);
    let scale = 1.0 / (size as f32).sqrt();
    let query_key_value = room(&mut workspace.query_key_value, 3 * x.len());
    map(x, &parameters[place.weight.clone()], hidden, &mut scratch.turned, query_key_value); // [T, 3H]
    add_bias(query_key_value, &parameters[place.bias.clone()]);
    let probabilities = room(&mut workspace.probabilities, squares(shape, sequences));
    let (context, mask) = (room(&mut workspace.context, x.len()), &workspace.attention_mask);
    for head in heads(shape, sequences) {
        let n = head.length;
        let part = |offset: usize| Matrix::strided(&query_key_value[head.query + offset..], n, size, 3 * hidden);
        let square = &mut probabilities[head.square.clone()];
        matmul(square, n, Into::Replace, scale, part(0), part(hidden).transposed());
        softmax(square, n);
        let weights = if mask.is_empty() {
            &*square
        } else {
            let dropped = room(&mut scratch.square, n * n);
            product(dropped, square, &mask[head.square]);
            &*dropped
        };
        matmul(&mut context[head.context..], hidden, Into::Replace, 1.0, Matrix::new(weights, n, n), part(2 * hidden));
    }
}

/// From the gradient of the context, which is in the scratch, that of x: added to what the residual connection gives,
/// \[T, H\]. The parameters' goes into `gradient`.
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
    let (hidden, size, place) = (shape.hidden, shape.head_size(), &shape.places.query_key_value);
    let tokens = x.len() / hidden;
    let scale = 1.0 / (size as f32).sqrt();
    let Workspace { query_key_value, probabilities, attention_mask: mask, .. } = workspace;
    let Scratch { d_context, wide, square, square_too, .. } = scratch;
    let d_query_key_value = room(wide, 3 * x.len());
    for head in heads(shape, sequences) {
        let n = head.length;
        let part = |offset: usize| Matrix::strided(&query_key_value[head.query + offset..], n, size, 3 * hidden);
        let given = Matrix::strided(&d_context[head.context..], n, size, hidden);
        let p = &probabilities[head.square.clone()];
        let dropped = room(square_too, n * n);
        let weights = if mask.is_empty() {
            p
        } else {
            product(dropped, p, &mask[head.square.clone()]);
            &*dropped
        };
        let mut give = |offset: usize, scale: f32, left: Matrix<'_>, right: Matrix<'_>| {
            matmul(&mut d_query_key_value[head.query + offset..], 3 * hidden, Into::Replace, scale, left, right);
        };
        give(2 * hidden, 1.0, Matrix::new(weights, n, n).transposed(), given);
        let scores = room(square, n * n);
        matmul(scores, n, Into::Replace, 1.0, given, part(2 * hidden).transposed());
        if !mask.is_empty() {
            multiply(scores, &mask[head.square.clone()]);
        }
        softmax_backward(p, scores, n);
        let scores = Matrix::new(scores, n, n);
        give(0, scale, scores, part(hidden));
        give(hidden, scale, scores.transposed(), part(0));
    }
    add_column_sums(d_query_key_value, &mut gradient[place.bias.clone()]);
    let given = Matrix::new(d_query_key_value, tokens, 3 * hidden);
    let d_weight = &mut gradient[place.weight.clone()];
    matmul(d_weight, hidden, into, 1.0, given.transposed(), Matrix::new(x, tokens, hidden)); // [3H, H]
    let weight = Matrix::new(&parameters[place.weight.clone()], 3 * hidden, hidden);
    matmul(&mut d_residual, hidden, Into::Add, 1.0, given, weight); // [T, H]
    d_residual
}
