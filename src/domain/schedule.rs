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

    /// The sum of the rates of the first updates: with Adam, about as far as a weight can have moved.
    pub fn sum(&self, done: u64) -> f64 {
        let (warmup, rest, slope) = self.parts(done);
        let rising = if warmup > 0.0 { warmup * (warmup - 1.0) / 2.0 / self.warmup as f64 } else { 0.0 };
        let falling = if rest > 0.0 { rest - slope * rest * (rest - 1.0) / 2.0 } else { 0.0 };
        self.peak * (rising + falling)
    }

    /// The sum of the squares of these rates: about how far noise has spread the weights.
    pub fn sum_of_squares(&self, done: u64) -> f64 {
        let squares = |count: f64| (count - 1.0) * count * (2.0 * count - 1.0) / 6.0; // of 0 to count - 1
        let (warmup, rest, slope) = self.parts(done);
        let rising = if warmup > 0.0 { squares(warmup) / (self.warmup as f64).powi(2) } else { 0.0 };
        let falling = if rest > 0.0 { rest - slope * rest * (rest - 1.0) + slope.powi(2) * squares(rest) } else { 0.0 };
        self.peak.powi(2) * (rising + falling)
    }

    /// Of the first updates, those of the warm-up and the others; and by how much each of the latter falls, against the peak.
    fn parts(&self, done: u64) -> (f64, f64, f64) {
        let done = done.min(self.updates);
        let warmup = done.min(self.warmup);
        let slope = 1.0 / (self.updates - self.warmup).max(1) as f64;
        (warmup as f64, (done - warmup) as f64, slope)
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
    fn sums_are_those_of_the_rates() {
        for (ratio, updates) in [(0.3, 10), (0.0, 7), (0.1, 25), (1.0, 6), (0.5, 1)] {
            let schedule = LinearSchedule::new(2e-3, ratio, updates);
            let (mut sum, mut squares) = (0.0, 0.0);
            for done in 0..updates + 3 {
                let (found, of_squares) = (schedule.sum(done), schedule.sum_of_squares(done));
                assert!((found - sum).abs() < 1e-12, "{ratio} {updates} {done}: {found} {sum}");
                assert!((of_squares - squares).abs() < 1e-12, "{ratio} {updates} {done}: {of_squares} {squares}");
                sum += schedule.rate(done);
                squares += schedule.rate(done).powi(2);
            }
        }
    }

    #[test]
    fn without_warm_up_the_first_update_has_the_peak() {
        assert_eq!(LinearSchedule::new(1e-4, 0.0, 5).rate(0), 1e-4);
        assert_eq!(LinearSchedule::new(1e-4, 0.1, 5).rate(0), 1e-4);
    }
}
