//! Whether an arm can say anything: one that does not learn, or learns all there is, has no slope to speak of.

use super::estimate::Estimate;

/// Why an arm says nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Silence {
    /// at this batch size its lift over the majority class is less than half the baseline's
    DoesNotLearn { batch_size: u32 },
    /// at this batch size nearly everything is right, so that differences no longer show
    Ceiling { batch_size: u32 },
}

/// The share of the baseline's lift that an arm must have in every cell.
const LEAST_LIFT: f64 = 0.5;
/// No cell this close to 1 shows differences.
const LEAST_ROOM: f64 = 0.01;

/// The first batch size at which the arm says nothing, if there is one. Cells are in the order of the batch sizes.
///
/// The ceiling is where fewer than two standard deviations of the cell's own instances fit below 1: there their spread is
/// cut off, and with it the differences between batch sizes.
pub fn silence(batch_sizes: &[u32], baseline: &[Estimate], arm: &[Estimate], majority: f64) -> Option<Silence> {
    let room = |cell: &Estimate| cell.sd.map_or(LEAST_ROOM, |sd| (2.0 * sd).max(LEAST_ROOM));
    let cells = || batch_sizes.iter().zip(baseline.iter().zip(arm));
    // below the majority class is no lift, not a negative one
    let lift = |cell: &Estimate| (cell.mean - majority).max(0.0);
    let dull = cells().find(|(_, (baseline, arm))| lift(arm) < LEAST_LIFT * lift(baseline));
    let full = cells().find(|(_, (_, arm))| 1.0 - arm.mean < room(arm));
    match (dull, full) {
        (Some((&batch_size, _)), _) => Some(Silence::DoesNotLearn { batch_size }),
        (None, Some((&batch_size, _))) => Some(Silence::Ceiling { batch_size }),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With few updates and a classifier drawn as wide as BERT's, instances of a baseline once differed by 14 points at
    /// batch size 64. With that spread, 75 % was a ceiling for whatever arm.
    #[test]
    fn a_noisy_baseline_is_no_ceiling_for_an_arm() {
        let cell = |mean, sd| Estimate { mean, sd: Some(sd), n: 10 };
        let (sizes, baseline) = ([2, 64], [cell(0.83, 0.008), cell(0.71, 0.14)]);
        let silent = |arm: [f64; 2]| silence(&sizes, &baseline, &arm.map(|mean| cell(mean, 0.01)), 0.677);
        assert_eq!(silent([0.866, 0.754]), None);
        assert_eq!(silent([0.985, 0.754]), Some(Silence::Ceiling { batch_size: 2 }));
        assert_eq!(silent([0.866, 0.992]), Some(Silence::Ceiling { batch_size: 64 }));
    }
}
