//! What the processor multiplies and adds a second with every operand in a register: no product of matrices is faster.

use super::on_all;
use crate::domain::choice::Precision;
use crate::model::fused::registers::multiply_add;
use std::time::{Duration, Instant};

/// Rounds between two looks at the clock: some 50 microseconds.
const ROUNDS: usize = 10_000;

/// Floating-point operations a second of all workers together; `None` where the instructions are not known.
pub fn limit(precision: Precision, workers: usize, time: Duration) -> Option<f64> {
    let fastest = on_all(workers, || {
        let (begun, mut fastest) = (Instant::now(), None);
        while begun.elapsed() < time {
            let before = Instant::now();
            let speed = multiply_add(precision, ROUNDS)? / before.elapsed().as_secs_f64();
            fastest = Some(speed.max(fastest.unwrap_or(0.0)));
        }
        fastest
    });
    fastest.into_iter().sum()
}
