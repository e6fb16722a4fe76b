//! A sweep as lines of text: what a run in a pipe prints.

use crate::domain::event::{Entry, RunEvent, SweepEvent};
use crate::domain::history::Progress;
use crate::domain::metric::Scores;
use crate::domain::sweep::{Row, Sweep};

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
            match (&row.history.progress, row.history.last_evaluation()) {
                (Progress::Finished, Some(point)) => {
                    Some(format!("{}: already there, accuracy {:.4}", name(row), point.accuracy))
                }
                (Progress::Failed(message), _) => {
                    Some(format!("{}: failed before: {message} (--retry-failed trains it again)", name(row)))
                }
                _ => None,
            }
        }
        SweepEvent::Elsewhere { run, owner } => Some(format!("{}: trained by {owner}", name(sweep.row(run)?))),
        SweepEvent::Broken(message) => Some(format!("stopped: {message}")),
        // nobody steers a sweep without a screen
        SweepEvent::Intended { .. } => None,
        SweepEvent::Planned(_) | SweepEvent::Idle | SweepEvent::Closed => None,
    }
}

/// ` accuracy 0.8000 loss 0.5000 f1 0.8500 matthews 0.4000`, accuracy first.
fn words(scores: &Scores) -> String {
    let mut scores: Vec<_> = scores.by_tag().collect();
    scores.sort_by_key(|(tag, _)| *tag != "accuracy");
    scores.iter().map(|(tag, score)| format!(" {tag} {score:.4}")).collect()
}

fn entry_line(row: &Row, entry: &Entry) -> Option<String> {
    let (name, spec) = (name(row), &row.planned.spec);
    match &entry.event {
        RunEvent::Started { step: 0 } => Some(format!("{name}: started, {} updates", spec.updates())),
        RunEvent::Started { step } if *step == spec.updates() && spec.scored_plainly().is_some() => {
            Some(format!("{name}: scores final weights again"))
        }
        RunEvent::Started { step } => Some(format!("{name}: goes on from update {step} of {}", spec.updates())),
        RunEvent::Evaluation { step, scores } => {
            let (pairs, updates) = (spec.pairs_seen(*step), spec.updates());
            Some(format!("{name}: update {step}/{updates} pairs {pairs}{}", words(scores)))
        }
        RunEvent::AlsoEvaluated { set, scores, .. } => Some(format!("{name}: scores {}{}", set.name(), words(scores))),
        RunEvent::Finished { .. } => Some(format!("{name}: finished")),
        RunEvent::Stopped { step } => Some(format!("{name}: left at update {step}, resumable")),
        RunEvent::Failed { step, message } => Some(format!("{name}: failed at update {step}: {message}")),
        RunEvent::Update { .. } | RunEvent::Checkpointed { .. } => None,
    }
}
