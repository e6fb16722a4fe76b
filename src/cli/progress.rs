//! Progress bars: one for the sweep, one for every run in progress.

use crate::domain::clock::clock;
use crate::domain::history::Progress;
use crate::domain::id::RunId;
use crate::domain::printable::printable;
use crate::domain::sweep::Sweep;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::collections::BTreeMap;

pub struct Bars {
    bars: MultiProgress,
    whole: ProgressBar,
    runs: BTreeMap<RunId, ProgressBar>,
    workers: usize,
}

/// Resolution of the whole sweep's bar.
const PARTS: u64 = 10_000;

impl Bars {
    pub fn new(workers: usize) -> Self {
        let bars = MultiProgress::new();
        let whole = bars.add(ProgressBar::new(PARTS).with_style(style("{bar:12.cyan} {percent:>3} %  {wide_msg}")));
        Self { bars, whole, runs: BTreeMap::new(), workers }
    }

    /// Whether the terminal cannot move its cursor, so that neither bars nor lines are visible.
    pub fn is_hidden(&self) -> bool {
        self.bars.is_hidden()
    }

    /// Draws the state of the sweep.
    pub fn draw(&mut self, sweep: &Sweep) {
        for row in sweep.rows() {
            let id = &row.id;
            if row.history.progress != Progress::Running || row.elsewhere.is_some() {
                if let Some(bar) = self.runs.remove(id) {
                    bar.finish_and_clear();
                    self.bars.remove(&bar);
                }
                continue;
            }
            let bar = self.runs.entry(id.clone()).or_insert_with(|| {
                let bar = ProgressBar::new(row.label.length.updates.unwrap_or(0));
                let bar = bar.with_style(style("{bar:12} {percent:>3} %  {prefix}  {wide_msg}"));
                self.bars.add(bar.with_prefix(printable(&row.label.to_string()).into_owned()))
            });
            bar.set_position(row.history.step);
            // most important first: a narrow terminal cuts the rest
            let left = row.remaining_seconds().map_or(String::new(), |seconds| format!("{} left  ", clock(seconds)));
            let accuracy =
                row.history.last_evaluation().map_or(String::new(), |p| format!("accuracy {:.3}  ", p.scores.accuracy));
            let speed = row.pairs_per_second().map_or(String::new(), |pairs| format!("{pairs:.0} pairs/s"));
            bar.set_message(format!("{left}{accuracy}{speed}"));
        }
        let done = sweep.tally().ended();
        let left = sweep.remaining_seconds(self.workers).map_or(String::new(), |s| format!(", {} left", clock(s)));
        self.whole.set_position((sweep.share_done() * PARTS as f64) as u64);
        self.whole.set_message(format!("{done} of {} runs{left}", sweep.rows().len()));
    }

    /// Prints a line above the bars.
    pub fn print(&self, line: &str) {
        let _ = self.bars.println(line);
    }

    /// Clears the bars until the next draw.
    pub fn hide(&self) {
        let _ = self.bars.clear();
    }

    pub fn clear(&self) {
        self.runs.values().chain([&self.whole]).for_each(ProgressBar::finish_and_clear);
        self.hide();
    }
}

fn style(template: &str) -> ProgressStyle {
    // the templates are constants; an invalid one would fall back to the default
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
