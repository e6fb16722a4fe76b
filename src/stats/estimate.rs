//! A mean with its uncertainty.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// A closed interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    pub fn holds(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// Mean and spread of independent values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub mean: f64,
    /// standard deviation with n - 1 in the denominator; one value has none
    pub sd: Option<f64>,
    pub n: usize,
}

impl Estimate {
    /// `None` without values.
    pub fn of(values: &[f64]) -> Option<Self> {
        let (n, mean) = (values.len(), mean(values)?);
        let sd = (n > 1).then(|| (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1) as f64).sqrt());
        Some(Self { mean, sd, n })
    }

    /// With at least this standard deviation.
    pub fn at_least(self, floor: f64) -> Self {
        Self { sd: self.sd.map(|sd| sd.max(floor)), ..self }
    }

    /// The same where its values differ. Where all tie and nothing is known of the grid that they lie on, there is no
    /// telling how sure their mean is.
    pub(super) fn with_spread(self) -> Option<Self> {
        self.sd.is_some_and(|sd| sd > 0.0).then_some(self)
    }

    /// Student's interval: mean ± t(1 - alpha/2, n - 1) sd / √n (Student 1908; Montgomery, Design and Analysis of
    /// Experiments, 2.4). `None` for fewer than two values.
    pub fn interval(&self, alpha: f64) -> Option<Interval> {
        let half = upper_t(alpha / 2.0, self.n)? * self.standard_error()?;
        Some(Interval { low: self.mean - half, high: self.mean + half })
    }

    /// Two-sided p-value of Student's test that the true mean is 0.
    pub fn p_value(&self) -> Option<f64> {
        let error = self.standard_error()?;
        if error == 0.0 {
            return Some(if self.mean == 0.0 { 1.0 } else { 0.0 });
        }
        two_sided_p(self.mean / error, (self.n - 1) as f64)
    }

    fn standard_error(&self) -> Option<f64> {
        Some(self.sd? / (self.n as f64).sqrt())
    }
}

/// The probability that Student's t is further from 0 than this.
pub(super) fn two_sided_p(t: f64, freedom: f64) -> Option<f64> {
    let student = StudentsT::new(0.0, 1.0, freedom).ok()?;
    Some((2.0 * student.sf(t.abs())).min(1.0))
}

/// Summed as distances from the first value, so that the mean of equal values is that value to the last bit.
pub(super) fn mean(values: &[f64]) -> Option<f64> {
    let first = values.first()?;
    Some(first + values.iter().map(|x| x - first).sum::<f64>() / values.len() as f64)
}

/// The value that Student's t of n - 1 degrees of freedom exceeds with this probability, which is below 1/2.
pub(super) fn upper_t(probability: f64, n: usize) -> Option<f64> {
    upper_t_of(probability, n.checked_sub(1)? as f64)
}

/// The same of any degrees of freedom from 1.
pub(super) fn upper_t_of(probability: f64, freedom: f64) -> Option<f64> {
    if freedom.is_nan() || freedom < 1.0 || !(probability > 0.0 && probability < 0.5) {
        return None;
    }
    let student = StudentsT::new(0.0, 1.0, freedom).ok()?;
    // from the lower tail, where a small probability keeps its digits
    Some(-student.inverse_cdf(probability)).filter(|t| t.is_finite())
}
