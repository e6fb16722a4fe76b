//! Means over instances and validation examples at once: what would be seen with other seeds and other examples.

use super::estimate::{Interval, upper_t_of};
use super::fieller::{Covariances, Ratio, RatioInterval};
use super::outcomes::Outcomes;

/// A contrast over the batch sizes of each instance and example, of 1 for right and 0 for wrong: its mean is that of the
/// accuracies.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CrossedTable {
    /// \[instance\]\[example\]
    rows: Vec<Vec<f64>>,
    by_instance: Vec<f64>,
    by_example: Vec<f64>,
    mean: f64,
}

/// An interval over instances and examples together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OverExamples {
    pub interval: Interval,
    pub examples: usize,
    /// standard error of the mean over both
    pub error: f64,
}

/// What two tables, or one with itself, share: mean products of the deviations of instances, of examples, and of both.
#[derive(Clone, Copy)]
struct Components {
    instances: f64,
    examples: f64,
    rest: f64,
}

impl CrossedTable {
    /// Nothing unless the right examples of each of these instances are known at every batch size.
    pub fn of(outcomes: &Outcomes, instances: &[u32], batch_sizes: &[u32], weights: &[f64]) -> Option<Self> {
        let row = |iid: &u32| -> Option<Vec<f64>> {
            let marks: Option<Vec<&[bool]>> = batch_sizes.iter().map(|size| outcomes.marks(*size, *iid)).collect();
            let marks = marks?;
            let examples = marks.first()?.len();
            if marks.iter().any(|marks| marks.len() != examples) {
                return None;
            }
            let mut row = vec![0.0; examples];
            for (weight, marks) in weights.iter().zip(marks) {
                row.iter_mut().zip(marks).for_each(|(sum, right)| *sum += if *right { *weight } else { 0.0 });
            }
            Some(row)
        };
        Self::from_rows(instances.iter().map(row).collect::<Option<_>>()?)
    }

    fn from_rows(rows: Vec<Vec<f64>>) -> Option<Self> {
        let (n, examples) = (rows.len(), rows.first()?.len());
        if n < 2 || examples < 2 || rows.iter().any(|row| row.len() != examples) {
            return None;
        }
        let by_instance: Vec<f64> = rows.iter().map(|row| row.iter().sum::<f64>() / examples as f64).collect();
        let by_example = (0..examples).map(|place| rows.iter().map(|row| row[place]).sum::<f64>() / n as f64).collect();
        let mean = by_instance.iter().sum::<f64>() / n as f64;
        Some(Self { rows, by_instance, by_example, mean })
    }

    /// This minus the other, instance by instance and example by example.
    pub fn minus(&self, other: &CrossedTable) -> Option<Self> {
        let rows = self.rows.iter().zip(&other.rows);
        let difference = |(a, b): (&Vec<f64>, &Vec<f64>)| -> Option<Vec<f64>> {
            (a.len() == b.len()).then(|| a.iter().zip(b).map(|(a, b)| a - b).collect())
        };
        Self::from_rows(rows.map(difference).collect::<Option<_>>()?)
    }

    fn n(&self) -> f64 {
        self.rows.len() as f64
    }

    fn examples(&self) -> f64 {
        self.by_example.len() as f64
    }

    fn components(&self, other: &CrossedTable) -> Components {
        let (n, examples) = (self.n(), self.examples());
        let product =
            |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| (a - self.mean) * (b - other.mean)).sum() };
        let mut rest = 0.0;
        for (number, (a, b)) in self.rows.iter().zip(&other.rows).enumerate() {
            let of_instance = (self.by_instance[number] - self.mean, other.by_instance[number] - other.mean);
            for (place, (a, b)) in a.iter().zip(b).enumerate() {
                rest += (a - self.by_example[place] - of_instance.0) * (b - other.by_example[place] - of_instance.1);
            }
        }
        Components {
            instances: product(&self.by_instance, &other.by_instance) / (n - 1.0),
            examples: product(&self.by_example, &other.by_example) / (examples - 1.0),
            rest: rest / ((n - 1.0) * (examples - 1.0)),
        }
    }

    /// The covariance of the two means, instances and examples both drawn anew, or instances alone.
    ///
    /// In the model of crossed random effects the variance of a mean is σ²_I / n + σ²_E / e + σ²_R / (n e). The mean
    /// square of instances over n has the first and the last, that of examples over e the second and the last, so the last
    /// is taken off once (Searle, Casella, McCulloch 1992, Variance Components, 4.3; for this use Owen and Eckles 2012,
    /// "Bootstrapping data arrays of arbitrary order").
    fn covariance(&self, other: &CrossedTable, of_examples: bool) -> f64 {
        let Components { instances, examples, rest } = self.components(other);
        let of_both = examples / self.examples() - rest / (self.n() * self.examples());
        instances / self.n() + if of_examples { of_both } else { 0.0 }
    }

    /// Whether examples add to the variance that instances show; by chance they may seem to take from it.
    fn has_examples(&self) -> bool {
        self.covariance(self, true) > self.covariance(self, false)
    }

    /// The variance of the mean, at least that over instances alone, with its degrees of freedom (Satterthwaite 1946).
    fn variance(&self) -> (f64, f64) {
        let (n, examples) = (self.n(), self.examples());
        let Components { instances, examples: of_examples, rest } = self.components(self);
        let parts = [
            (instances / n, n - 1.0),
            (of_examples / examples, examples - 1.0),
            (-rest / (n * examples), (n - 1.0) * (examples - 1.0)),
        ];
        let variance: f64 = parts.iter().map(|(part, _)| part).sum();
        let spread: f64 = parts.iter().map(|(part, freedom)| part * part / freedom).sum();
        if variance <= parts[0].0 || spread <= 0.0 {
            return (parts[0].0, n - 1.0);
        }
        (variance, (variance * variance / spread).max(1.0))
    }

    /// Of the mean. Nothing where all tie.
    pub fn interval(&self, alpha: f64) -> Option<OverExamples> {
        let (variance, freedom) = self.variance();
        let error = variance.sqrt();
        let half = upper_t_of(alpha / 2.0, freedom)? * error;
        let interval = Interval { low: self.mean - half, high: self.mean + half };
        (error > 0.0).then_some(OverExamples { interval, examples: self.by_example.len(), error })
    }

    /// Of the ratio of this mean to another, by Fieller's method.
    pub fn ratio_interval(&self, bottom: &CrossedTable, alpha: f64) -> RatioInterval {
        // one rule for all three, or they would not be those of any pair of means
        let of_examples = self.has_examples() && bottom.has_examples();
        let spread = Covariances {
            top: self.covariance(self, of_examples),
            bottom: bottom.covariance(bottom, of_examples),
            both: self.covariance(bottom, of_examples),
        };
        // where the ratio is, numerator - ratio · denominator has mean 0: its freedom is that of the test
        let ratio = self.mean / bottom.mean;
        let rows = self.rows.iter().zip(&bottom.rows);
        let rows = rows.map(|(a, b)| a.iter().zip(b).map(|(a, b)| a - ratio * b).collect()).collect();
        let Some((_, freedom)) = Self::from_rows(rows).map(|table| table.variance()) else {
            return RatioInterval::Line;
        };
        Ratio::of_means(self.mean, bottom.mean, spread, freedom).interval(alpha)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variance_of_a_mean_is_that_of_two_way_analysis() {
        // instances differ by 2, examples by 1, and nothing is left
        let rows = vec![vec![0.0, 1.0, 2.0], vec![2.0, 3.0, 4.0]];
        let table = CrossedTable::from_rows(rows).unwrap();
        let Components { instances, examples, rest } = table.components(&table);
        assert!((instances - 2.0).abs() < 1e-12 && (examples - 1.0).abs() < 1e-12 && rest.abs() < 1e-12);
        assert!((table.variance().0 - (1.0 + 1.0 / 3.0)).abs() < 1e-12);
    }

    #[test]
    fn a_share_over_examples_holds_the_ratio_of_the_means() {
        let row =
            |shift: usize| -> Vec<f64> { (0..40).map(|k| f64::from((k * 7 + shift as i32 * 3) % 11) / 10.0).collect() };
        let bottom = CrossedTable::from_rows((0..5).map(row).collect()).unwrap();
        let half =
            CrossedTable::from_rows(bottom.rows.iter().map(|row| row.iter().map(|x| x / 2.0).collect()).collect())
                .unwrap();
        let interval = half.ratio_interval(&bottom, 0.05).bounded().unwrap();
        assert!((interval.low - 0.5).abs() < 1e-6 && (interval.high - 0.5).abs() < 1e-6, "{interval:?}");
    }
}
