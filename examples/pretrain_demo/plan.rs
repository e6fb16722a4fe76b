//! How long is trained, and at which rate: up in a straight line, level, and over the last fifth down to 0. A plan may
//! grow for as long as the rate has not begun to fall.

use serde::{Deserialize, Serialize};

/// Updates until the peak is reached.
const WARMUP: u64 = 400;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub updates: u64,
    /// the peak
    pub learning_rate: f64,
    pub single_sentences: bool,
}

impl Plan {
    /// The rate of the update that comes when `done` updates are done.
    pub fn rate(&self, done: u64) -> f64 {
        let rising = (done + 1) as f64 / WARMUP as f64;
        let falling = self.updates.saturating_sub(done) as f64 / (self.updates - self.falls_from()).max(1) as f64;
        self.learning_rate * rising.min(falling).min(1.0)
    }

    /// Whether `done` updates by the other plan are the same as by this one.
    pub fn agrees(&self, other: &Self, done: u64) -> bool {
        let same = Self { updates: other.updates, ..*self } == *other;
        same && (self.updates == other.updates || done <= self.falls_from().min(other.falls_from()))
    }

    fn falls_from(&self) -> u64 {
        self.updates - self.updates / 5
    }
}
