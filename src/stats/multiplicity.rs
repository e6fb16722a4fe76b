//! Several questions, several looks: how much error each may have.

/// The chance of any wrong verdict, over all causes and all looks.
pub const ALPHA: f64 = 0.05;

/// What look k, from 1, may spend: ALPHA / 2^k, so that all looks together spend less than ALPHA (the sum of a
/// geometric series; an alpha-spending plan in the sense of Lan and DeMets 1983, combined by Bonferroni's inequality).
pub fn alpha_of_look(look: u32) -> f64 {
    // beyond the 40th look a t quantile is no longer a number of any use
    ALPHA / 2f64.powi(look.clamp(1, 40) as i32)
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
