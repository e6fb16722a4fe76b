//! The kernels of the fused layer, each alone, at the sizes of BERT-mini and a batch of 16 of MRPC's pairs.
//!
//! `cargo bench --bench kernels`; throughput is in floating-point numbers read, or in operations for the products.

use batchscope::model::fused::elementwise::{bias_gelu, gelu_backward, softmax, softmax_backward, transpose};
use batchscope::model::fused::matmul::{Into, Matrix, matmul};
use batchscope::model::fused::normalize::{self, Rows};
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

/// The same product by a weight [in, out], by one that lies [out, in], and by one that is turned first.
fn products(criterion: &mut Criterion) {
    for tokens in [106, TOKENS] {
        let (x, weight) = (numbers(tokens * HIDDEN), numbers(HIDDEN * WIDE));
        let (mut y, mut turned) = (vec![0.0; tokens * WIDE], vec![0.0; HIDDEN * WIDE]);
        let mut group = criterion.benchmark_group(format!("product {tokens} x {HIDDEN} x {WIDE}"));
        group.throughput(Throughput::Elements(2 * (tokens * HIDDEN * WIDE) as u64));
        let mut product = |weight: Matrix<'_>| {
            matmul(&mut y, WIDE, Into::Replace, 1.0, Matrix::new(&x, tokens, HIDDEN), weight);
        };
        group.bench_function("plain", |bencher| bencher.iter(|| product(Matrix::new(&weight, HIDDEN, WIDE))));
        group.bench_function("transposed", |bencher| {
            bencher.iter(|| product(Matrix::new(&weight, WIDE, HIDDEN).transposed()));
        });
        group.bench_function("turned first", |bencher| {
            bencher.iter(|| {
                transpose(&weight, HIDDEN, &mut turned);
                product(Matrix::new(&turned, HIDDEN, WIDE));
            });
        });
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
    let (mut normalized, mut scales) = (vec![0.0; TOKENS * HIDDEN], vec![0.0; TOKENS]);
    let mut y = vec![0.0; TOKENS * HIDDEN];
    group.throughput(Throughput::Elements((TOKENS * HIDDEN) as u64));
    group.bench_function("residual, dropout and layer norm", |bencher| {
        bencher.iter(|| {
            normalize::forward(
                Rows::Layer,
                1e-12,
                &x,
                &bias,
                &mask,
                &residual,
                &gain,
                &bias,
                &mut normalized,
                &mut scales,
                &mut y,
            );
        });
    });
    let (mut d_gain, mut d_bias, mut d_x_bias) = (vec![0.0; HIDDEN], vec![0.0; HIDDEN], vec![0.0; HIDDEN]);
    let mut dx = vec![0.0; TOKENS * HIDDEN];
    group.bench_function("and its way back", |bencher| {
        bencher.iter(|| {
            normalize::backward(
                Rows::Layer,
                &mut y,
                &normalized,
                &scales,
                &mask,
                &gain,
                &mut d_gain,
                &mut d_bias,
                &mut dx,
                &mut d_x_bias,
            );
        });
    });
}

criterion_group!(benches, products, rows);
criterion_main!(benches);
