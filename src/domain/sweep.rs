//! A sweep as a front sees it: every planned run with what is known of it.

use super::attempts::Attempts;
use super::command::Intent;
use super::event::{Entry, RunEvent, SweepEvent};
use super::history::{History, Progress};
use super::id::RunId;
use super::metric::{Metric, Source};
use super::pace::{Pace, Speeds, last_done, sharing};
use super::run::{PlannedRun, RunSpec};
use super::times::Times;
use std::collections::HashMap;

/// One run of the sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub planned: PlannedRun,
    pub history: History,
    pub pace: Pace,
    pub attempts: Attempts,
    pub times: Times,
    /// of its journal, all attempts together, that are known
    pub entries: u64,
    /// how often points were taken back: whatever was derived from them begins anew
    pub revision: u64,
    /// whether this process trains it, or did
    pub here: bool,
    /// who trains it, when it is not this process
    pub elsewhere: Option<String>,
    /// what is meant to become of it
    pub intent: Intent,
}

/// A value of a metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    pub step: u64,
    /// of training, until then
    pub seconds: f64,
    pub value: f64,
}

/// Everything planned so far, in the order in which it was planned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sweep {
    rows: Vec<Row>,
    places: HashMap<RunId, usize>,
    /// of the machine that trains, where they are known
    pub cores: Option<usize>,
    pub idle: bool,
    pub closed: bool,
    pub broken: Option<String>,
}

impl Sweep {
    /// One that is trained on a machine of so many cores.
    pub fn on(cores: usize) -> Self {
        Self { cores: Some(cores), ..Self::default() }
    }

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
                        self.rows.push(Row::new(planned));
                        self.idle = false;
                    }
                }
            }
            SweepEvent::Run { run, entry, .. } => {
                self.idle &= !matches!(entry.event, RunEvent::Started { .. });
                let sharing = self.cores.map_or(1.0, |_| sharing(self.running_here(), self.cores));
                if let Some(row) = self.row_mut(&run) {
                    (row.here, row.elsewhere) = (true, None);
                    row.apply(&entry, sharing);
                }
            }
            SweepEvent::Replayed { run, entries } => {
                if let Some(row) = self.row_mut(&run) {
                    row.forget();
                    // who shared the cores then is not known
                    entries.iter().for_each(|entry| row.apply(entry, 1.0));
                    // its owner was killed, or is another process, which is told apart
                    if row.history.progress == Progress::Running {
                        row.history.progress = Progress::Interrupted;
                    }
                }
            }
            SweepEvent::Elsewhere { run, owner } | SweepEvent::TakenOver { run, owner } => {
                if let Some(row) = self.row_mut(&run) {
                    row.elsewhere = Some(owner);
                }
            }
            SweepEvent::Intended { runs, intent } => {
                for run in &runs {
                    if let Some(row) = self.row_mut(run) {
                        row.intent = intent;
                    }
                }
                self.idle &= intent != Intent::Train;
            }
            SweepEvent::Damaged(_) => {}
            SweepEvent::Unusable { run, reason } => {
                if let Some(row) = self.row_mut(&run) {
                    row.history.progress = Progress::Failed(reason);
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

    fn running_here(&self) -> usize {
        self.rows.iter().filter(|row| row.here && row.history.progress == Progress::Running).count()
    }

    pub fn count(&self, wanted: impl Fn(&Progress) -> bool) -> usize {
        self.rows.iter().filter(|row| wanted(&row.history.progress)).count()
    }

    pub fn failed(&self) -> usize {
        self.count(|progress| matches!(progress, Progress::Failed(_)))
    }

    /// Runs that are not done, of which this is meant.
    pub fn intended(&self, intent: Intent) -> usize {
        self.rows.iter().filter(|row| row.is_open() && row.intent == intent).count()
    }

    /// Share of all training pairs that are done, but for those of runs that are out of the sweep.
    pub fn share_done(&self) -> f64 {
        let (mut done, mut planned) = (0u64, 0u64);
        for row in self.rows.iter().filter(|row| !row.is_open() || row.intent != Intent::Cancel) {
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

    /// Seconds until everything planned is trained by this many workers, but for what is kept back; nothing while no
    /// speed is known. The queue is gone through in its order, so that workers without a run at its end count as what
    /// they are.
    pub fn remaining_seconds(&self, workers: usize) -> Option<f64> {
        let speeds = Speeds::of(&self.rows);
        let (mut under_way, mut waiting, mut elsewhere) = (Vec::new(), Vec::new(), 0.0);
        for row in &self.rows {
            let seconds = || speeds.seconds(row, row.remaining_updates(), row.remaining_evaluations());
            match row.history.progress {
                Progress::Finished | Progress::Failed(_) => {}
                _ if row.intent != Intent::Train => {}
                _ if row.elsewhere.is_some() => elsewhere = seconds()?.max(elsewhere),
                Progress::Running => under_way.push(seconds()?),
                Progress::Waiting | Progress::Interrupted => waiting.push(seconds()?),
            }
        }
        Some(last_done(workers, self.cores, under_way, waiting.into_iter()).max(elsewhere))
    }

    /// Seconds that further runs would take this many workers, or that scoring them once would, where only that is
    /// left to do; nothing while no speed is known.
    pub fn further_seconds<'r>(&self, workers: usize, runs: impl Iterator<Item = (&'r RunSpec, bool)>) -> Option<f64> {
        let speeds = Speeds::of(&self.rows);
        let seconds = |(spec, only_scored): (&RunSpec, bool)| {
            let (updates, evaluations) = if only_scored { (0, 1) } else { (spec.updates(), spec.evaluations()) };
            speeds.seconds_anew(spec.batch_size, updates, evaluations)
        };
        let each: Vec<f64> = runs.map(seconds).collect::<Option<_>>()?;
        Some(last_done(workers, self.cores, Vec::new(), each.into_iter()))
    }
}

impl Row {
    fn new(planned: PlannedRun) -> Self {
        let (history, pace, times, attempts) = Default::default();
        let (here, elsewhere, intent) = (false, None, Intent::Train);
        Self { planned, history, pace, times, attempts, entries: 0, revision: 0, here, elsewhere, intent }
    }

    /// Neither finished nor failed.
    pub fn is_open(&self) -> bool {
        !matches!(self.history.progress, Progress::Finished | Progress::Failed(_))
    }

    fn apply(&mut self, entry: &Entry, sharing: f64) {
        let points = |history: &History| history.updates.len() + history.evaluations.len();
        let before = points(&self.history);
        self.history.apply(&entry.event);
        self.entries += 1;
        self.revision += u64::from(points(&self.history) < before);
        self.pace.apply(entry, sharing);
        self.attempts.apply(entry);
        self.times.apply(entry, &self.history);
    }

    /// What its events said.
    fn forget(&mut self) {
        (self.history, self.pace, self.times, self.attempts, self.entries) = Default::default();
        self.revision += 1;
    }

    /// How many values a metric has.
    pub fn sample_count(&self, metric: Metric) -> usize {
        let (updates, evaluations) = (&self.history.updates, &self.history.evaluations);
        match metric.source() {
            // two runs have it together
            Source::Difference(_) => 0,
            // what does not fit the number of classes
            Source::Evaluation(value) if evaluations.iter().any(|point| value(&point.scores).is_none()) => 0,
            Source::Evaluation(_) => evaluations.len(),
            Source::Update(_) | Source::Time => updates.len(),
        }
    }

    /// A value of a metric by its place.
    pub fn sample(&self, metric: Metric, place: usize) -> Option<Sample> {
        let (update, evaluation) = (self.history.updates.get(place), self.history.evaluations.get(place));
        let value = match metric.source() {
            Source::Evaluation(value) => value(&evaluation?.scores)?,
            Source::Update(value) => value(update?),
            Source::Time => f64::from(self.planned.spec.batch_size) / f64::from(*self.times.spans.get(place)?),
            Source::Difference(_) => return None,
        };
        let (step, times) = match metric.is_of_validation() {
            true => (evaluation?.step, &self.times.evaluations),
            false => (update?.step, &self.times.updates),
        };
        Some(Sample { step, seconds: times.get(place).copied().unwrap_or(0.0), value })
    }

    fn remaining_updates(&self) -> u64 {
        self.planned.spec.updates().saturating_sub(self.history.step)
    }

    fn remaining_evaluations(&self) -> u64 {
        self.planned.spec.evaluations().saturating_sub(self.history.evaluations.len() as u64)
    }

    pub fn pairs_per_second(&self) -> Option<f64> {
        Some(self.pace.updates_per_second()? * f64::from(self.planned.spec.batch_size))
    }

    /// Seconds until this run is done, when it is under way and its speed is known.
    pub fn remaining_seconds(&self) -> Option<f64> {
        match self.history.progress {
            Progress::Running => self.pace.seconds(self.remaining_updates(), self.remaining_evaluations()),
            _ => None,
        }
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
    fn whoever_trains_is_not_idle_in_whatever_order_it_is_told() {
        let mut sweep = Sweep::default();
        sweep.apply(SweepEvent::Planned(vec![planned(8)]));
        sweep.apply(SweepEvent::Idle);
        assert!(sweep.idle);
        let entry = Entry { number: 0, time: 1.0, event: RunEvent::Started { step: 0 } };
        sweep.apply(SweepEvent::Run { run: planned(8).id, attempt: 1, entry });
        assert!(!sweep.idle);
    }

    #[test]
    fn the_time_left_is_known_from_the_first_measured_speed() {
        let mut sweep = Sweep::default();
        sweep.apply(SweepEvent::Planned(vec![planned(8), planned(16)]));
        assert_eq!(sweep.remaining_seconds(2), None);
        // 20 updates of 8 pairs at 2 a second; those of 16 pairs take 18 / 10 of that, see `pace::OVERHEAD`
        for step in 1..=10 {
            sweep.apply(update(8, step, 100.0 + step as f64 / 2.0));
        }
        assert_eq!(sweep.rows()[0].pairs_per_second(), Some(16.0));
        let about = |workers: usize, seconds: f64| {
            let left = sweep.remaining_seconds(workers).unwrap();
            assert!((left - seconds).abs() < 1e-9, "{workers} workers: {left} s, not {seconds}");
        };
        about(1, 5.0 + 9.0);
        about(2, 9.0);
        assert_eq!(sweep.share_done(), 80.0 / 320.0);
    }

    /// Eight runs of 20 updates on two cores. Updates take half a second alone, and twice that while four share the cores.
    #[test]
    fn more_workers_than_cores_do_not_shorten_the_time_left() {
        let run = |number: u64| {
            let planned = planned(8);
            PlannedRun { id: RunId::from_digest(&format!("{number:020}")), ..planned }
        };
        let step = |sweep: &mut Sweep, number: u64, step: u64, time: f64| {
            let event = RunEvent::Update { step, loss: 0.5, accuracy: 0.5, learning_rate: 0.1, gradient_norm: 1.0 };
            sweep.apply(SweepEvent::Run {
                run: run(number).id,
                attempt: 1,
                entry: Entry { number: step, time, event },
            });
        };
        let begin = |sweep: &mut Sweep, number: u64, time: f64| {
            let entry = Entry { number: 0, time, event: RunEvent::Started { step: 0 } };
            sweep.apply(SweepEvent::Run { run: run(number).id, attempt: 1, entry });
        };
        let mut sweep = Sweep::on(2);
        sweep.apply(SweepEvent::Planned((0..8).map(run).collect()));
        (0..2).for_each(|number| begin(&mut sweep, number, 0.0));
        for at in 1..=10 {
            (0..2).for_each(|number| step(&mut sweep, number, at, at as f64 * 0.5));
        }
        // 140 updates on two cores
        let left = |sweep: &Sweep, workers| sweep.remaining_seconds(workers).unwrap();
        assert!((left(&sweep, 2) - 35.0).abs() < 1e-9, "{}", left(&sweep, 2));
        assert!(
            (left(&sweep, 1) - 65.0).abs() < 1e-9,
            "{}: the other worker takes no run after its own",
            left(&sweep, 1)
        );
        for workers in [3, 4, 8] {
            let left = left(&sweep, workers);
            assert!((35.0..40.0).contains(&left), "{left} with {workers} workers, of which two cannot begin sooner");
        }
        // from now on four are under way, each at half the speed
        (2..4).for_each(|number| begin(&mut sweep, number, 5.0));
        for at in 11..=15 {
            let time = 5.0 + (at - 10) as f64;
            (0..2).for_each(|number| step(&mut sweep, number, at, time));
            (2..4).for_each(|number| step(&mut sweep, number, at - 10, time));
        }
        let left = left(&sweep, 4);
        assert!((left - 30.0).abs() < 2.0, "{left} seconds left of 120 updates on two cores");
    }

    #[test]
    fn a_replay_replaces_what_was_known() {
        let mut sweep = Sweep::default();
        sweep.apply(SweepEvent::Planned(vec![planned(8)]));
        sweep.apply(update(8, 1, 1.0));
        let entries = vec![Entry { number: 0, time: 0.0, event: RunEvent::Started { step: 0 } }];
        sweep.apply(SweepEvent::Replayed { run: planned(8).id, entries });
        assert!(sweep.rows()[0].history.updates.is_empty());
        assert_eq!(sweep.rows()[0].history.progress, Progress::Interrupted, "nobody is at it");
    }
}
