//! A figure of a sweep: one metric, a panel an arm, colour by batch size, dash by instance.

use super::curve::Curve;
use super::curves::Curves;
use super::range;
use super::view::{Band, View};
use crate::domain::history::Progress;
use crate::domain::metric::Metric;
use crate::domain::sweep::Row;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Lines of a panel up to which what was measured stands behind them: that of more would cover everything.
const FEW: usize = 6;
/// Values that decide where outliers begin.
const SAMPLED: usize = 20_000;

/// Panels share their axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    pub title: String,
    pub x_label: String,
    pub y_label: String,
    /// what is in sight; all of it is from 0 to the planned length of the longest run
    pub x_range: (f64, f64),
    pub y_range: (f64, f64),
    pub log_y: bool,
    pub band: Band,
    /// length of an epoch on the x axis, where it is the same for all
    pub epoch: Option<f64>,
    /// ascending; a line's colour is its batch size's place here
    pub batch_sizes: Vec<u32>,
    /// a line's dash is its instance's number; 0 where lines are means
    pub instances: u32,
    pub panels: Vec<Panel>,
}

/// The lines of one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    pub title: String,
    pub lines: Vec<Line>,
    /// where runs failed, x and y, in the colour of their line
    pub deaths: Vec<Death>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Death {
    pub colour: usize,
    pub x: f64,
    pub y: Option<f64>,
}

/// One run, or the mean of a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub name: String,
    /// place in [`Figure::batch_sizes`]
    pub colour: usize,
    /// the instance
    pub dash: u32,
    pub curve: Arc<Curve>,
    /// what was measured, where `curve` is smoothed; see [`Panel::behind`]
    pub raw: Option<Arc<Curve>>,
    /// lower and upper edge
    pub band: Option<(Arc<Curve>, Arc<Curve>)>,
    /// how many runs a mean is of; 1 for a run
    pub runs: usize,
    /// of these, how many have a value at each point of a mean; nothing for a run
    pub counts: Arc<Vec<u32>>,
}

impl Panel {
    /// Lines with what was measured, to be drawn behind them. Of many lines it would cover everything.
    pub fn behind(&self) -> impl Iterator<Item = (&Line, &Arc<Curve>)> {
        let few = self.lines.len() <= FEW;
        self.lines.iter().filter(move |_| few).filter_map(|line| Some((line, line.raw.as_ref()?)))
    }
}

impl Figure {
    /// Of these runs. `curves` remembers what earlier figures worked out.
    pub fn of<'r>(rows: impl IntoIterator<Item = &'r Row>, metric: Metric, view: &View, curves: &mut Curves) -> Self {
        Self::of_shown(rows, &|_| true, metric, view, curves)
    }

    /// Of those of the runs that are shown. Colours, dashes, the x axis and means are those of all: what is hidden changes
    /// nothing but what is seen.
    pub fn of_shown<'r>(
        rows: impl IntoIterator<Item = &'r Row>,
        shows: &dyn Fn(&Row) -> bool,
        metric: Metric,
        view: &View,
        curves: &mut Curves,
    ) -> Self {
        curves.begin();
        let rows: Vec<&Row> = rows.into_iter().collect();
        let mut batch_sizes: Vec<u32> = rows.iter().map(|row| row.planned.spec.batch_size).collect();
        batch_sizes.sort_unstable();
        batch_sizes.dedup();
        let smoothing = if metric.is_of_a_batch() { view.smoothing } else { 0 };
        let mut arms: Vec<(&str, Vec<&Row>)> = Vec::new();
        for row in &rows {
            match arms.iter_mut().find(|(name, _)| *name == row.planned.arm) {
                Some((_, rows)) => rows.push(row),
                None => arms.push((&row.planned.arm, vec![row])),
            }
        }
        let mut builder = Builder { shows, metric, view, smoothing, batch_sizes: &batch_sizes, curves };
        let panels: Vec<Panel> = arms.into_iter().map(|(arm, rows)| builder.panel(arm, &rows)).collect();
        let x_range = view.range(view.x.end(rows.iter().copied()), newest(&rows, view));
        let means = view.band != Band::Runs;
        let mut y_label = metric.title().to_owned();
        if smoothing > 0 {
            y_label += &format!(", smoothed over {smoothing} pairs");
        }
        if means {
            y_label += &format!(", {}", view.band.label());
        }
        Self {
            title: metric.title().to_owned(),
            x_label: view.x.label().into(),
            y_range: y_range(&panels, metric, view, x_range),
            y_label,
            x_range,
            log_y: view.log_y,
            band: view.band,
            epoch: view.x.epoch(rows.iter().copied()),
            instances: if means { 0 } else { rows.iter().map(|row| row.planned.spec.iid + 1).max().unwrap_or(0) },
            batch_sizes,
            panels,
        }
    }

    /// What is not above it has no place on the y axis.
    pub fn floor(&self) -> f64 {
        range::floor(self.log_y)
    }
}

/// The x of the newest point of all runs.
fn newest(rows: &[&Row], view: &View) -> f64 {
    rows.iter().map(|row| view.x.now(row)).fold(0.0, f64::max)
}

/// Where the whole x axis ends, and its newest point.
pub fn x_extent(rows: &[Row], view: &View) -> (f64, f64) {
    (view.x.end(rows.iter()), newest(&rows.iter().collect::<Vec<_>>(), view))
}

struct Builder<'b> {
    shows: &'b dyn Fn(&Row) -> bool,
    metric: Metric,
    view: &'b View,
    smoothing: u32,
    batch_sizes: &'b [u32],
    curves: &'b mut Curves,
}

impl Builder<'_> {
    fn panel(&mut self, arm: &str, rows: &[&Row]) -> Panel {
        let shows = self.shows;
        let shown = || rows.iter().filter(|row| shows(row));
        let lines: Vec<Line> = match self.view.band {
            Band::Runs => shown().filter_map(|row| self.run(row)).collect(),
            _ => self.means(rows),
        };
        let deaths = shown().filter_map(|row| self.death(row)).collect();
        Panel { title: arm.to_owned(), lines, deaths }
    }

    fn colour(&self, row: &Row) -> usize {
        self.batch_sizes.binary_search(&row.planned.spec.batch_size).unwrap_or(0)
    }

    fn run(&mut self, row: &Row) -> Option<Line> {
        let spec = &row.planned.spec;
        let axis = self.view.x;
        let curve = self.curves.run(row, self.metric, axis, self.smoothing);
        // at a batch size as large as what is smoothed over, nothing is
        let smooth = self.smoothing > spec.batch_size;
        let raw = smooth.then(|| self.curves.run(row, self.metric, axis, 0));
        (!curve.is_empty()).then(|| Line {
            name: format!("bs {} #{}", spec.batch_size, spec.iid),
            colour: self.colour(row),
            dash: spec.iid,
            curve,
            raw,
            band: None,
            runs: 1,
            counts: Arc::default(),
        })
    }

    /// A line a batch size, of the runs that have begun, unless all of them are hidden.
    fn means(&mut self, rows: &[&Row]) -> Vec<Line> {
        let mut cells: BTreeMap<u32, Vec<&Row>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.sample_count(self.metric) > 0) {
            cells.entry(row.planned.spec.batch_size).or_default().push(row);
        }
        let shows = self.shows;
        cells.retain(|_, rows| rows.iter().any(|row| shows(row)));
        let line = |(batch_size, rows): (u32, Vec<&Row>)| {
            let mean = self.curves.mean(&rows, self.metric, self.view, self.smoothing);
            Line {
                name: format!("bs {batch_size}"),
                colour: self.batch_sizes.binary_search(&batch_size).unwrap_or(0),
                dash: 0,
                band: (rows.len() > 1).then_some((mean.low, mean.high)),
                curve: mean.mean,
                raw: None,
                runs: rows.len(),
                counts: mean.counts,
            }
        };
        cells.into_iter().map(line).collect()
    }

    fn death(&mut self, row: &Row) -> Option<Death> {
        let Progress::Failed(_) = row.history.progress else { return None };
        let curve = self.curves.run(row, self.metric, self.view.x, self.smoothing);
        let y = curve.points().map(|point| point.1).rev().find(|y| y.is_finite());
        Some(Death { colour: self.colour(row), x: self.view.x.now(row), y })
    }
}

/// What the lines need of the y axis. Unsmoothed values behind smoothed lines may leave it.
fn y_range(panels: &[Panel], metric: Metric, view: &View, x_range: (f64, f64)) -> (f64, f64) {
    let lines = || panels.iter().flat_map(|panel| &panel.lines);
    let shown =
        || lines().flat_map(|line| std::iter::once(&line.curve).chain(line.band.iter().flat_map(|(l, h)| [l, h])));
    let floor = range::floor(view.log_y);
    let extent = if view.clip {
        let count = SAMPLED / lines().count().max(1);
        let mut values: Vec<f64> =
            lines().flat_map(|line| line.curve.sampled(x_range, count)).filter(|y| *y > floor).collect();
        values.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| values.get((share * values.len().saturating_sub(1) as f64).round() as usize).copied();
        at(0.01).zip(at(0.99))
    } else {
        shown().filter_map(|curve| curve.extent(x_range, floor)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    };
    if view.log_y { range::nice_log(extent) } else { range::nice(extent, metric.is_fraction()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Entry, RunEvent, SweepEvent};
    use crate::domain::id::RunId;
    use crate::domain::metric::Scores;
    use crate::domain::run::PlannedRun;
    use crate::domain::run::tests::example;
    use crate::domain::sweep::Sweep;
    use crate::plot::XAxis;

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

    fn tell(sweep: &mut Sweep, run: &RunId, time: f64, event: RunEvent) {
        sweep.apply(SweepEvent::Run { run: run.clone(), attempt: 1, entry: Entry { number: 0, time, event } });
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
            tell(&mut sweep, &runs[2], 0.0, evaluation(step, accuracy));
        }
        let figure = drawn(&sweep, &View::default());
        assert_eq!(figure.x_range, (0.0, 160.0));
        assert_eq!(figure.batch_sizes, [2, 8]);
        let line = &figure.panels[0].lines[0];
        assert_eq!((line.colour, line.dash, line.name.as_str()), (1, 1, "bs 8 #1"));
        assert_eq!(line.curve.points().collect::<Vec<_>>(), [(0.0, 0.5), (80.0, 0.75)]);
        assert_eq!(figure.panels[0].lines.len(), 1, "runs without a point draw nothing");
    }

    #[test]
    fn every_axis_counts_what_it_says() {
        let (mut sweep, runs) = sweep();
        tell(&mut sweep, &runs[2], 100.0, RunEvent::Started { step: 0 });
        tell(&mut sweep, &runs[2], 103.5, evaluation(10, 0.75));
        for (x, place, end) in [(XAxis::Updates, 10.0, 80.0), (XAxis::Epochs, 1.0, 2.0), (XAxis::Time, 3.5, 4.0)] {
            let figure = drawn(&sweep, &View { x, ..View::default() });
            assert_eq!(figure.panels[0].lines[0].curve.point(0), Some((place, 0.75)), "{x:?}");
            assert_eq!(figure.x_range.1, end, "{x:?}");
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
            tell(&mut sweep, &runs[1], 0.0, evaluation(step, 0.6));
        }
        assert_eq!(of(&sweep, Band::Interval, &mut curves), (vec![(0.0, 0.6), (80.0, 0.6)], None, 1));
        tell(&mut sweep, &runs[2], 0.0, evaluation(0, 0.8));
        let (points, edges, n) = of(&sweep, Band::Range, &mut curves);
        assert!((points[0].1 - 0.7).abs() < 1e-12 && points[1].1 == 0.6 && n == 2);
        assert_eq!(edges, Some((0.6, 0.8)));
        // t(0.975, 1) = 12.706; the standard error of 0.6 and 0.8 is 0.1
        let (_, Some((low, high)), _) = of(&sweep, Band::Interval, &mut curves) else { panic!("no band") };
        assert!((high - 0.7 - 1.2706).abs() < 1e-4 && (0.7 - low - 1.2706).abs() < 1e-4, "{low} {high}");
        let (_, Some((low, high)), _) = of(&sweep, Band::Deviation, &mut curves) else { panic!("no band") };
        assert!((high - low - 2.0 * 0.02f64.sqrt()).abs() < 1e-9);
        tell(&mut sweep, &runs[2], 0.0, evaluation(10, 0.8));
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
        tell(&mut sweep, &runs[1], 0.0, update(1, 0.5));
        tell(&mut sweep, &runs[1], 0.0, update(2, 9.0));
        Figure::of(sweep.rows(), Metric::TrainLoss, &view, &mut curves);
        tell(&mut sweep, &runs[1], 0.0, RunEvent::Started { step: 1 });
        tell(&mut sweep, &runs[1], 0.0, update(2, 0.25));
        let figure = Figure::of(sweep.rows(), Metric::TrainLoss, &view, &mut curves);
        assert_eq!(figure.panels[0].lines[0].curve.points().collect::<Vec<_>>(), [(8.0, 0.5), (16.0, 0.25)]);
    }

    #[test]
    fn an_outlier_flattens_the_rest_unless_clipped() {
        let (mut sweep, runs) = sweep();
        for step in 0..80 {
            let loss = if step == 40 { 50.0 } else { 0.5 + 0.001 * step as f64 };
            tell(&mut sweep, &runs[0], 0.0, RunEvent::Evaluation { step, scores: Scores::of(loss, 0.5) });
        }
        let range = |clip| {
            let view = View { clip, ..View::default() };
            Figure::of(sweep.rows(), Metric::ValidLoss, &view, &mut Curves::default()).y_range
        };
        assert!(range(false).1 >= 50.0);
        assert!(range(true).1 < 1.0);
    }

    #[test]
    fn a_failed_run_is_marked_at_its_last_value_where_it_failed() {
        let (mut sweep, runs) = sweep();
        tell(&mut sweep, &runs[1], 0.0, evaluation(0, 0.5));
        tell(
            &mut sweep,
            &runs[1],
            0.0,
            RunEvent::Update { step: 7, loss: 0.5, accuracy: 0.5, learning_rate: 0.1, gradient_norm: 1.0 },
        );
        tell(&mut sweep, &runs[1], 0.0, RunEvent::Failed { step: 8, message: "the loss is NaN".into() });
        let figure = drawn(&sweep, &View::default());
        assert_eq!(figure.panels[0].deaths, [Death { colour: 1, x: 56.0, y: Some(0.5) }]);
    }

    #[test]
    fn a_logarithmic_axis_leaves_out_what_it_cannot_show() {
        let (mut sweep, runs) = sweep();
        for (step, accuracy) in [(0, 0.0), (10, 0.02), (20, 0.7)] {
            tell(&mut sweep, &runs[0], 0.0, evaluation(step, accuracy));
        }
        let (low, high) = drawn(&sweep, &View { log_y: true, ..View::default() }).y_range;
        assert!((low - 0.02).abs() < 1e-9 && (high - 1.0).abs() < 1e-9, "{low} to {high}");
    }
}
