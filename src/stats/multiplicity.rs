//! Multiple causes and repeated looks: the error that each may spend.

/// The chance of any wrong verdict, over all causes and all looks.
pub const ALPHA: f64 = 0.05;

/// What look k, from 1, may spend: ALPHA / 2^k, so that all looks together spend less than ALPHA (the sum of a
/// geometric series; an alpha-spending plan in the sense of Lan and DeMets 1983, combined by Bonferroni's inequality).
pub fn alpha_of_look(look: u32) -> f64 {
    // beyond the 40th look t quantiles are no longer meaningful
    ALPHA / 2f64.powi(look.clamp(1, 40) as i32)
}

/// The number of the look, from 1, at this many instances after the earlier looks. The same instances again are not a new
/// look.
pub fn look_number(earlier: &[usize], instances: usize) -> u32 {
    let mut seen: Vec<usize> = Vec::new();
    for look in earlier.iter().chain([&instances]) {
        if !seen.contains(look) {
            seen.push(*look);
        }
    }
    seen.iter().position(|look| *look == instances).map_or(1, |place| place as u32 + 1)
}

/// P-values adjusted for one another, in their order (Holm 1979, "A simple sequentially rejective multiple test
/// procedure", Scand. J. Stat. 6).
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let (mut adjusted, mut largest) = (vec![0.0; p_values.len()], 0.0f64);
    for (rank, place) in order.into_iter().enumerate() {
        largest = largest.max((p_values.len() - rank) as f64 * p_values[place]).min(1.0);
        adjusted[place] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_instances_is_another_look_and_looking_again_is_not() {
        assert_eq!(look_number(&[], 5), 1);
        assert_eq!(look_number(&[5], 5), 1);
        assert_eq!(look_number(&[5, 5], 10), 2);
        assert_eq!(look_number(&[5, 10, 20], 10), 2);
    }

    #[test]
    fn all_looks_together_spend_no_more_than_there_is() {
        assert_eq!(alpha_of_look(1), 0.025);
        assert!((1..=40).map(alpha_of_look).sum::<f64>() <= ALPHA);
    }
}
