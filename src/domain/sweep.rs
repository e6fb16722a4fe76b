//! A sweep as a front sees it: every planned run with what is known of it.

use super::event::{Entry, RunEvent, SweepEvent};
use super::history::{History, Progress};
use super::id::RunId;
use super::run::PlannedRun;
use std::collections::HashMap;

/// One run of the sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub planned: PlannedRun,
    pub history: History,
    pub pace: Pace,
    /// who trains it, when it is not this process
    pub elsewhere: Option<String>,
}

/// Everything planned so far, in the order in which it was planned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sweep {
    rows: Vec<Row>,
    places: HashMap<RunId, usize>,
    pub idle: bool,
    pub closed: bool,
    pub broken: Option<String>,
}

impl Sweep {
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub fn row(&self, id: &RunId) -> Option<&Row> {
        self.places.get(id).map(|place| &self.rows[*place])
    }

    /// Names of the arms, in the order in which they were planned.
    pub fn arms(&self) -> Vec<&str> {
        let mut arms: Vec<&str> = Vec::new();
        for row in &self.rows {
            if !arms.contains(&row.planned.arm.as_str()) {
                arms.push(&row.planned.arm);
            }
        }
        arms
    }

    /// Batch sizes of all runs, ascending.
    pub fn batch_sizes(&self) -> Vec<u32> {
        let mut sizes: Vec<u32> = self.rows.iter().map(|row| row.planned.spec.batch_size).collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }

    pub fn apply(&mut self, event: SweepEvent) {
        match event {
            SweepEvent::Planned(runs) => {
                for planned in runs {
                    if !self.places.contains_key(&planned.id) {
                        self.places.insert(planned.id.clone(), self.rows.len());
                        let (history, pace) = (History::default(), Pace::default());
                        self.rows.push(Row { planned, history, pace, elsewhere: None });
                        self.idle = false;
                    }
                }
            }
            SweepEvent::Run { run, entry, .. } => {
                if let Some(row) = self.row_mut(&run) {
                    row.elsewhere = None;
                    row.apply(&entry);
                }
            }
            SweepEvent::Replayed { run, live, entries } => {
                if let Some(row) = self.row_mut(&run) {
                    (row.history, row.pace) = (History::default(), Pace::default());
                    entries.iter().for_each(|entry| row.apply(entry));
                    // its owner was killed, or is another process, which is told apart
                    if !live && row.history.progress == Progress::Running {
                        row.history.progress = Progress::Interrupted;
                    }
                }
            }
            SweepEvent::Elsewhere { run, owner } => {
                if let Some(row) = self.row_mut(&run) {
                    row.elsewhere = Some(owner);
                }
            }
            SweepEvent::Broken(message) => self.broken = Some(message),
            SweepEvent::Idle => self.idle = true,
            SweepEvent::Closed => self.closed = true,
        }
    }

    fn row_mut(&mut self, id: &RunId) -> Option<&mut Row> {
        self.places.get(id).map(|place| &mut self.rows[*place])
    }

    pub fn count(&self, wanted: impl Fn(&Progress) -> bool) -> usize {
        self.rows.iter().filter(|row| wanted(&row.history.progress)).count()
    }

    pub fn failed(&self) -> usize {
        self.count(|progress| matches!(progress, Progress::Failed(_)))
    }

    /// Share of all training pairs that are done.
    pub fn share_done(&self) -> f64 {
        let (mut done, mut planned) = (0u64, 0u64);
        for row in &self.rows {
            let spec = &row.planned.spec;
            done += spec.pairs_seen(row.history.step);
            planned += spec.pairs_seen(spec.updates());
        }
        done as f64 / planned.max(1) as f64
    }

    /// Pairs a second of all runs under way here.
    pub fn pairs_per_second(&self) -> f64 {
        let running = self.rows.iter().filter(|row| row.history.progress == Progress::Running);
        running.filter_map(Row::pairs_per_second).sum()
    }

    /// Seconds until everything planned is trained by this many workers; nothing while no speed is known.
    pub fn remaining_seconds(&self, workers: usize) -> Option<f64> {
        self.seconds(workers, |row| match row.history.progress {
            Progress::Finished | Progress::Failed(_) => 0.0,
            _ => row.remaining_updates(),
        })
    }

    /// Seconds that everything planned takes from its beginning.
    pub fn whole_seconds(&self, workers: usize) -> Option<f64> {
        self.seconds(workers, |row| row.planned.spec.updates() as f64)
    }

    fn seconds(&self, workers: usize, updates: impl Fn(&Row) -> f64) -> Option<f64> {
        let mut total = 0.0;
        for row in &self.rows {
            let updates = updates(row);
            if updates > 0.0 {
                total += updates / self.updates_per_second(row)?;
            }
        }
        Some(total / workers.max(1) as f64)
    }

    /// The row's own pace, else that of its batch size, else one of equal pairs a second.
    fn updates_per_second(&self, row: &Row) -> Option<f64> {
        let batch_size = f64::from(row.planned.spec.batch_size);
        let mean = |rates: Vec<f64>| {
            (!rates.is_empty()).then(|| rates.len() as f64 / rates.iter().map(|rate| 1.0 / rate).sum::<f64>())
        };
        row.pace
            .updates_per_second()
            .or_else(|| {
                let same = |other: &&Row| other.planned.spec.batch_size == row.planned.spec.batch_size;
                mean(self.rows.iter().filter(same).filter_map(|other| other.pace.updates_per_second()).collect())
            })
            .or_else(|| {
                mean(self.rows.iter().filter_map(Row::pairs_per_second).collect()).map(|pairs| pairs / batch_size)
            })
    }
}

impl Row {
    fn apply(&mut self, entry: &Entry) {
        self.history.apply(&entry.event);
        self.pace.apply(entry);
    }

    pub fn remaining_updates(&self) -> f64 {
        self.planned.spec.updates().saturating_sub(self.history.step) as f64
    }

    pub fn pairs_per_second(&self) -> Option<f64> {
        Some(self.pace.updates_per_second()? * f64::from(self.planned.spec.batch_size))
    }

    /// Seconds until this run is done, when it is under way and its speed is known.
    pub fn remaining_seconds(&self) -> Option<f64> {
        match self.history.progress {
            Progress::Running => Some(self.remaining_updates() / self.pace.updates_per_second()?),
            _ => None,
        }
    }
}

/// How fast the newest attempt goes, evaluations included.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pace {
    first: Option<(f64, u64)>,
    last: Option<(f64, u64)>,
}

impl Pace {
    fn apply(&mut self, entry: &Entry) {
        match entry.event {
            RunEvent::Started { .. } => *self = Self::default(),
            RunEvent::Update { step, .. } => {
                let point = Some((entry.time, step));
                self.first = self.first.or(point);
                self.last = point;
            }
            _ => {}
        }
    }

    pub fn updates_per_second(&self) -> Option<f64> {
        let ((first_time, first_step), (last_time, last_step)) = (self.first?, self.last?);
        let seconds = last_time - first_time;
        (seconds > 0.0 && last_step > first_step).then(|| (last_step - first_step) as f64 / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::super::run::tests::example;
    use super::*;

    fn planned(batch_size: u32) -> PlannedRun {
        let id = RunId::from_digest(&format!("{batch_size:020}"));
        PlannedRun { id, arm: "baseline".into(), spec: example(batch_size, 80), keep_weights: false }
    }

    fn update(batch_size: u32, step: u64, time: f64) -> SweepEvent {
        let event = RunEvent::Update { step, loss: 0.5, accuracy: 0.5, learning_rate: 0.1, gradient_norm: 1.0 };
        let run = RunId::from_digest(&format!("{batch_size:020}"));
        SweepEvent::Run { run, attempt: 1, entry: Entry { number: step, time, event } }
    }

    #[test]
    fn the_time_left_is_known_from_the_first_measured_speed() {
        let mut sweep = Sweep::default();
        sweep.apply(SweepEvent::Planned(vec![planned(8), planned(16)]));
        assert_eq!(sweep.remaining_seconds(2), None);
        // 20 updates of 8 pairs at 2 a second, and 10 of 16 pairs at the same 16 pairs a second
        for step in 1..=10 {
            sweep.apply(update(8, step, 100.0 + step as f64 / 2.0));
        }
        assert_eq!(sweep.rows()[0].pairs_per_second(), Some(16.0));
        assert_eq!(sweep.remaining_seconds(1), Some(5.0 + 10.0));
        assert_eq!(sweep.remaining_seconds(2), Some(7.5));
        assert_eq!(sweep.share_done(), 80.0 / 320.0);
    }

    #[test]
    fn a_replay_replaces_what_was_known() {
        let mut sweep = Sweep::default();
        sweep.apply(SweepEvent::Planned(vec![planned(8)]));
        sweep.apply(update(8, 1, 1.0));
        let entries = vec![Entry { number: 0, time: 0.0, event: RunEvent::Started { step: 0 } }];
        sweep.apply(SweepEvent::Replayed { run: planned(8).id, live: false, entries });
        assert!(sweep.rows()[0].history.updates.is_empty());
        assert_eq!(sweep.rows()[0].history.progress, Progress::Interrupted, "nobody is at it");
    }
}
