//! The interval of a ratio of two means.

use super::estimate::{Interval, mean, upper_t};

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
    let n = numerators.len().min(denominators.len());
    let (numerators, denominators) = (&numerators[..n], &denominators[..n]);
    let (Some(top), Some(bottom), Some(t)) = (mean(numerators), mean(denominators), upper_t(alpha / 2.0, n)) else {
        return RatioInterval::Line;
    };
    let covariance = |a: &[f64], a_mean: f64, b: &[f64], b_mean: f64| {
        a.iter().zip(b).map(|(a, b)| (a - a_mean) * (b - b_mean)).sum::<f64>() / (n - 1) as f64
    };
    let top_variance = covariance(numerators, top, numerators, top);
    let bottom_variance = covariance(denominators, bottom, denominators, bottom);
    let both = covariance(numerators, top, denominators, bottom);
    // (top - θ bottom)² <= k (top_variance - 2 θ both + θ² bottom_variance)
    let k = t * t / n as f64;
    let square = bottom * bottom - k * bottom_variance;
    let linear = top * bottom - k * both;
    // linear² - square * constant, without the terms that cancel
    let spread = top * top * bottom_variance - 2.0 * top * bottom * both + bottom * bottom * top_variance;
    let discriminant = k * (spread - k * (top_variance * bottom_variance - both * both));
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
