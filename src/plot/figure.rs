//! A figure of a sweep: one metric, one panel per arm, colour by batch size, dash pattern by instance.

mod panels;
mod y_range;

use super::curves::{CurveSettings, Curves};
use super::panel::{FigurePanel, Line};
use super::range;
use super::view::{Band, View};
use crate::domain::arm::BASELINE;
use crate::domain::metric::Metric;
use crate::domain::run_label::BatchSize;
use crate::domain::sweep::Row;
use panels::PanelBuilder;
use y_range::y_range;

/// Panels share the y axis, so that arms can be compared; each has the x axis that its runs need.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    pub title: String,
    pub x_label: String,
    pub y_label: String,
    pub y_range: (f64, f64),
    pub log_y: bool,
    /// values are differences from the baseline
    pub is_difference: bool,
    pub band: Band,
    /// ascending, an unknown one last; the colour of a line is the index of its batch size
    pub batch_sizes: Vec<BatchSize>,
    /// number of dash patterns: one per known instance; 0 for means
    pub instances: u32,
    pub panels: Vec<FigurePanel>,
}

impl Figure {
    /// A figure of these runs. `curves` caches the work of earlier figures.
    pub fn of<'r>(rows: impl IntoIterator<Item = &'r Row>, metric: Metric, view: &View, curves: &mut Curves) -> Self {
        Self::of_shown(rows, &|_| true, metric, view, curves)
    }

    /// A figure of the shown runs. Colours, dashes and means do not depend on which runs are hidden.
    pub fn of_shown<'r>(
        rows: impl IntoIterator<Item = &'r Row>,
        shows: &dyn Fn(&Row) -> bool,
        metric: Metric,
        view: &View,
        curves: &mut Curves,
    ) -> Self {
        let rows: Vec<&Row> = rows.into_iter().collect();
        let mut batch_sizes: Vec<BatchSize> = rows.iter().map(|row| row.label.batch_size).collect();
        batch_sizes.sort_unstable();
        batch_sizes.dedup();
        let smoothing = if metric.is_of_a_batch() { view.smoothing } else { 0 };
        let mut arms: Vec<(&str, Vec<&Row>)> = Vec::new();
        for row in &rows {
            if arms.len() <= row.arm {
                arms.resize_with(row.arm + 1, Default::default);
            }
            let (name, of_arm) = &mut arms[row.arm];
            *name = row.label.arm();
            of_arm.push(row);
        }
        let axis = view.x.common(rows.iter().copied());
        let look = CurveSettings { metric, axis, smoothing };
        let mut builder = PanelBuilder::new(&rows, shows, view, &batch_sizes, look, curves);
        let is_compared = metric.compared().is_some();
        // the baseline's difference from itself is 0
        arms.retain(|(arm, _)| !(is_compared && *arm == BASELINE));
        let mut panels: Vec<FigurePanel> =
            arms.into_iter().filter_map(|(arm, rows)| builder.panel(arm, rows)).collect();
        if view.overlay {
            add_reference_lines(&mut panels);
        }
        let means = view.band != Band::Runs;
        let mut y_label = metric.title().to_owned();
        if smoothing > 0 {
            let unit = if batch_sizes.contains(&BatchSize::Unknown) { "updates" } else { "pairs" };
            y_label += &format!(", smoothed over {smoothing} {unit}");
        }
        if means {
            y_label += &format!(", {}", view.band.label());
        }
        let mut figure = Self {
            title: metric.title().to_owned(),
            x_label: axis.label().into(),
            y_range: view.y_window.unwrap_or_else(|| y_range(&panels, metric, view)),
            y_label,
            log_y: view.log_y,
            is_difference: is_compared,
            band: view.band,
            instances: if means {
                0
            } else {
                rows.iter().filter_map(|row| Some(row.label.iid? + 1)).max().unwrap_or(0)
            },
            batch_sizes,
            panels,
        };
        figure.mark_clipped_values();
        figure
    }

    fn mark_clipped_values(&mut self) {
        let (low, high) = self.y_range;
        let floor = self.floor();
        // a value at the end of the axis counts as inside in spite of rounding
        let margin = 1e-9 * (high - low);
        for panel in &mut self.panels {
            let extents = panel.lines.iter().filter_map(|line| line.curve.extent(panel.x_range, floor));
            panel.beyond = extents.fold((false, false), |(below, above), (least, most)| {
                (below || least < low - margin, above || most > high + margin)
            });
        }
    }

    /// Values at or below it cannot be drawn on the y axis.
    pub fn floor(&self) -> f64 {
        range::floor(self.log_y)
    }
}

/// Adds the baseline's lines to the panels of the other arms.
fn add_reference_lines(panels: &mut [FigurePanel]) {
    let Some(baseline) = panels.iter().find(|panel| panel.title == BASELINE) else { return };
    let without_band = |line: &Line| Line { band: None, raw: None, ..line.clone() };
    let reference: Vec<Line> = baseline.lines.iter().map(without_band).collect();
    for panel in panels.iter_mut().filter(|panel| panel.title != BASELINE) {
        panel.reference.clone_from(&reference);
    }
}

#[cfg(test)]
mod tests {
    use super::super::panel::Failure;
    use super::*;
    use crate::domain::event::{JournalEntry, RunEvent, SweepEvent};
    use crate::domain::history::Progress;
    use crate::domain::id::RunId;
    use crate::domain::run::PlannedRun;
    use crate::domain::run::made_up::{found, logged, spec as example};
    use crate::domain::scores::Scores;
    use crate::domain::series::Sample;
    use crate::domain::sweep::Sweep;
    use crate::domain::symbol::Symbol;
    use crate::plot::XAxis;
    use crate::plot::view::Fit;

    /// Two instances of a cell and one of another.
    fn sweep() -> (Sweep, Vec<RunId>) {
        let mut sweep = Sweep::default();
        let runs: Vec<PlannedRun> = [(2, 0), (8, 0), (8, 1)]
            .into_iter()
            .enumerate()
            .map(|(number, (batch_size, iid))| {
                let mut spec = example(batch_size, 80);
                spec.iid = iid;
                let id = RunId::from_digest(&format!("{number:020}"));
                PlannedRun { id, arm: "baseline".into(), spec, keep_weights: false }
            })
            .collect();
        let ids = runs.iter().map(|run| run.id.clone()).collect();
        sweep.apply(SweepEvent::Planned(runs));
        (sweep, ids)
    }

    fn record(sweep: &mut Sweep, run: &RunId, time: f64, event: RunEvent) {
        sweep.apply(SweepEvent::Run { run: run.clone(), attempt: 1, entry: JournalEntry { number: 0, time, event } });
    }

    fn evaluation(step: u64, accuracy: f64) -> RunEvent {
        RunEvent::Evaluation { step, scores: Scores::of(0.6, accuracy) }
    }

    fn drawn(sweep: &Sweep, view: &View) -> Figure {
        Figure::of(sweep.rows(), Metric::ValidAccuracy, view, &mut Curves::default())
    }

    #[test]
    fn lines_run_over_pairs_seen_with_their_colour_and_dash() {
        let (mut sweep, runs) = sweep();
        for (step, accuracy) in [(0, 0.5), (10, 0.75)] {
            record(&mut sweep, &runs[2], 0.0, evaluation(step, accuracy));
        }
        let figure = drawn(&sweep, &View::default());
        assert_eq!(figure.panels[0].x_range, (0.0, 160.0));
        assert_eq!(figure.batch_sizes, [2, 8].map(BatchSize::Of));
        let line = &figure.panels[0].lines[0];
        assert_eq!((line.colour, line.instance, line.name.as_str()), (1, Some(1), "bs 8 #1"));
        assert_eq!(line.curve.points().collect::<Vec<_>>(), [(0.0, 0.5), (80.0, 0.75)]);
        assert_eq!(figure.panels[0].lines.len(), 1, "runs without a point draw nothing");
    }

    #[test]
    fn every_axis_counts_what_it_says() {
        let (mut sweep, runs) = sweep();
        record(&mut sweep, &runs[2], 100.0, RunEvent::Started { step: 0 });
        record(&mut sweep, &runs[2], 103.5, evaluation(10, 0.75));
        for (x, place, end) in [(XAxis::Updates, 10.0, 80.0), (XAxis::Epochs, 1.0, 2.0), (XAxis::Time, 3.5, 4.0)] {
            let figure = drawn(&sweep, &View { x, ..View::default() });
            assert_eq!(figure.panels[0].lines[0].curve.point(0), Some((place, 0.75)), "{x:?}");
            assert_eq!(figure.panels[0].x_range.1, end, "{x:?}");
        }
    }

    #[test]
    fn bands_hold_what_their_name_says_and_grow_as_runs_do() {
        let (mut sweep, runs) = sweep();
        let mut curves = Curves::default();
        let of = |sweep: &Sweep, band, curves: &mut Curves| {
            let view = View { band, ..View::default() };
            let figure = Figure::of(sweep.rows(), Metric::ValidAccuracy, &view, curves);
            let line = figure.panels[0].lines[0].clone();
            let edges = line.band.map(|(low, high)| (low.point(0).unwrap().1, high.point(0).unwrap().1));
            (line.curve.points().collect::<Vec<_>>(), edges, line.runs)
        };
        for step in [0, 10] {
            record(&mut sweep, &runs[1], 0.0, evaluation(step, 0.6));
        }
        assert_eq!(of(&sweep, Band::Interval, &mut curves), (vec![(0.0, 0.6), (80.0, 0.6)], None, 1));
        record(&mut sweep, &runs[2], 0.0, evaluation(0, 0.8));
        let (points, edges, n) = of(&sweep, Band::Range, &mut curves);
        assert!((points[0].1 - 0.7).abs() < 1e-12 && points[1].1 == 0.6 && n == 2);
        assert_eq!(edges, Some((0.6, 0.8)));
        // t(0.975, 1) = 12.706; the standard error of 0.6 and 0.8 is 0.1
        let (_, Some((low, high)), _) = of(&sweep, Band::Interval, &mut curves) else { panic!("no band") };
        assert!((high - 0.7 - 1.2706).abs() < 1e-4 && (0.7 - low - 1.2706).abs() < 1e-4, "{low} {high}");
        let (_, Some((low, high)), _) = of(&sweep, Band::Deviation, &mut curves) else { panic!("no band") };
        assert!((high - low - 2.0 * 0.02f64.sqrt()).abs() < 1e-9);
        record(&mut sweep, &runs[2], 0.0, evaluation(10, 0.8));
        let (points, ..) = of(&sweep, Band::Range, &mut curves);
        assert_eq!(points, of(&sweep, Band::Range, &mut Curves::default()).0, "remembered or new, the same");
    }

    #[test]
    fn a_run_that_begins_again_takes_its_points_back() {
        let (mut sweep, runs) = sweep();
        let mut curves = Curves::default();
        let update =
            |step, loss| RunEvent::Update { step, loss, accuracy: 0.5, learning_rate: 0.1, gradient_norm: 1.0 };
        let view = View { smoothing: 0, ..View::default() };
        record(&mut sweep, &runs[1], 0.0, update(1, 0.5));
        record(&mut sweep, &runs[1], 0.0, update(2, 9.0));
        Figure::of(sweep.rows(), Metric::TrainLoss, &view, &mut curves);
        record(&mut sweep, &runs[1], 0.0, RunEvent::Started { step: 1 });
        record(&mut sweep, &runs[1], 0.0, update(2, 0.25));
        let figure = Figure::of(sweep.rows(), Metric::TrainLoss, &view, &mut curves);
        assert_eq!(figure.panels[0].lines[0].curve.points().collect::<Vec<_>>(), [(8.0, 0.5), (16.0, 0.25)]);
    }

    /// Runs of another program: of one the batch size is not known.
    fn found_sweep() -> Sweep {
        let runs = [found(Some("adam"), Some(8), 0), found(Some("adam"), Some(2), 0), found(Some("adam"), None, 1)];
        let mut sweep = Sweep::default();
        sweep.apply(SweepEvent::Found(runs.to_vec()));
        runs.iter().for_each(|run| sweep.apply(logged(run, 100)));
        sweep
    }

    #[test]
    fn runs_without_a_spec_are_drawn_over_updates_where_a_batch_size_is_unknown() {
        let sweep = found_sweep();
        let (metric, view) = (Metric::Logged(Symbol::of("eval/accuracy")), View::default());
        let of = |rows: &[Row]| Figure::of(rows, metric, &view, &mut Curves::default());
        let figure = of(sweep.rows());
        assert_eq!(figure.batch_sizes, [2.into(), 8.into(), BatchSize::Unknown]);
        assert_eq!((figure.x_label.as_str(), figure.y_label.as_str()), ("updates", "eval/accuracy"));
        let panel = &figure.panels[0];
        // the longest run: 1000 pairs at batch size 2
        assert_eq!((panel.title.as_str(), panel.x_range, panel.epoch), ("adam", (0.0, 500.0), None));
        let lines: Vec<_> = panel.lines.iter().map(|line| (line.name.as_str(), line.colour, line.instance)).collect();
        assert_eq!(lines, [("bs 8 #0", 1, Some(0)), ("bs 2 #0", 0, Some(0)), ("logs/adam-1", 2, Some(1))]);
        assert_eq!(panel.lines[0].curve.points().next_back().unwrap().0, 100.0);
        // where all are known, runs are compared after the same number of pairs
        let known = of(&sweep.rows()[..2]);
        assert_eq!((known.x_label.as_str(), known.panels[0].x_range), ("pairs seen", (0.0, 1000.0)));
        assert_eq!(known.panels[0].lines[0].curve.points().next_back().unwrap().0, 800.0);
    }

    #[test]
    fn runs_without_a_spec_have_means_and_are_smoothed() {
        let sweep = found_sweep();
        let metric = Metric::Logged(Symbol::of("train/loss"));
        let figure = Figure::of(sweep.rows(), metric, &View::first(), &mut Curves::default());
        let lines: Vec<_> = figure.panels[0].lines.iter().map(|line| (line.name.as_str(), line.runs)).collect();
        assert_eq!(lines, [("bs 2", 1), ("bs 8", 1), ("bs -", 1)]);
        assert_eq!(figure.y_label, "train/loss, smoothed over 256 updates, mean ± sd");
        assert!(figure.y_range.0 < figure.y_range.1);
    }

    #[test]
    fn what_a_resumed_program_logs_again_replaces_the_curve() {
        let (mut sweep, mut curves) = (found_sweep(), Curves::default());
        let metric = Metric::Logged(Symbol::of("eval/accuracy"));
        let points = |sweep: &Sweep, curves: &mut Curves| {
            let figure = Figure::of(sweep.rows(), metric, &View::default(), curves);
            figure.panels[0].lines[0].curve.points().map(|(x, _)| x).collect::<Vec<_>>()
        };
        assert_eq!(points(&sweep, &mut curves).len(), 6);
        let run = sweep.rows()[0].id.clone();
        let samples = vec![(Symbol::of("eval/accuracy"), Sample { step: 50, seconds: 0.0, value: 0.5 })];
        sweep.apply(SweepEvent::Logged { run, samples, progress: Progress::Running });
        assert_eq!(points(&sweep, &mut curves), [0.0, 20.0, 40.0, 50.0]);
        assert_eq!(sweep.rows()[0].history.step, 100, "its losses go further");
    }

    /// Instances of a pre-trained model start anywhere: that range would squeeze what training does.
    #[test]
    fn the_y_axis_fits_what_follows_the_start_and_says_what_lies_beyond() {
        let (mut sweep, runs) = sweep();
        for (step, accuracy) in [(0, 0.17), (10, 0.80), (20, 0.84)] {
            record(&mut sweep, &runs[1], 0.0, evaluation(step, accuracy));
        }
        // a run of which only the start is known does not count beside one that is further
        record(&mut sweep, &runs[2], 0.0, evaluation(0, 0.16));
        let (low, high) = drawn(&sweep, &View::default()).y_range;
        assert!(low > 0.75 && high < 0.9, "{low} to {high}");
        assert_eq!(drawn(&sweep, &View::default()).panels[0].beyond, (true, false));
        let whole = drawn(&sweep, &View { fit: Fit::Whole, ..View::default() });
        assert!(whole.y_range.0 < 0.16 && whole.panels[0].beyond == (false, false));
        let zoomed = drawn(&sweep, &View { y_window: Some((0.81, 0.82)), ..View::default() });
        assert_eq!((zoomed.y_range, zoomed.panels[0].beyond), ((0.81, 0.82), (true, true)));
    }

    #[test]
    fn every_arm_has_the_x_axis_that_its_shown_runs_need() {
        let (mut sweep, _) = sweep();
        let mut spec = example(64, 80);
        spec.updates = Some(spec.updates() * 16);
        let long =
            PlannedRun { id: RunId::from_digest(&"9".repeat(20)), arm: "long".into(), spec, keep_weights: false };
        let end = long.spec.pairs_seen(long.spec.updates()) as f64;
        sweep.apply(SweepEvent::Planned(vec![long]));
        let ranges = |shows: &dyn Fn(&Row) -> bool| -> Vec<(String, f64)> {
            let figure =
                Figure::of_shown(sweep.rows(), shows, Metric::ValidAccuracy, &View::default(), &mut Curves::default());
            figure.panels.into_iter().map(|panel| (panel.title, panel.x_range.1)).collect()
        };
        assert_eq!(ranges(&|_| true), [("baseline".into(), 160.0), ("long".into(), end)]);
        let filtered = ranges(&|row| row.label.arm() == BASELINE);
        assert_eq!(filtered, [("baseline".into(), 160.0)], "an arm of which nothing is shown has no panel");
    }

    #[test]
    fn an_outlier_flattens_the_rest_unless_clipped() {
        let (mut sweep, runs) = sweep();
        for step in 0..80 {
            let loss = if step == 40 { 50.0 } else { 0.5 + 0.001 * step as f64 };
            record(&mut sweep, &runs[0], 0.0, RunEvent::Evaluation { step, scores: Scores::of(loss, 0.5) });
        }
        let range = |fit| {
            let view = View { fit, ..View::default() };
            Figure::of(sweep.rows(), Metric::ValidLoss, &view, &mut Curves::default()).y_range
        };
        assert!(range(Fit::Whole).1 >= 50.0);
        assert!(range(Fit::Inner).1 < 1.0);
    }

    #[test]
    fn a_failed_run_is_marked_at_its_last_value_where_it_failed() {
        let (mut sweep, runs) = sweep();
        record(&mut sweep, &runs[1], 0.0, evaluation(0, 0.5));
        record(
            &mut sweep,
            &runs[1],
            0.0,
            RunEvent::Update { step: 7, loss: 0.5, accuracy: 0.5, learning_rate: 0.1, gradient_norm: 1.0 },
        );
        record(&mut sweep, &runs[1], 0.0, RunEvent::Failed { step: 8, message: "the loss is NaN".into() });
        let figure = drawn(&sweep, &View::default());
        assert_eq!(figure.panels[0].failures, [Failure { colour: 1, x: 56.0, y: Some(0.5) }]);
    }

    #[test]
    fn a_logarithmic_axis_leaves_out_what_it_cannot_show() {
        let (mut sweep, runs) = sweep();
        for (step, accuracy) in [(0, 0.0), (10, 0.02), (20, 0.7)] {
            record(&mut sweep, &runs[0], 0.0, evaluation(step, accuracy));
        }
        let (low, high) = drawn(&sweep, &View { log_y: true, ..View::default() }).y_range;
        assert!((low - 0.02).abs() < 1e-9 && (high - 1.0).abs() < 1e-9, "{low} to {high}");
    }
}
