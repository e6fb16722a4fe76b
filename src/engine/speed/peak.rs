//! The peak: matrix products that fit into the caches, on all workers at once.

use super::on_all;
use crate::domain::choice::Precision;
use crate::model::fused::bf16::{LeftOperand, RightOperand, product};
use crate::model::fused::matmul::{Matrix, WriteMode, matmul};
use std::time::{Duration, Instant};

/// Rows, inner size and columns of the measured products; the fastest counts. The operands of the last lie in the first
/// and second cache.
const SHAPES: [[usize; 3]; 4] = [[848, 256, 1024], [848, 1024, 256], [1024, 1024, 1024], [96, 512, 96]];

/// Floating-point operations a second of all workers together, each with the median of its fastest shape. In bfloat16 the
/// operands are packed before.
pub fn peak(precision: Precision, workers: usize, time: Duration) -> f64 {
    on_all(workers, || SHAPES.map(|shape| of_shape(precision, shape, time)).into_iter().fold(0.0, f64::max))
        .into_iter()
        .sum()
}

fn of_shape(precision: Precision, [rows, inner, columns]: [usize; 3], time: Duration) -> f64 {
    let (left, right) = (vec![0.5; rows * inner], vec![0.25; inner * columns]);
    let (left, right) = (Matrix::new(&left, rows, inner), Matrix::new(&right, inner, columns));
    let (mut packed_left, mut packed_right) = (LeftOperand::default(), RightOperand::default());
    if precision == Precision::Bf16 {
        packed_left.pack(left);
        packed_right.pack(right);
    }
    let mut result = vec![0.0; rows * columns];
    let operations = 2.0 * (rows * inner * columns) as f64;
    let (begun, mut speeds) = (Instant::now(), Vec::new());
    while begun.elapsed() < time / SHAPES.len() as u32 {
        let before = Instant::now();
        match precision {
            Precision::F32 => matmul(&mut result, columns, WriteMode::Replace, 1.0, left, right),
            Precision::Bf16 => {
                product(&mut result, columns, WriteMode::Replace, 1.0, &packed_left, &packed_right);
            }
        }
        speeds.push(operations / before.elapsed().as_secs_f64());
    }
    speeds.sort_by(f64::total_cmp);
    speeds[speeds.len() / 2]
}
