//! The level of repeated tests of growing data, from the error that each look may spend.

use statrs::distribution::{Continuous, ContinuousCDF, Normal};

/// Points of the grid on which the density between two looks is known; odd, for Simpson's rule.
const POINTS: usize = 81;
/// No bound lies further out than this many standard errors.
const FURTHEST: f64 = 40.0;

/// One look at the data so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// instances, more than at the step before
    pub instances: usize,
    /// the probability, where nothing is there, that this step is the first to show something
    pub spent: f64,
}

/// The two-sided level of the test at the last step.
///
/// Two looks share instances, so their test statistics are correlated, and what the second may spend allows a level
/// above that. With Z_k √n_k a sum of independent normal increments, the probability of leaving the bounds at step k for
/// the first time follows by integrating over the values inside the bounds of the steps before (Armitage, McPherson, Rowe
/// 1969; Lan and DeMets 1983). The level is then used with Student's quantiles, which is accurate for few instances too
/// (Jennison and Turnbull, Group Sequential Methods, 2000, 3.8); confidence intervals at these levels hold together over
/// all steps (Jennison and Turnbull 1989, repeated confidence intervals).
pub fn level(steps: &[Step]) -> f64 {
    let normal = Normal::standard();
    // values of √n Z inside all bounds so far, with their probabilities
    let mut inside = vec![(0.0, 1.0)];
    let (mut before, mut level) = (0.0, 0.0);
    for (number, step) in steps.iter().enumerate() {
        let n = step.instances.max(1) as f64;
        let sd = (n - before).max(1.0).sqrt();
        let sum = |of: &dyn Fn(f64) -> f64| -> f64 {
            inside.iter().map(|(at, probability): &(f64, f64)| probability * of(*at)).sum()
        };
        let excess = |bound: f64| sum(&|at| normal.sf((bound - at) / sd) + normal.sf((bound + at) / sd)) - step.spent;
        let slope = |bound: f64| sum(&|at| normal.pdf((bound - at) / sd) + normal.pdf((bound + at) / sd)) / sd;
        let (mut low, mut high) = (0.0, FURTHEST * n.sqrt());
        let mut bound = 2.0 * n.sqrt();
        // Newton's method, bisecting where it would leave what is known
        for _ in 0..100 {
            let excess = excess(bound);
            if excess > 0.0 {
                low = bound;
            } else {
                high = bound;
            }
            let next = bound + excess / slope(bound);
            let next = if low < next && next < high { next } else { 0.5 * (low + high) };
            let moved = (next - bound).abs();
            bound = next;
            if moved < 1e-10 * n.sqrt() {
                break;
            }
        }
        level = 2.0 * normal.sf(bound / n.sqrt());
        if number + 1 == steps.len() {
            break;
        }
        let spacing = 2.0 * bound / (POINTS - 1) as f64;
        let density = |x: f64| sum(&|at| normal.pdf((x - at) / sd)) / sd;
        let point = |place: usize| {
            let simpson = match place {
                0 => 1.0,
                _ if place == POINTS - 1 => 1.0,
                _ => 2.0 + 2.0 * (place % 2) as f64,
            };
            let x = spacing * place as f64 - bound;
            (x, simpson * spacing / 3.0 * density(x))
        };
        inside = (0..POINTS).map(point).collect();
        before = n;
    }
    level
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(steps: &[(usize, f64)]) -> Vec<f64> {
        let steps: Vec<Step> = steps.iter().map(|&(instances, spent)| Step { instances, spent }).collect();
        (1..=steps.len()).map(|k| level(&steps[..k])).collect()
    }

    #[test]
    fn the_first_look_is_a_plain_test() {
        assert!((levels(&[(5, 0.025)])[0] - 0.025).abs() < 1e-9);
    }

    /// Pocock's bounds for equal groups at 5 % (Jennison and Turnbull 2000, table 2.1: 2.178 for two looks, 2.289 for
    /// three) are found again from what they spend.
    #[test]
    fn known_bounds_are_found_again() {
        let normal = Normal::standard();
        let pocock = 2.0 * normal.sf(2.178);
        let second = levels(&[(10, pocock), (20, 0.05 - pocock)])[1];
        assert!((second - pocock).abs() < 2e-4, "{second} is not {pocock}");
        let pocock = 2.0 * normal.sf(2.289);
        // what two looks at this level spend together: the second's share is found by bisection
        let (mut low, mut high) = (0.0, pocock);
        for _ in 0..40 {
            let middle = 0.5 * (low + high);
            if levels(&[(10, pocock), (20, middle)])[1] < pocock { low = middle } else { high = middle }
        }
        let third = levels(&[(10, pocock), (20, low), (30, 0.05 - pocock - low)])[2];
        assert!((third - pocock).abs() < 3e-4, "{third} is not {pocock}");
    }

    #[test]
    fn correlated_looks_get_more_than_they_spend() {
        let levels = levels(&[(5, 0.025), (10, 0.0125), (20, 0.00625), (40, 0.003125)]);
        for (level, spent) in levels.iter().zip([0.025, 0.0125, 0.00625, 0.003125]).skip(1) {
            assert!(*level > 1.3 * spent && *level < 0.025, "{levels:?}");
        }
    }
}
