//! The view of a figure as JSON: all that determines the picture beside the store. What it was made of is pinned run by
//! run, so that it is the same picture when runs have gone on since.

use super::palette::PictureTheme;
use crate::domain::history::Progress;
use crate::domain::id::RunId;
use crate::domain::metric::Metric;
use crate::domain::sweep::{Row, Sweep};
use crate::plot::{Band, Curves, Figure, View, XAxis};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

const FORMAT: &str = "batchscope-view 1";
/// Least part of the x axis that can be drawn, of its end: numbers have no finer steps that could be told apart.
const CLOSEST: f64 = 1e-9;
/// Furthest end of an axis: more updates than anybody makes.
const FURTHEST: f64 = 1e15;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedView {
    format: String,
    /// its folder in the store
    pub experiment: String,
    pub metric: Metric,
    pub theme: PictureTheme,
    pub x: XAxis,
    /// the part of the x axis in sight
    pub x_range: (f64, f64),
    pub log_y: bool,
    /// whether the y axis leaves out outliers
    pub clip: bool,
    /// pairs that metrics of single batches are smoothed over
    pub smoothing: u32,
    pub band: Band,
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
    #[error("x_range is {} to {}: expected two numbers from 0 on, the larger one last", .0.0, .0.1)]
    Range((f64, f64)),
    #[error("it has run {0} twice")]
    Twice(RunId),
}

/// What a view of any version has.
#[derive(Deserialize)]
struct Versioned {
    format: String,
}

impl SavedView {
    /// Of a sweep as it is known now.
    pub fn of(
        experiment: String,
        sweep: &Sweep,
        shows: &dyn Fn(&Row) -> bool,
        (metric, view, x_range): (Metric, &View, (f64, f64)),
        theme: PictureTheme,
    ) -> Self {
        let run = |row: &Row| SavedRun {
            run: row.planned.id.clone(),
            arm: row.planned.arm.clone(),
            entries: row.entries,
            shown: shows(row),
        };
        Self {
            format: FORMAT.into(),
            experiment,
            metric,
            theme,
            x: view.x,
            x_range,
            log_y: view.log_y,
            clip: view.clip,
            smoothing: view.smoothing,
            band: view.band,
            runs: sweep.rows().iter().map(run).collect(),
        }
    }

    /// Of a file, which may hold anything.
    pub fn parse(text: &str) -> Result<Self, ViewError> {
        let Versioned { format } = serde_json::from_str(text).map_err(ViewError::Shape)?;
        if format != FORMAT {
            return Err(ViewError::Format { found: format.chars().take(60).collect() });
        }
        let view: Self = serde_json::from_str(text).map_err(ViewError::Shape)?;
        let (low, high) = view.x_range;
        if !(low >= 0.0 && high - low > high * CLOSEST && high <= FURTHEST) {
            return Err(ViewError::Range(view.x_range));
        }
        let mut known = HashSet::new();
        match view.runs.iter().find(|run| !known.insert(&run.run)) {
            Some(twice) => Err(ViewError::Twice(twice.run.clone())),
            None => Ok(view),
        }
    }

    pub fn to_json(&self) -> String {
        // plain values serialise
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// What it shows of a sweep, which is as it was then.
    pub fn figure(&self, sweep: &Sweep) -> Figure {
        let view = View {
            x: self.x,
            log_y: self.log_y,
            smoothing: self.smoothing,
            band: self.band,
            clip: self.clip,
            window: Some(self.x_range),
            ..View::default()
        };
        let shown: HashSet<&RunId> = self.runs.iter().filter(|run| run.shown).map(|run| &run.run).collect();
        let shows = |row: &Row| shown.contains(&row.planned.id);
        Figure::of_shown(sweep.rows(), &shows, self.metric, &view, &mut Curves::default())
    }

    /// Where its picture comes from, in a line.
    pub fn provenance(&self, sweep: &Sweep) -> String {
        let finished = sweep.count(|progress| *progress == Progress::Finished);
        let runs = self.runs.len();
        let version = env!("CARGO_PKG_VERSION");
        let mut text =
            format!("batchscope {version} · experiment {} · {finished} of {runs} runs finished", self.experiment);
        let shown = self.runs.iter().filter(|run| run.shown).count();
        if shown < runs {
            text += &format!(" · {shown} shown");
        }
        if self.clip {
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
        let what = (Metric::TrainLoss, &View::default(), (0.1 + 0.2, 20750.0));
        let view = SavedView::of("mine-0123456789ab".into(), &Sweep::default(), &|_| true, what, PictureTheme::Dark);
        SavedView { runs: (0..3).map(run).collect(), ..view }
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
        let newer = message("view 1", "view 2");
        assert_eq!(newer, "its format is `batchscope-view 2`, and this program knows `batchscope-view 1`");
        assert!(message("train-loss", "loss").contains("unknown variant `loss`, expected one of `valid-accuracy`"));
        assert!(message("\"log_y\"", "\"log_x\"").contains("unknown field `log_x`"));
        assert!(message("20750.0", "-1").contains("expected two numbers from 0 on"));
        assert!(message("20750.0", "0.3").contains("expected two numbers from 0 on"));
        assert!(message("20750.0", "1e300").contains("expected two numbers from 0 on"));
        assert!(message("00000001", "00000000").contains("it has run 00000000000000000000 twice"));
        assert!(message("\"entries\": 7", "\"entries\": -7").contains("integer `-7`"));
    }
}
