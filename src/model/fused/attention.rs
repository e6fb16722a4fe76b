//! Attention over packed sequences, each on its own: no padding, one head at a time.

use super::elementwise::{multiply, product, softmax, softmax_backward};
use super::layer::Shape;
use super::matmul::{Into, Matrix, matmul};
use super::workspace::{Scratch, room};
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
pub fn squares(shape: &Shape, sequences: &[Range<usize>]) -> usize {
    shape.heads * sequences.iter().map(|tokens| tokens.len().pow(2)).sum::<usize>()
}

/// query_key_value \[T, 3H\] -> context \[T, H\]; the probabilities stay. An empty mask drops nothing.
pub fn forward(
    shape: &Shape,
    sequences: &[Range<usize>],
    query_key_value: &[f32],
    mask: &[f32],
    probabilities: &mut [f32],
    context: &mut [f32],
    scratch: &mut Scratch,
) {
    let (hidden, size) = (shape.hidden, shape.head_size());
    let scale = 1.0 / (size as f32).sqrt();
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

/// From the gradient of the context \[T, H\] that of queries, keys and values \[T, 3H\].
#[allow(clippy::too_many_arguments)]
pub fn backward(
    shape: &Shape,
    sequences: &[Range<usize>],
    query_key_value: &[f32],
    mask: &[f32],
    probabilities: &[f32],
    d_context: &[f32],
    d_query_key_value: &mut [f32],
    square: &mut Vec<f32>,
    square_too: &mut Vec<f32>,
) {
    let (hidden, size) = (shape.hidden, shape.head_size());
    let scale = 1.0 / (size as f32).sqrt();
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
}
