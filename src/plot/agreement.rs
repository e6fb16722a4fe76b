//! Over which x axis the batch sizes of an arm agree best.

use super::view::XAxis;
use crate::domain::metric::Metric;
use crate::domain::run_label::BatchSize;
use crate::domain::sweep::Row;
use crate::stats::distance_apart;
use std::collections::BTreeMap;

/// How far the mean curves of the batch sizes lie apart over each axis on which they can be compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    metric: Metric,
    apart: Vec<(XAxis, f64)>,
}

/// What the size of a batch changes. Epochs and fractions of training are pairs in other units.
const COMPARED: [XAxis; 4] = [XAxis::Pairs, XAxis::Updates, XAxis::SumOfRates, XAxis::SumOfSquaredRates];

impl Agreement {
    /// Of these runs of one arm; nothing for metrics of single batches, whose noise depends on the batch size, nor where
    /// there is nothing to compare.
    pub fn of<'r>(rows: impl IntoIterator<Item = &'r Row>, metric: Metric) -> Option<Self> {
        let mut cells: BTreeMap<BatchSize, Vec<&Row>> = BTreeMap::new();
        for row in rows {
            cells.entry(row.label.batch_size).or_default().push(row);
        }
        if !metric.is_of_validation() {
            return None;
        }
        let apart = |axis: XAxis| {
            let curves: Vec<_> =
                cells.values().map(|rows| mean(rows, axis, metric)).filter(|c| !c.is_empty()).collect();
            Some((axis, distance_apart(&curves)?))
        };
        // what some axes count is unknown of runs of other programs
        let is_known = |axis: &XAxis| axis.common(cells.values().flatten().copied()) == *axis;
        let apart: Vec<_> = COMPARED.into_iter().filter(is_known).filter_map(apart).collect();
        (apart.len() > 1).then_some(Self { metric, apart })
    }

    pub fn over(&self, axis: XAxis) -> Option<f64> {
        self.apart.iter().find(|(other, _)| *other == axis).map(|(_, distance)| *distance)
    }

    /// The axis over which they lie closest together.
    pub fn best(&self) -> XAxis {
        let best = self.apart.iter().min_by(|a, b| a.1.total_cmp(&b.1));
        best.map_or(XAxis::Pairs, |(axis, _)| *axis)
    }

    /// Seen on an axis: `batch sizes lie 3.1 points apart; closest over updates (0.8)`.
    pub fn words(&self, axis: XAxis) -> Option<String> {
        let apart = |distance: f64| match self.metric.is_fraction() {
            true => format!("{:.1} points", 100.0 * distance),
            false => format!("{distance:.3}"),
        };
        let (here, best) = (self.over(axis)?, self.best());
        let elsewhere = match best == axis {
            true => ", closer than over any other axis".into(),
            false => format!("; closest over {} ({})", best.label(), apart(self.over(best)?)),
        };
        Some(format!("over {} batch sizes lie {} apart{elsewhere}", axis.label(), apart(here)))
    }
}

/// The mean curve of a cell after the start, which training has not changed yet.
fn mean(rows: &[&Row], axis: XAxis, metric: Metric) -> Vec<(f64, f64)> {
    let count = rows.iter().map(|row| row.sample_count(metric)).max().unwrap_or(0);
    let of_place = |place: usize| {
        let samples = rows.iter().filter_map(|row| Some((axis, row, row.sample(metric, place)?)));
        let points = samples.filter(|(_, _, sample)| sample.step > 0 && sample.value.is_finite());
        let points: Vec<(f64, f64)> =
            points.map(|(axis, row, sample)| (axis.place(row, &sample), sample.value)).collect();
        let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / points.len() as f64;
        (!points.is_empty()).then(|| (mean(|point| point.0), mean(|point| point.1)))
    };
    (0..count).filter_map(of_place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{RunEvent, SweepEvent};
    use crate::domain::run::PlannedRun;
    use crate::domain::run::made_up::{named, news, spec};
    use crate::domain::scores::Scores;
    use crate::domain::sweep::Sweep;

    /// Five batch sizes whose accuracy is a function of one axis.
    fn sweep(accuracy: impl Fn(&PlannedRun, u64) -> f64) -> Sweep {
        let mut sweep = Sweep::default();
        let of_size = |size: u32| {
            let mut spec = spec(size, 320);
            (spec.epochs, spec.evaluations_per_epoch) = (5, 5);
            named("baseline", spec)
        };
        let runs: Vec<PlannedRun> = [2, 8, 16, 32, 64].map(of_size).into();
        sweep.apply(SweepEvent::Planned(runs.clone()));
        for run in &runs {
            let steps = (0..=run.spec.updates()).filter(|step| run.spec.evaluates_after(*step));
            let events = steps.map(|step| RunEvent::Evaluation { step, scores: Scores::of(0.5, accuracy(run, step)) });
            news(run, events.collect()).for_each(|event| sweep.apply(event));
        }
        sweep
    }

    #[test]
    fn the_axis_that_made_the_curves_is_found() {
        type Cause = fn(&PlannedRun, u64) -> f64;
        let saturating = |x: f64| 0.68 + 0.2 * (1.0 - (-x).exp());
        let causes: [(XAxis, Cause); 3] = [
            (XAxis::Pairs, |run, step| run.spec.pairs_seen(step) as f64 / 500.0),
            (XAxis::Updates, |_, step| step as f64 / 30.0),
            (XAxis::SumOfSquaredRates, |run, step| 1e5 * run.spec.schedule().sum_of_squares(step)),
        ];
        for (axis, cause) in causes {
            let sweep = sweep(|run, step| saturating(cause(run, step)));
            let agreement = Agreement::of(sweep.rows(), Metric::ValidAccuracy).unwrap();
            assert_eq!(agreement.best(), axis, "{agreement:?}");
            assert!(agreement.words(axis).unwrap().contains("closer than over any other axis"));
            assert!(agreement.over(axis).unwrap() < 0.02, "{agreement:?}");
        }
    }

    #[test]
    fn single_batches_and_single_sizes_are_not_compared() {
        let sweep = sweep(|_, _| 0.7);
        assert_eq!(Agreement::of(sweep.rows(), Metric::TrainLoss), None);
        assert_eq!(Agreement::of(sweep.rows().iter().take(1), Metric::ValidAccuracy), None);
    }
}
