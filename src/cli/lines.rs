//! Progress as lines of text, for pipes. Every line starts with the number of runs done.

use crate::domain::clock::{clock, span};
use crate::domain::event::{JournalEntry, RunEvent, SweepEvent};
use crate::domain::history::Progress;
use crate::domain::metric::Metric;
use crate::domain::scores::{ONE_CLASS, Scores};
use crate::domain::sweep::{Row, Sweep};

/// The line of an event; updates have none. `sweep` includes the event already.
pub fn line(sweep: &Sweep, event: &SweepEvent) -> Option<String> {
    let (run, words) = match event {
        SweepEvent::Run { run, entry, .. } => (run, entry_words(sweep.row(run)?, entry)?),
        SweepEvent::Replayed { run, .. } => (run, stored_words(sweep.row(run)?)?),
        SweepEvent::Elsewhere { run, owner } => (run, format!("is being trained by {owner}")),
        SweepEvent::TakenOver { run, owner } => {
            (run, format!("taken over by {owner} because this process was silent for too long"))
        }
        SweepEvent::Damaged(words) => return Some(format!("damaged: {words}")),
        SweepEvent::Unusable { run, reason } => (run, format!("cannot be trained: {reason}")),
        SweepEvent::Broken(message) => return Some(format!("stopped: {message}")),
        // only the dashboard sends commands
        SweepEvent::Intended { .. } => return None,
        SweepEvent::Noted(words) => return Some(words.clone()),
        SweepEvent::Found(_) | SweepEvent::Rewound { .. } | SweepEvent::Logged { .. } => return None,
        SweepEvent::Planned(_) | SweepEvent::Stored { .. } | SweepEvent::Idle | SweepEvent::Closed => return None,
    };
    Some(format!("{}  {}  {words}", count(sweep), sweep.row(run)?.label))
}

/// The time left, where it is known: `12 of 25  about 4:10 left`.
pub fn time_left(sweep: &Sweep, workers: usize) -> Option<String> {
    let seconds = sweep.remaining_seconds(workers).filter(|seconds| *seconds > 0.0)?;
    Some(format!("{}  about {} left", count(sweep), clock(seconds)))
}

/// Runs done, of all: `12 of 25`.
fn count(sweep: &Sweep) -> String {
    let all = sweep.rows().len();
    let done = sweep.tally().ended();
    let width = all.to_string().len();
    format!("{done:>width$} of {all}")
}

/// Why a run is not trained now, by its state in the store.
fn stored_words(row: &Row) -> Option<String> {
    match (&row.history.progress, row.history.last_evaluation()) {
        (Progress::Finished, Some(point)) => {
            Some(format!("already in the store  {}{}", percent(point.scores.accuracy), one_class(row)))
        }
        (Progress::Failed(message), _) => Some(format!("failed before: {message} (--retry-failed trains it again)")),
        _ => None,
    }
}

fn entry_words(row: &Row, entry: &JournalEntry) -> Option<String> {
    let updates = row.label.length.updates.unwrap_or(0);
    let is_scored_only = || row.spec.as_ref().is_some_and(|spec| spec.scored_plainly().is_some());
    match &entry.event {
        RunEvent::Started { step: 0 } => Some(format!("started, {updates} updates")),
        RunEvent::Started { step } if *step == updates && is_scored_only() => Some("scores final weights again".into()),
        RunEvent::Started { step } => Some(format!("resumes at update {step} of {updates}")),
        RunEvent::Evaluation { step, scores } => Some(format!("update {step} of {updates}  {}", in_words(scores))),
        RunEvent::AlsoEvaluated { set, scores, .. } => Some(format!("on {}  {}", set.name(), in_words(scores))),
        RunEvent::Finished { .. } => {
            let accuracy =
                row.history.last_evaluation().map_or(String::new(), |point| percent(point.scores.accuracy) + "  ");
            Some(format!("finished  {accuracy}{}{}", span(row.times.seconds()), one_class(row)))
        }
        RunEvent::Stopped { step } => Some(format!("interrupted at update {step} of {updates}, resumable")),
        RunEvent::Failed { step, message } => Some(format!("failed at update {step}: {message}")),
        RunEvent::Update { .. } | RunEvent::Gradient(_) | RunEvent::Checkpointed { .. } => None,
    }
}

/// `accuracy 80.0 %  loss 0.5000  F1 0.8500  Matthews 0.4000`.
fn in_words(scores: &Scores) -> String {
    let value = |metric, score| match metric {
        Metric::ValidAccuracy => percent(score),
        _ => format!("{score:.4}"),
    };
    let named = scores.named().map(|(metric, score)| format!("{} {}", metric.label(), value(metric, score)));
    named.collect::<Vec<_>>().join("  ")
}

fn percent(accuracy: f64) -> String {
    format!("{:.1} %", 100.0 * accuracy)
}

fn one_class(row: &Row) -> String {
    if row.history.ends_with_one_class() { format!("  {ONE_CLASS}") } else { String::new() }
}
