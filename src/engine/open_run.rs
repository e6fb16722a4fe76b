//! A run that is being trained here: its journal and event files, open for appending.

use super::record::now;
use crate::domain::event::{JournalEntry, RunEvent};
use crate::domain::metric::{Metric, Source};
use crate::domain::scores::Scores;
use crate::event_file::EventWriter;
use crate::files::FileError;
use crate::model::Interrupt;
use crate::store::{ClaimedAttempt, Journal, RunFolder, StoreError};
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

type Events = EventWriter<BufWriter<File>>;

/// A run that is being trained here.
pub struct OpenRun {
    pub folder: RunFolder,
    pub attempt: ClaimedAttempt,
    pub interrupt: Interrupt,
    pub journal: Journal,
    train: Events,
    valid: Events,
    step: u64,
    beats: u64,
}

impl OpenRun {
    /// Creates the attempt's journal and event files.
    pub fn new(folder: RunFolder, attempt: ClaimedAttempt, interrupt: Interrupt) -> Result<Self, StoreError> {
        let journal = Journal::create(&attempt)?;
        let (train, valid) = (events(&attempt, &["train"])?, events(&attempt, &["valid"])?);
        attempt.beat(0, 0)?;
        Ok(Self { folder, attempt, interrupt, journal, train, valid, step: 0, beats: 0 })
    }

    /// Writes an event into the journal, and what TensorBoard shows of it into an event file.
    pub fn append(&mut self, time: f64, event: RunEvent) -> Result<JournalEntry, StoreError> {
        self.step = event.step();
        let path = self.attempt.path();
        match event {
            RunEvent::Started { step } => {
                // the first update of this attempt is the next one; the evaluation of this step is repeated
                on(path, self.train.starts(time, step + 1))?;
                on(path, self.valid.starts(time, step))?;
            }
            RunEvent::Update { step, loss, accuracy, learning_rate, gradient_norm } => {
                let values = [
                    ("loss", loss),
                    ("accuracy", accuracy),
                    ("lr", learning_rate as f32),
                    ("gradient_norm", gradient_norm),
                ];
                on(path, self.train.scalars(time, step, &values))?;
            }
            RunEvent::Evaluation { step, scores } => {
                on(path, self.valid.scalars(time, step, &tagged(scores)))?;
            }
            RunEvent::Gradient(point) => {
                let values = Metric::ALL.into_iter().filter_map(|metric| match metric.source() {
                    Source::Gradient(value) => Some((metric.tag(), value(&point)? as f32)),
                    _ => None,
                });
                on(path, self.train.scalars(time, point.step, &values.collect::<Vec<_>>()))?;
            }
            RunEvent::AlsoEvaluated { step, set, scores } => {
                let mut events = events(&self.attempt, &["eval", set.name()])?;
                on(path, events.scalars(time, step, &tagged(scores)).and_then(|()| events.flush()))?;
            }
            _ => {}
        }
        self.journal.append(time, event)
    }

    /// Shows other hosts that this process is alive.
    pub fn beat(&mut self) -> Result<(), StoreError> {
        self.beats += 1;
        self.attempt.beat(self.beats, self.step)
    }

    /// Writes all buffers to the operating system, so that they survive this process.
    pub fn flush(&mut self) -> Result<(), StoreError> {
        self.journal.flush()?;
        on(self.attempt.path(), self.train.flush())?;
        on(self.attempt.path(), self.valid.flush())
    }
}

fn tagged(scores: Scores) -> Vec<(&'static str, f32)> {
    scores.by_tag().map(|(tag, score)| (tag, score as f32)).collect()
}

/// A new event file in a folder of an attempt, named as TensorBoard expects.
fn events(attempt: &ClaimedAttempt, folder: &[&str]) -> Result<Events, StoreError> {
    let time = now();
    let name = format!("events.out.tfevents.{:010}.batchscope.{}.0", time as u64, std::process::id());
    let file = attempt.create_file(folder, &name)?;
    on(attempt.path(), EventWriter::new(BufWriter::new(file), time))
}

fn on<T>(path: &Path, result: io::Result<T>) -> Result<T, StoreError> {
    result.map_err(|cause| FileError::System { doing: "write events in", path: path.to_owned(), cause }.into())
}
