//! The interval of a ratio of two means.

use super::estimate::{Interval, mean, upper_t_of};

/// All ratios that the data do not exclude. The set is unbounded where the denominator may be 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RatioInterval {
    Bounded(Interval),
    /// everything but the open interval
    Complement(Interval),
    /// every ratio
    Line,
}

impl RatioInterval {
    pub fn bounded(self) -> Option<Interval> {
        match self {
            RatioInterval::Bounded(interval) => Some(interval),
            RatioInterval::Complement(_) | RatioInterval::Line => None,
        }
    }

    pub fn holds(self, ratio: f64) -> bool {
        match self {
            RatioInterval::Bounded(interval) => interval.holds(ratio),
            RatioInterval::Complement(gap) => ratio <= gap.low || ratio >= gap.high,
            RatioInterval::Line => true,
        }
    }
}

/// Fieller's interval of mean(numerators) / mean(denominators) from pairs.
///
/// A ratio θ is not excluded where Student's test does not reject that numerator - θ denominator has mean 0, which is a
/// quadratic inequality in θ (Fieller 1954, "Some problems in interval estimation", J. R. Stat. Soc. B 16, section 3;
/// paired form in Franz 2007, "Ratios: a short guide to confidence limits", section 2). Exact for normal pairs, however
/// they are correlated.
pub fn ratio_interval(numerators: &[f64], denominators: &[f64], alpha: f64) -> RatioInterval {
    Ratio::of(numerators, denominators).map_or(RatioInterval::Line, |ratio| ratio.interval(alpha))
}

/// Variances and the covariance of numerator and denominator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Covariances {
    pub top: f64,
    pub bottom: f64,
    pub both: f64,
}

impl Covariances {
    /// The variance of numerator - θ denominator.
    fn at(self, ratio: f64) -> f64 {
        (self.top - 2.0 * ratio * self.both + ratio * ratio * self.bottom).max(0.0)
    }
}

/// A ratio of two means from pairs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ratio {
    top: f64,
    bottom: f64,
    n: f64,
    /// degrees of freedom
    freedom: f64,
    spread: Covariances,
    /// the least variance of numerator - θ denominator, whatever the sample says
    floor: Option<Covariances>,
}

impl Ratio {
    /// `None` for fewer than two pairs.
    pub fn of(numerators: &[f64], denominators: &[f64]) -> Option<Self> {
        let n = numerators.len().min(denominators.len());
        let (numerators, denominators) = (&numerators[..n], &denominators[..n]);
        let (top, bottom) = (mean(numerators)?, mean(denominators)?);
        if n < 2 {
            return None;
        }
        let covariance = |a: &[f64], a_mean: f64, b: &[f64], b_mean: f64| {
            a.iter().zip(b).map(|(a, b)| (a - a_mean) * (b - b_mean)).sum::<f64>() / (n - 1) as f64
        };
        let spread = Covariances {
            top: covariance(numerators, top, numerators, top),
            bottom: covariance(denominators, bottom, denominators, bottom),
            both: covariance(numerators, top, denominators, bottom),
        };
        Some(Self { top, bottom, n: n as f64, freedom: (n - 1) as f64, spread, floor: None })
    }

    /// Of two means whose own variances and covariance are known.
    pub fn of_means(top: f64, bottom: f64, spread: Covariances, freedom: f64) -> Self {
        Self { top, bottom, n: 1.0, freedom, spread, floor: None }
    }

    pub fn with_floor(self, floor: Covariances) -> Self {
        Self { floor: Some(floor), ..self }
    }

    /// The larger of two variances excludes a ratio only where both do: the set is the union of two.
    pub fn interval(&self, alpha: f64) -> RatioInterval {
        let sample = self.set(self.spread, alpha);
        let Some(floor) = self.floor else { return sample };
        match (sample, self.set(floor, alpha)) {
            // both hold the ratio of the means, so that no gap is between them
            (RatioInterval::Bounded(a), RatioInterval::Bounded(b)) => {
                RatioInterval::Bounded(Interval { low: a.low.min(b.low), high: a.high.max(b.high) })
            }
            _ => RatioInterval::Line,
        }
    }

    /// How many standard errors the ratio lies above this one; negative below.
    pub fn t_above(&self, ratio: f64) -> f64 {
        let floor = self.floor.map_or(0.0, |floor| floor.at(ratio));
        let error = (self.spread.at(ratio).max(floor) / self.n).sqrt();
        // the sign of the denominator, which a claim needs to be sure
        (self.top - ratio * self.bottom) * self.bottom.signum() / error
    }

    pub fn freedom(&self) -> f64 {
        self.freedom
    }

    fn set(&self, spread: Covariances, alpha: f64) -> RatioInterval {
        let Some(t) = upper_t_of(alpha / 2.0, self.freedom) else { return RatioInterval::Line };
        let (top, bottom) = (self.top, self.bottom);
        // (top - θ bottom)² <= k (spread.top - 2 θ spread.both + θ² spread.bottom)
        let k = t * t / self.n;
        let square = bottom * bottom - k * spread.bottom;
        let linear = top * bottom - k * spread.both;
        // linear² - square * constant, without the terms that cancel
        let without = top * top * spread.bottom - 2.0 * top * bottom * spread.both + bottom * bottom * spread.top;
        let discriminant = k * (without - k * (spread.top * spread.bottom - spread.both * spread.both));
        let ends = |root: f64| {
            let (a, b) = ((linear - root) / square, (linear + root) / square);
            Interval { low: a.min(b), high: a.max(b) }
        };
        if square > 0.0 {
            // the discriminant can be negative here by rounding only
            RatioInterval::Bounded(ends(discriminant.max(0.0).sqrt()))
        } else if square < 0.0 && discriminant > 0.0 {
            RatioInterval::Complement(ends(discriminant.sqrt()))
        } else {
            RatioInterval::Line
        }
    }
}
