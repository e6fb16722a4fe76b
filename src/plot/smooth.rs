//! Exponential smoothing without the pull towards 0 of its beginning (Kingma, Ba 2015, section 3).

/// The weighted mean of all values so far; the newest has weight `share` in the long run.
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

    /// A value that is not finite stays as it is, and does not count.
    pub fn add(&mut self, value: f64) -> f64 {
        if !value.is_finite() {
            return value;
        }
        self.sum = self.keep * self.sum + (1.0 - self.keep) * value;
        self.weight = self.keep * self.weight + (1.0 - self.keep);
        self.sum / self.weight
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_stays_and_the_first_value_is_kept() {
        let mut smoother = Smoother::new(0.01);
        assert!((0..50).all(|_| (smoother.add(3.0) - 3.0).abs() < 1e-12));
        let mut smoother = Smoother::new(0.5);
        assert_eq!(smoother.add(1.0), 1.0);
        assert!(smoother.add(f64::NAN).is_nan());
        assert!((smoother.add(0.0) - 1.0 / 3.0).abs() < 1e-12);
    }
}
