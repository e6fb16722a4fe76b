//! Whether an arm is informative: one that does not learn, or is at the ceiling, has no meaningful slope.

use super::estimate::Estimate;
use super::power::binomial_error;

/// Why an arm is untestable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Untestable {
    /// the baseline is nowhere better than the largest class
    Baseline,
    /// at this batch size its lift over the majority class is less than half the baseline's
    DoesNotLearn { batch_size: u32 },
    /// at this batch size nearly everything is correct, so that differences cannot show
    Ceiling { batch_size: u32 },
}

/// The share of the baseline's lift that an arm must reach in every cell.
const LEAST_LIFT: f64 = 0.5;
/// What the best batch size of a baseline that learns is above the largest class, however many examples tell.
const LEAST_LIFT_OF_BASELINE: f64 = 0.01;
/// No cell this close to 1 shows differences.
const LEAST_ROOM: f64 = 0.01;

/// Whether the baseline learns: at some batch size its mean accuracy is above the largest class's by at least the standard
/// error of one accuracy, and by a point.
pub fn learns(cells: &[Estimate], majority: f64, examples: Option<u32>) -> bool {
    let error = examples.map_or(0.0, |examples| binomial_error(majority, examples));
    let best = cells.iter().map(|cell| cell.mean).fold(0.0, f64::max);
    best - majority >= error.max(LEAST_LIFT_OF_BASELINE)
}

/// Why the arm is untestable, at the first such batch size. Cells are in the order of the batch sizes.
///
/// A cell is at the ceiling if fewer than two standard deviations of its own instances fit below 1, which truncates their
/// spread and the differences between batch sizes.
pub fn untestable(batch_sizes: &[u32], baseline: &[Estimate], arm: &[Estimate], majority: f64) -> Option<Untestable> {
    let room = |cell: &Estimate| cell.sd.map_or(LEAST_ROOM, |sd| (2.0 * sd).max(LEAST_ROOM));
    let cells = || batch_sizes.iter().zip(baseline.iter().zip(arm));
    // an accuracy below the majority class counts as no lift
    let lift = |cell: &Estimate| (cell.mean - majority).max(0.0);
    let dull = cells().find(|(_, (baseline, arm))| lift(arm) < LEAST_LIFT * lift(baseline));
    let full = cells().find(|(_, (_, arm))| 1.0 - arm.mean < room(arm));
    match (dull, full) {
        (Some((&batch_size, _)), _) => Some(Untestable::DoesNotLearn { batch_size }),
        (None, Some((&batch_size, _))) => Some(Untestable::Ceiling { batch_size }),
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
        let found = |arm: [f64; 2]| untestable(&sizes, &baseline, &arm.map(|mean| cell(mean, 0.01)), 0.677);
        assert_eq!(found([0.866, 0.754]), None);
        assert_eq!(found([0.985, 0.754]), Some(Untestable::Ceiling { batch_size: 2 }));
        assert_eq!(found([0.866, 0.992]), Some(Untestable::Ceiling { batch_size: 64 }));
    }
}
