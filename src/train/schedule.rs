//! The learning rate of every update: linear warm-up, then linear to 0.

/// Updates are counted from 0: the first has rate 0 when there is a warm-up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearSchedule {
    peak: f64,
    warmup: u64,
    updates: u64,
}

impl LinearSchedule {
    /// Warms up over the first `floor(warmup_ratio * updates)` updates.
    pub fn new(peak: f64, warmup_ratio: f64, updates: u64) -> Self {
        Self { peak, warmup: (warmup_ratio * updates as f64).floor() as u64, updates }
    }

    /// The rate of the update that comes when `done` updates are done.
    pub fn rate(&self, done: u64) -> f64 {
        if done < self.warmup {
            self.peak * done as f64 / self.warmup as f64
        } else if done < self.updates {
            self.peak * (self.updates - done) as f64 / (self.updates - self.warmup) as f64
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_rises_to_its_peak_and_falls_towards_zero() {
        let schedule = LinearSchedule::new(2e-3, 0.3, 10);
        let rates: Vec<f64> = (0..11).map(|done| schedule.rate(done)).collect();
        assert_eq!(rates[0], 0.0);
        assert_eq!(rates[3], 2e-3);
        assert!((rates[1] - 2e-3 / 3.0).abs() < 1e-12);
        assert!((rates[9] - 2e-3 / 7.0).abs() < 1e-12);
        assert_eq!(rates[10], 0.0);
    }

    #[test]
    fn without_warm_up_the_first_update_has_the_peak() {
        assert_eq!(LinearSchedule::new(1e-4, 0.0, 5).rate(0), 1e-4);
        assert_eq!(LinearSchedule::new(1e-4, 0.1, 5).rate(0), 1e-4);
    }
}
