//! The peak: matrix products that fit into the caches, on all workers at once.

use crate::model::fused::matmul::{Matrix, WriteMode, matmul};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// Rows, inner size and columns of the measured products; the fastest counts.
const SHAPES: [[usize; 3]; 3] = [[848, 256, 1024], [848, 1024, 256], [1024, 1024, 1024]];

/// Floating-point operations a second of all workers together, each with the median of its fastest shape.
pub fn peak(workers: usize, time: Duration) -> f64 {
    let barrier = &Barrier::new(workers);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(move || of_one(barrier, time))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(0.0)).sum()
    })
}

fn of_one(barrier: &Barrier, time: Duration) -> f64 {
    super::super::priority::lower();
    barrier.wait();
    let speeds = SHAPES.map(|[rows, inner, columns]| {
        let (left, right) = (vec![0.5; rows * inner], vec![0.25; inner * columns]);
        let mut result = vec![0.0; rows * columns];
        let operations = 2.0 * (rows * inner * columns) as f64;
        let (begun, mut speeds) = (Instant::now(), Vec::new());
        while begun.elapsed() < time / SHAPES.len() as u32 {
            let before = Instant::now();
            let (left, right) = (Matrix::new(&left, rows, inner), Matrix::new(&right, inner, columns));
            matmul(&mut result, columns, WriteMode::Replace, 1.0, left, right);
            speeds.push(operations / before.elapsed().as_secs_f64());
        }
        speeds.sort_by(f64::total_cmp);
        speeds[speeds.len() / 2]
    });
    speeds.into_iter().fold(0.0, f64::max)
}
