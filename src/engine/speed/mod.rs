//! How fast this machine trains, and how close that is to its peak.
//!
//! Every worker trains a BERT-mini of its own on batches with the lengths of MRPC's pairs, all at the same time, as a
//! sweep does. The peak is the speed of matrix products in the same precision with every worker busy, the limit that of their
//! instructions on registers alone. Knows no store and no text.

mod limit;
mod measure;
mod peak;
mod workload;

use super::priority;
use std::sync::Barrier;
use std::thread;

/// Calls `measure` on all workers at once.
fn on_all<T: Send>(workers: usize, measure: impl Fn() -> T + Sync) -> Vec<T> {
    let (barrier, measure) = (&Barrier::new(workers), &measure);
    thread::scope(|scope| {
        let one = move || {
            priority::lower();
            barrier.wait();
            measure()
        };
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(one)).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    })
}

pub use measure::{BatchSizeSpeed, Measurement, Speed, StepPart, measure};
