//! Exponential smoothing without the pull towards 0 of its beginning (Kingma, Ba 2015, section 3).

/// The weighted mean of all values so far; that of one more update has weight `share` in the long run.
#[derive(Clone, Debug)]
pub struct Smoother {
    keep: f64,
    sum: f64,
    weight: f64,
}

impl Smoother {
    pub fn new(share: f64) -> Self {
        Self { keep: 1.0 - share.clamp(0.0, 1.0), sum: 0.0, weight: 0.0 }
    }

    /// Adds the value of so many updates. One that is not finite stays as it is, and does not count.
    pub fn add(&mut self, value: f64, updates: u64) -> f64 {
        if !value.is_finite() {
            return value;
        }
        let keep = self.keep.powi(updates.try_into().unwrap_or(i32::MAX));
        self.sum = keep * self.sum + (1.0 - keep) * value;
        self.weight = keep * self.weight + (1.0 - keep);
        self.sum / self.weight
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_stays_and_the_first_value_is_kept() {
        let mut smoother = Smoother::new(0.01);
        assert!((0..50).all(|_| (smoother.add(3.0, 1) - 3.0).abs() < 1e-12));
        let mut smoother = Smoother::new(0.5);
        assert_eq!(smoother.add(1.0, 1), 1.0);
        assert!(smoother.add(f64::NAN, 1).is_nan());
        assert!((smoother.add(0.0, 1) - 1.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_value_of_several_updates_counts_as_if_each_had_it() {
        let (mut rarely, mut often) = (Smoother::new(0.1), Smoother::new(0.1));
        for value in [1.0, 0.0, 4.0] {
            let each = (0..5).fold(f64::NAN, |_, _| often.add(value, 1));
            assert!((rarely.add(value, 5) - each).abs() < 1e-12);
        }
    }
}
