//! The view of a figure as JSON: everything beside the store that determines the picture. The number of journal entries is
//! pinned for each run, so that the picture is the same after runs have continued.

use super::content::Content;
use super::palette::PictureTheme;
use crate::domain::id::RunId;
use crate::domain::metric::Metric;
use crate::domain::sweep::{Row, Sweep};
use crate::plot::{Band, Curves, Figure, FinalScores, Fit, View, XAxis};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};

const FORMAT: &str = "batchscope-view 2";
/// The first format had one x range for all arms, and `clip` instead of `fit`.
const FIRST_FORMAT: &str = "batchscope-view 1";
/// Least part of the x axis that can be drawn, of its end: numbers have no finer steps that could be told apart.
const CLOSEST: f64 = 1e-9;
/// Upper bound of an axis, beyond any number of updates.
const FURTHEST: f64 = 1e15;

/// Which figure of a sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FigureKind {
    /// a metric over the course of training
    #[default]
    Curves,
    /// the last value of a metric against batch size
    FinalScores,
}

impl FigureKind {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedView {
    format: String,
    /// absent in views of curves, so that earlier versions of the program open them
    #[serde(default, skip_serializing_if = "FigureKind::is_default")]
    pub kind: FigureKind,
    /// its folder in the store
    pub experiment: String,
    pub metric: Metric,
    pub theme: PictureTheme,
    pub x: XAxis,
    /// the part of the x axis in sight, by arm
    pub x_ranges: BTreeMap<String, (f64, f64)>,
    pub log_y: bool,
    /// which values the y axis holds
    pub fit: Fit,
    /// the part of the y axis in sight, where a person chose it
    pub y_window: Option<(f64, f64)>,
    /// pairs that metrics of single batches are smoothed over
    pub smoothing: u32,
    pub band: Band,
    /// whether the baseline stands behind other arms; absent in views from before there was one
    #[serde(default)]
    pub overlay: bool,
    /// of the whole sweep, in the order in which they were planned
    pub runs: Vec<SavedRun>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedRun {
    pub run: RunId,
    pub arm: String,
    /// of its journal, all attempts together, that were known
    pub entries: u64,
    /// neither hidden nor filtered away
    pub shown: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    #[error("no view: {0}")]
    Shape(serde_json::Error),
    #[error("its format is `{found}`, and this program knows `{FORMAT}`")]
    Format { found: String },
    #[error("the x range of {arm} is {} to {}: expected two numbers from 0 on, the larger one last", .range.0, .range.1)]
    XRange { arm: String, range: (f64, f64) },
    #[error("y_window is {} to {}: expected two numbers, the larger one last, above 0 on a logarithmic axis", .0.0, .0.1)]
    YWindow((f64, f64)),
    #[error("it has run {0} twice")]
    Twice(RunId),
}

/// What a view of any version has.
#[derive(Deserialize)]
struct FormatOfView {
    format: String,
}

/// A view in the first format.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstView {
    #[serde(rename = "format")]
    _format: String,
    experiment: String,
    metric: Metric,
    theme: PictureTheme,
    x: XAxis,
    x_range: (f64, f64),
    log_y: bool,
    clip: bool,
    smoothing: u32,
    band: Band,
    runs: Vec<SavedRun>,
}

impl From<FirstView> for SavedView {
    fn from(first: FirstView) -> Self {
        let FirstView { experiment, metric, theme, x, x_range, log_y, clip, smoothing, band, runs, .. } = first;
        Self {
            format: FORMAT.into(),
            kind: FigureKind::Curves,
            experiment,
            metric,
            theme,
            x,
            x_ranges: runs.iter().map(|run| (run.arm.clone(), x_range)).collect(),
            log_y,
            fit: if clip { Fit::Inner } else { Fit::Whole },
            y_window: None,
            smoothing,
            band,
            overlay: false,
            runs,
        }
    }
}

impl SavedView {
    /// A view of the present state of a sweep.
    pub fn of(
        experiment: String,
        sweep: &Sweep,
        shows: &dyn Fn(&Row) -> bool,
        (metric, view, figure): (Metric, &View, &Figure),
        theme: PictureTheme,
    ) -> Self {
        let run = |row: &Row| SavedRun {
            run: row.id.clone(),
            arm: row.label.arm().to_owned(),
            entries: row.entries,
            shown: shows(row),
        };
        Self {
            format: FORMAT.into(),
            kind: FigureKind::Curves,
            experiment,
            metric,
            theme,
            x: view.x,
            x_ranges: figure.panels.iter().map(|panel| (panel.title.clone(), panel.x_range)).collect(),
            log_y: view.log_y,
            fit: view.fit,
            y_window: view.y_window,
            smoothing: view.smoothing,
            band: view.band,
            overlay: view.overlay,
            runs: sweep.rows().iter().map(run).collect(),
        }
    }

    /// Parses an untrusted file.
    pub fn parse(text: &str) -> Result<Self, ViewError> {
        let FormatOfView { format } = serde_json::from_str(text).map_err(ViewError::Shape)?;
        let view: Self = match format.as_str() {
            FORMAT => serde_json::from_str(text).map_err(ViewError::Shape)?,
            FIRST_FORMAT => serde_json::from_str::<FirstView>(text).map_err(ViewError::Shape)?.into(),
            _ => return Err(ViewError::Format { found: format.chars().take(60).collect() }),
        };
        let is_range = |(low, high): (f64, f64)| low >= 0.0 && high - low > high * CLOSEST && high <= FURTHEST;
        if let Some((arm, range)) = view.x_ranges.iter().find(|(_, range)| !is_range(**range)) {
            return Err(ViewError::XRange { arm: arm.clone(), range: *range });
        }
        let is_window =
            |(low, high): (f64, f64)| high - low > high.abs().max(low.abs()) * CLOSEST && (!view.log_y || low > 0.0);
        if let Some(window) = view.y_window.filter(|window| !is_window(*window)) {
            return Err(ViewError::YWindow(window));
        }
        let mut known = HashSet::new();
        match view.runs.iter().find(|run| !known.insert(&run.run)) {
            Some(twice) => Err(ViewError::Twice(twice.run.clone())),
            None => Ok(view),
        }
    }

    /// Whether the figure can be drawn again from the view: its runs are in a store.
    pub fn is_of_store(&self) -> bool {
        !matches!(self.metric, Metric::Logged(_))
    }

    pub fn to_json(&self) -> String {
        // plain values serialise
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// The same runs as final scores of this metric against batch size.
    pub fn of_final_scores(self, metric: Metric) -> Self {
        Self { kind: FigureKind::FinalScores, metric, ..self }
    }

    /// What this view shows; `sweep` must be in the pinned state.
    pub fn content(&self, sweep: &Sweep) -> Content {
        match self.kind {
            FigureKind::Curves => Content::Curves(self.figure(sweep)),
            FigureKind::FinalScores => Content::FinalScores(self.final_scores(sweep)),
        }
    }

    fn shows(&self) -> impl Fn(&Row) -> bool {
        let shown: HashSet<&RunId> = self.runs.iter().filter(|run| run.shown).map(|run| &run.run).collect();
        move |row: &Row| shown.contains(&row.id)
    }

    /// Arms in the order in which they were planned. No scores as long as no run that is shown is finished.
    fn final_scores(&self, sweep: &Sweep) -> Option<FinalScores> {
        let mut arms: Vec<&str> = Vec::new();
        for run in &self.runs {
            if !arms.contains(&run.arm.as_str()) {
                arms.push(&run.arm);
            }
        }
        FinalScores::of(sweep.rows(), &arms, &self.shows(), self.metric)
    }

    /// The figure of this view; `sweep` must be in the pinned state.
    fn figure(&self, sweep: &Sweep) -> Figure {
        let view = View {
            x: self.x,
            log_y: self.log_y,
            smoothing: self.smoothing,
            band: self.band,
            overlay: self.overlay,
            fit: self.fit,
            y_window: self.y_window,
            pinned: self.x_ranges.clone(),
            ..View::default()
        };
        Figure::of_shown(sweep.rows(), &self.shows(), self.metric, &view, &mut Curves::default())
    }

    /// The provenance of the picture, on one line.
    pub fn provenance(&self, sweep: &Sweep) -> String {
        let finished = sweep.tally().finished;
        let runs = self.runs.len();
        let version = env!("CARGO_PKG_VERSION");
        let mut text =
            format!("batchscope {version} · experiment {} · {finished} of {runs} runs finished", self.experiment);
        let shown = self.runs.iter().filter(|run| run.shown).count();
        if shown < runs {
            text += &format!(" · {shown} shown");
        }
        if self.fit == Fit::Inner {
            text += " · y axis without outliers (1 to 99 %)";
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> SavedView {
        let run = |number: u8| SavedRun {
            run: RunId::from_digest(&format!("{number:020}")),
            arm: "baseline".into(),
            entries: 7,
            shown: number > 0,
        };
        let sweep = Sweep::default();
        let figure = Figure::of(sweep.rows(), Metric::TrainLoss, &View::default(), &mut Curves::default());
        let what = (Metric::TrainLoss, &View::default(), &figure);
        let view = SavedView::of("mine-0123456789ab".into(), &sweep, &|_| true, what, PictureTheme::Dark);
        let x_ranges = [("baseline".to_owned(), (0.1 + 0.2, 20750.0))].into();
        SavedView { runs: (0..3).map(run).collect(), x_ranges, ..view }
    }

    #[test]
    fn a_view_of_the_first_format_still_opens() {
        let first = r#"{"format": "batchscope-view 1", "experiment": "mine-0123456789ab", "metric": "valid-accuracy",
            "theme": "light", "x": "pairs", "x_range": [0.0, 2000.0], "log_y": false, "clip": true, "smoothing": 256,
            "band": "runs", "runs": [{"run": "00000000000000000001", "arm": "baseline", "entries": 7, "shown": true}]}"#;
        let view = SavedView::parse(first).unwrap();
        assert_eq!((view.fit, view.x_ranges["baseline"]), (Fit::Inner, (0.0, 2000.0)));
        assert_eq!(SavedView::parse(&view.to_json()).unwrap(), view);
    }

    #[test]
    fn a_view_survives_being_written_to_the_last_bit() {
        assert_eq!(SavedView::parse(&view().to_json()).unwrap(), view());
    }

    #[test]
    fn what_is_wrong_with_a_view_is_said_in_words() {
        let json = view().to_json();
        let message = |from: &str, to: &str| {
            assert!(json.contains(from), "{from}");
            SavedView::parse(&json.replacen(from, to, 1)).unwrap_err().to_string()
        };
        assert!(SavedView::parse("# a spec").unwrap_err().to_string().starts_with("no view: expected value"));
        assert_eq!(
            SavedView::parse("{}").unwrap_err().to_string(),
            "no view: missing field `format` at line 1 column 2"
        );
        let newer = message("view 2", "view 3");
        assert_eq!(newer, "its format is `batchscope-view 3`, and this program knows `batchscope-view 2`");
        assert!(message("train-loss", "loss").contains("unknown variant `loss`, expected one of `valid-accuracy`"));
        assert!(message("\"log_y\"", "\"log_x\"").contains("unknown field `log_x`"));
        assert!(message("20750.0", "-1").contains("expected two numbers from 0 on"));
        assert!(message("20750.0", "0.3").contains("expected two numbers from 0 on"));
        assert!(message("20750.0", "1e300").contains("expected two numbers from 0 on"));
        assert!(message("00000001", "00000000").contains("it has run 00000000000000000000 twice"));
        assert!(message("\"entries\": 7", "\"entries\": -7").contains("integer `-7`"));
    }
}
