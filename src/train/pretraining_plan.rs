//! Length and learning rate of pre-training: linear warm-up, constant, then linear decay to 0 over the last fifth. A plan
//! may be extended until the rate begins to fall.

use serde::{Deserialize, Serialize};

/// Updates until the peak is reached, unless that is more than a tenth of all.
const WARMUP: u64 = 400;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PretrainingPlan {
    pub updates: u64,
    /// the peak
    pub learning_rate: f64,
    /// a description or digest of the text: plans with different texts differ
    pub reading: String,
}

impl PretrainingPlan {
    /// The rate of the update after `done` updates.
    pub fn rate(&self, done: u64) -> f64 {
        let rising = (done + 1) as f64 / self.warmup() as f64;
        let falling = self.updates.saturating_sub(done) as f64 / (self.updates - self.falls_from()).max(1) as f64;
        self.learning_rate * rising.min(falling).min(1.0)
    }

    /// Whether the first `done` updates of both plans are the same.
    pub fn agrees(&self, other: &Self, done: u64) -> bool {
        let same = Self { updates: other.updates, ..self.clone() } == *other && self.warmup() == other.warmup();
        same && (self.updates == other.updates || done <= self.falls_from().min(other.falls_from()))
    }

    fn warmup(&self) -> u64 {
        WARMUP.min(self.updates / 10).max(1)
    }

    fn falls_from(&self) -> u64 {
        self.updates - self.updates / 5
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(updates: u64) -> PretrainingPlan {
        PretrainingPlan { updates, learning_rate: 1e-3, reading: "pairs".into() }
    }

    #[test]
    fn the_rate_rises_stays_and_falls_to_nothing() {
        let plan = plan(10_000);
        let rates = [0, 199, 399, 5_000, 8_000, 9_000, 9_999, 10_000].map(|done| plan.rate(done));
        let expected = [2.5e-6, 5e-4, 1e-3, 1e-3, 1e-3, 5e-4, 5e-7, 0.0];
        assert!(rates.iter().zip(expected).all(|(rate, expected)| (rate - expected).abs() < 1e-12), "{rates:?}");
        assert_eq!(self::plan(20).rate(1), 1e-3, "a short one warms up in a tenth of its time");
    }

    #[test]
    fn a_plan_grows_until_its_rate_falls() {
        let longer = plan(20_000);
        assert!(longer.agrees(&plan(10_000), 8_000));
        assert!(!longer.agrees(&plan(10_000), 8_001));
        assert!((0..=8_000).all(|done| done == 8_000 || longer.rate(done) == plan(10_000).rate(done)));
        assert!(!longer.agrees(&PretrainingPlan { reading: "something else".into(), ..longer.clone() }, 1));
        assert!(!plan(2_000).agrees(&plan(1_000), 10), "they warm up at different speeds");
    }
}
