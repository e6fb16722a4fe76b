//! Speeds of a sweep by arm and batch size, and what they say of runs not yet measured.

use super::pace::{Timed, along};
use super::row::Row;
use std::collections::BTreeMap;

/// Updates after which a run's own pace says more than the mean of its cell.
const OWN: u64 = 10;

/// What is measured of one arm.
#[derive(Default)]
struct Measured {
    /// by the pairs of an update
    updates: BTreeMap<u32, Timed>,
    evaluations: Timed,
}

/// Batch sizes, ascending, with the seconds of an update at each.
type SpeedCurve = Vec<(f64, f64)>;

impl Measured {
    fn curve(&self) -> SpeedCurve {
        let mean = |(size, timed): (&u32, &Timed)| Some((f64::from(*size), timed.mean_alone()?));
        self.updates.iter().filter_map(mean).collect()
    }
}

/// Speeds of a sweep by arm and batch size, of runs with a core each: how many share one changes with the workers.
pub struct Speeds {
    /// of each arm, by its place: its speeds, and the seconds of an evaluation
    arms: Vec<(SpeedCurve, Option<f64>)>,
    /// of the arm that is known best
    longest: SpeedCurve,
    /// seconds of an evaluation, of all arms together
    evaluation: Option<f64>,
}

impl Speeds {
    /// From runs trained here, where there are any: another machine, or this one under another load, tells little.
    pub fn of(rows: &[Row]) -> Self {
        let here = Self::from(rows.iter().filter(|row| row.here));
        if here.longest.is_empty() { Self::from(rows.iter()) } else { here }
    }

    fn from<'r>(rows: impl Iterator<Item = &'r Row>) -> Self {
        let (mut arms, mut all_evaluations): (Vec<(&str, Measured)>, _) = (Vec::new(), Timed::default());
        for row in rows {
            if arms.len() <= row.arm {
                arms.resize_with(row.arm + 1, Default::default);
            }
            let (name, measured) = &mut arms[row.arm];
            *name = row.label.arm();
            if let Some(pairs) = row.label.pairs_per_update() {
                measured.updates.entry(pairs).or_default().join(row.pace.updates);
            }
            measured.evaluations.join(row.pace.evaluations);
            all_evaluations.join(row.pace.evaluations);
        }
        // of several that are known as well, the last by name
        let best =
            arms.iter().map(|(name, measured)| (measured.curve(), name)).max_by_key(|(c, name)| (c.len(), *name));
        let longest = best.map(|(curve, _)| curve).unwrap_or_default();
        let of_arm = |(_, measured): &(&str, Measured)| (measured.curve(), measured.evaluations.mean_alone());
        Self { arms: arms.iter().map(of_arm).collect(), longest, evaluation: all_evaluations.mean_alone() }
    }

    /// Seconds that these many updates and evaluations of the row's run take; nothing while no speed is known.
    pub fn seconds(&self, row: &Row, updates: u64, evaluations: u64) -> Option<f64> {
        let own = row.pace.updates.mean_alone().filter(|_| row.here && row.pace.updates.count >= OWN);
        let update = own.or_else(|| self.update(row.arm, row.label.pairs_per_update()?))?;
        let evaluation = row.pace.evaluations.mean_alone().or_else(|| self.evaluation(row.arm)).unwrap_or(0.0);
        Some(updates as f64 * update + evaluations as f64 * evaluation)
    }

    /// Seconds of a run of an arm of which nothing is measured.
    pub fn seconds_anew(&self, pairs_per_update: u32, updates: u64, evaluations: u64) -> Option<f64> {
        let update = along(&self.longest, pairs_per_update.into())?;
        Some(updates as f64 * update + evaluations as f64 * self.evaluation.unwrap_or(0.0))
    }

    /// Seconds of an update. An arm of which one batch size is measured has the shape of the arm that is known best.
    fn update(&self, arm: usize, pairs_per_update: u32) -> Option<f64> {
        let size = f64::from(pairs_per_update);
        match self.arms.get(arm).map_or(&[][..], |(curve, _)| curve) {
            [] => along(&self.longest, size),
            [(known, seconds)] => Some(seconds * along(&self.longest, size)? / along(&self.longest, *known)?),
            own => along(own, size),
        }
    }

    /// Batch sizes make no difference to an evaluation.
    fn evaluation(&self, arm: usize) -> Option<f64> {
        self.arms.get(arm).and_then(|(_, evaluation)| *evaluation).or(self.evaluation)
    }
}
