//! The kernels of the fused layer, each alone, at the sizes of BERT-mini and a batch of 16 of MRPC's pairs.
//!
//! `cargo bench --bench kernels`; throughput is in floating-point numbers read, or in operations for the products.

use batchscope::model::fused::bf16::{LeftOperand, RightOperand, product};
use batchscope::model::fused::elementwise::{bias_gelu, gelu_backward, softmax, softmax_backward};
use batchscope::model::fused::matmul::{Matrix, WriteMode, matmul};
use batchscope::model::fused::normalization::{Affine, NormGradients, ResidualSum, RowNorm, RowNormKind, SavedNorm};
use batchscope::model::fused::row_norm;
use batchscope::model::fused::transpose::transpose;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// T, H, F
const TOKENS: usize = 848;
const HIDDEN: usize = 256;
const WIDE: usize = 1024;
/// of one sequence
const LENGTH: usize = 53;

fn numbers(count: usize) -> Vec<f32> {
    (0..count).map(|i| (i as f32 * 0.37).sin()).collect()
}

/// The same product with a weight \[in, out\], with one \[out, in\], and with one transposed first.
fn products(criterion: &mut Criterion) {
    for tokens in [106, TOKENS] {
        let (x, weight) = (numbers(tokens * HIDDEN), numbers(HIDDEN * WIDE));
        let (mut y, mut transposed) = (vec![0.0; tokens * WIDE], vec![0.0; HIDDEN * WIDE]);
        let mut group = criterion.benchmark_group(format!("product {tokens} x {HIDDEN} x {WIDE}"));
        group.throughput(Throughput::Elements(2 * (tokens * HIDDEN * WIDE) as u64));
        let mut product = |weight: Matrix<'_>| {
            matmul(&mut y, WIDE, WriteMode::Replace, 1.0, Matrix::new(&x, tokens, HIDDEN), weight);
        };
        group.bench_function("contiguous", |bencher| bencher.iter(|| product(Matrix::new(&weight, HIDDEN, WIDE))));
        group.bench_function("transposed", |bencher| {
            bencher.iter(|| product(Matrix::new(&weight, WIDE, HIDDEN).transposed()));
        });
        group.bench_function("transposed first", |bencher| {
            bencher.iter(|| {
                transpose(&weight, HIDDEN, &mut transposed);
                product(Matrix::new(&transposed, HIDDEN, WIDE));
            });
        });
    }
}

/// The three products of a linear map in both precisions, weights packed before: their ratio within one run is what counts.
fn precisions(criterion: &mut Criterion) {
    for tokens in [106, TOKENS] {
        let (x, dy, weight) = (numbers(tokens * HIDDEN), numbers(tokens * WIDE), numbers(WIDE * HIDDEN));
        let (x, dy) = (Matrix::new(&x, tokens, HIDDEN), Matrix::new(&dy, tokens, WIDE));
        let weight = Matrix::new(&weight, WIDE, HIDDEN);
        let products = [
            ("forward", x, weight.transposed(), tokens, WIDE),
            ("input gradient", dy, weight, tokens, HIDDEN),
            ("weight gradient", dy.transposed(), x, WIDE, HIDDEN),
        ];
        for (name, left, right, rows, columns) in products {
            let mut result = vec![0.0; rows * columns];
            let mut group = criterion.benchmark_group(format!("{name} of {tokens} x {HIDDEN} x {WIDE}"));
            group.throughput(Throughput::Elements(2 * (tokens * HIDDEN * WIDE) as u64));
            group.bench_function("f32", |bencher| {
                bencher.iter(|| matmul(&mut result, columns, WriteMode::Replace, 1.0, left, right));
            });
            let (mut packed_left, mut packed_right) = (LeftOperand::default(), RightOperand::default());
            packed_right.pack(right);
            let is_weight = name != "weight gradient";
            group.bench_function("bf16", |bencher| {
                bencher.iter(|| {
                    packed_left.pack(left);
                    if !is_weight {
                        packed_right.pack(right);
                    }
                    product(&mut result, columns, WriteMode::Replace, 1.0, &packed_left, &packed_right);
                });
            });
        }
    }
}

fn rows(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rows");
    group.throughput(Throughput::Elements((TOKENS * WIDE) as u64));
    let (mut x, bias, mut y) = (numbers(TOKENS * WIDE), numbers(WIDE), vec![0.0; TOKENS * WIDE]);
    group.bench_function("bias and GELU", |bencher| bencher.iter(|| bias_gelu(&mut x, &bias, &mut y)));
    group.bench_function("GELU backward", |bencher| bencher.iter(|| gelu_backward(&x, &mut y)));
    let mut scores = numbers(LENGTH * LENGTH * 64);
    let probabilities = numbers(LENGTH * LENGTH * 64);
    group.throughput(Throughput::Elements(scores.len() as u64));
    group.bench_function("softmax", |bencher| bencher.iter(|| softmax(&mut scores, LENGTH)));
    group.bench_function("softmax backward", |bencher| {
        bencher.iter(|| softmax_backward(&probabilities, &mut scores, LENGTH));
    });
    let (x, mask, residual) = (numbers(TOKENS * HIDDEN), vec![1.0; TOKENS * HIDDEN], numbers(TOKENS * HIDDEN));
    let (gain, bias) = (numbers(HIDDEN), numbers(HIDDEN));
    let norm = RowNorm { kind: RowNormKind::Layer, epsilon: 1e-12 };
    let z = ResidualSum { x: &x, x_bias: &bias, mask: &mask, residual: &residual };
    let affine = Affine { gain: &gain, bias: &bias };
    let (normalized, scales) = (vec![0.0; TOKENS * HIDDEN], vec![0.0; TOKENS]);
    let mut saved = SavedNorm { normalized, scales, ..SavedNorm::default() };
    let mut y = vec![0.0; TOKENS * HIDDEN];
    group.throughput(Throughput::Elements((TOKENS * HIDDEN) as u64));
    group.bench_function("residual, dropout and layer norm", |bencher| {
        bencher.iter(|| row_norm::forward(norm, z, affine, &mut saved.normalized, &mut saved.scales, &mut y));
    });
    let (mut sums, mut dx) = (NormGradients::zeros(HIDDEN), vec![0.0; TOKENS * HIDDEN]);
    group.bench_function("their backward pass", |bencher| {
        bencher.iter(|| row_norm::backward(norm, &mut y, &saved, &gain, &mask, &mut dx, &mut sums));
    });
}

criterion_group!(benches, products, precisions, rows);
criterion_main!(benches);
