//! A sweep as lines of text: what a run in a pipe prints, and the table at its end.

use crate::domain::event::{Entry, RunEvent, SweepEvent};
use crate::domain::history::Progress;
use crate::domain::sweep::{Row, Sweep};
use std::fmt::Write;

/// Whole seconds as `1:02:03`, `2:03` or `0:03`.
pub fn clock(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// How a run is called in a line.
pub fn name(row: &Row) -> String {
    format!("{}/bs{}/iid{}", row.planned.arm, row.planned.spec.batch_size, row.planned.spec.iid)
}

/// The line of an event, where it deserves one. Updates do not.
pub fn line(sweep: &Sweep, event: &SweepEvent) -> Option<String> {
    match event {
        SweepEvent::Run { run, entry, .. } => entry_line(sweep.row(run)?, entry),
        SweepEvent::Replayed { run, .. } => {
            let row = sweep.row(run)?;
            let evaluation = row.history.last_evaluation()?;
            let state = match &row.history.progress {
                Progress::Finished => "already there".to_owned(),
                Progress::Failed(message) => format!("failed before: {message} (--retry-failed trains it again)"),
                _ => format!("goes on from step {}", row.history.step),
            };
            Some(format!("{}: {state}, accuracy {:.4}", name(row), evaluation.accuracy))
        }
        SweepEvent::Elsewhere { run, owner } => Some(format!("{}: trained by {owner}", name(sweep.row(run)?))),
        SweepEvent::Broken(message) => Some(format!("stopped: {message}")),
        SweepEvent::Planned(_) | SweepEvent::Idle | SweepEvent::Closed => None,
    }
}

fn entry_line(row: &Row, entry: &Entry) -> Option<String> {
    let (name, spec) = (name(row), &row.planned.spec);
    match &entry.event {
        RunEvent::Started { step: 0 } => Some(format!("{name}: started, {} updates", spec.updates())),
        RunEvent::Started { step } => Some(format!("{name}: goes on from update {step} of {}", spec.updates())),
        RunEvent::Evaluation { step, loss, accuracy, f1 } => {
            let f1 = f1.map_or(String::new(), |f1| format!(" f1 {f1:.4}"));
            let (pairs, updates) = (spec.pairs_seen(*step), spec.updates());
            Some(format!("{name}: update {step}/{updates} pairs {pairs} accuracy {accuracy:.4} loss {loss:.4}{f1}"))
        }
        RunEvent::Finished { .. } => Some(format!("{name}: finished")),
        RunEvent::Stopped { step } => Some(format!("{name}: left at update {step}, resumable")),
        RunEvent::Failed { step, message } => Some(format!("{name}: failed at update {step}: {message}")),
        RunEvent::Update { .. } | RunEvent::Checkpointed { .. } => None,
    }
}

/// Every cell with its finished instances: what a person wants to keep.
pub fn table(sweep: &Sweep) -> String {
    let arms = sweep.arms();
    let width = arms.iter().map(|arm| arm.len()).max().unwrap_or(0).max("arm".len());
    let mut text = format!("{:width$}  batch size  finished  mean accuracy  min     max     mean loss\n", "arm");
    for arm in arms {
        for size in sweep.batch_sizes() {
            let in_cell = |row: &&Row| row.planned.arm == arm && row.planned.spec.batch_size == size;
            let planned = sweep.rows().iter().filter(in_cell).count();
            let finished: Vec<_> = sweep
                .rows()
                .iter()
                .filter(in_cell)
                .filter(|row| row.history.progress == Progress::Finished)
                .filter_map(|row| row.history.last_evaluation())
                .collect();
            let _ = write!(text, "{arm:width$}  {size:>10}  {:>8}", format!("{}/{planned}", finished.len()));
            if !finished.is_empty() {
                let mean = |value: fn(&&crate::domain::history::EvaluationPoint) -> f64| {
                    finished.iter().map(value).sum::<f64>() / finished.len() as f64
                };
                let accuracies = finished.iter().map(|point| point.accuracy);
                let (low, high) = accuracies.fold((f64::MAX, f64::MIN), |(low, high), a| (low.min(a), high.max(a)));
                let (accuracy, loss) = (mean(|point| point.accuracy), mean(|point| point.loss));
                let _ = write!(text, "  {accuracy:>13.4}  {low:.4}  {high:.4}  {loss:>9.4}");
            }
            text.push('\n');
        }
    }
    text
}
