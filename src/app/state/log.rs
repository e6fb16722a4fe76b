//! What happened, in lines.

use super::words::runs;
use crate::domain::command::Intent;
use crate::domain::event::{RunEvent, SweepEvent};
use crate::domain::scores::ONE_CLASS;
use crate::domain::sweep::Sweep;
use std::collections::VecDeque;

/// Lines that are kept; older ones are in the journals.
const KEPT: usize = 1000;

#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// seconds since 1970, if the event has a time
    pub time: Option<f64>,
    pub text: String,
    pub bad: bool,
}

/// The newest lines, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Log(VecDeque<LogLine>);

impl Log {
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &LogLine> + ExactSizeIterator {
        self.0.iter()
    }

    pub(in crate::app) fn add(&mut self, text: String, bad: bool) {
        self.push(LogLine { time: None, text, bad });
    }

    /// Adds a line for an important event; most events only change charts.
    pub(in crate::app) fn receive(&mut self, event: &SweepEvent, sweep: &Sweep) {
        match event {
            SweepEvent::Planned(planned) => self.add(format!("{} planned", runs(planned.len())), false),
            SweepEvent::Found(found) => self.add(format!("{} found", runs(found.len())), false),
            SweepEvent::Run { run, attempt, entry } => {
                let Some(row) = sweep.row(run) else { return };
                let told = match &entry.event {
                    RunEvent::Started { step: 0 } if *attempt == 1 => ("started".to_owned(), false),
                    RunEvent::Started { step } => (format!("continues after update {step}"), false),
                    RunEvent::Stopped { step } => (format!("stopped after update {step}"), false),
                    RunEvent::Failed { message, .. } => (format!("failed: {message}"), true),
                    RunEvent::Finished { .. } => {
                        let score = row.history.last_evaluation().map(|point| point.scores.accuracy);
                        let finished =
                            score.map_or("finished".into(), |score| format!("finished, accuracy {score:.3}"));
                        match row.history.ends_with_one_class() {
                            true => (format!("{finished}, {ONE_CLASS}"), true),
                            false => (finished, false),
                        }
                    }
                    RunEvent::AlsoEvaluated { set, scores, .. } => {
                        (format!("scored {}: accuracy {:.3}", set.name(), scores.accuracy), false)
                    }
                    RunEvent::Update { .. }
                    | RunEvent::Evaluation { .. }
                    | RunEvent::Gradient(_)
                    | RunEvent::Checkpointed { .. } => return,
                };
                let text = format!("{} {}", row.label, told.0);
                self.push(LogLine { time: Some(entry.time), text, bad: told.1 });
            }
            SweepEvent::Elsewhere { run, owner } => {
                if let Some(row) = sweep.row(run) {
                    self.add(format!("{} is trained by {owner}", row.label), false);
                }
            }
            SweepEvent::TakenOver { run, owner } => {
                if let Some(row) = sweep.row(run) {
                    let name = &row.label;
                    self.add(format!("{name} was taken over by {owner}: this process was silent for too long"), true);
                }
            }
            SweepEvent::Intended { runs: of, intent } => {
                let what = match intent {
                    Intent::Train => "to be trained again",
                    Intent::Pause => "paused",
                    Intent::Cancel => "cancelled",
                };
                self.add(format!("{} {what}", runs(of.len())), false);
            }
            SweepEvent::Noted(words) => self.add(words.clone(), false),
            SweepEvent::Damaged(words) => self.add(format!("damaged: {words}"), true),
            SweepEvent::Unusable { run, reason } => {
                if let Some(row) = sweep.row(run) {
                    self.add(format!("{} cannot be trained: {reason}", row.label), true);
                }
            }
            SweepEvent::Broken(message) => self.add(format!("training stopped: {message}"), true),
            SweepEvent::Idle => self.add("nothing is left to train".into(), false),
            SweepEvent::Rewound { .. }
            | SweepEvent::Logged { .. }
            | SweepEvent::Stored { .. }
            | SweepEvent::Replayed { .. }
            | SweepEvent::Closed => {}
        }
    }

    fn push(&mut self, line: LogLine) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(line);
    }
}
