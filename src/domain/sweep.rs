//! A sweep as a front sees it: every planned run with what is known of it.

use super::command::Intent;
use super::event::{RunEvent, SweepEvent};
use super::history::{History, Progress};
use super::id::RunId;
use super::pace::{last_done, sharing};
pub use super::row::Row;
use super::run::{PlannedRun, RunSpec};
use super::run_label::{BatchSize, LabelledRun};
use super::speeds::Speeds;
use super::symbol::Symbol;
use super::tally::Tally;
use std::collections::{BTreeSet, HashMap};

/// Everything planned so far, in the order in which it was planned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sweep {
    rows: Vec<Row>,
    places: HashMap<RunId, usize>,
    arms: Vec<String>,
    batch_sizes: Vec<BatchSize>,
    columns: BTreeSet<Symbol>,
    series: BTreeSet<Symbol>,
    tally: Tally,
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
    pub fn arms(&self) -> &[String] {
        &self.arms
    }

    /// Batch sizes of all runs, ascending; an unknown one comes last.
    pub fn batch_sizes(&self) -> &[BatchSize] {
        &self.batch_sizes
    }

    /// Whether any run has a name of its own.
    pub fn has_names(&self) -> bool {
        self.rows.iter().any(|row| row.label.name.is_some())
    }

    /// Further columns that any run's label has.
    pub fn columns(&self) -> &BTreeSet<Symbol> {
        &self.columns
    }

    /// Metrics that other programs have logged.
    pub fn series(&self) -> &BTreeSet<Symbol> {
        &self.series
    }

    /// How many runs are in which state.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    pub fn apply(&mut self, event: SweepEvent) {
        match event {
            SweepEvent::Planned(runs) => runs.into_iter().for_each(|run| self.add_planned(run)),
            SweepEvent::Found(runs) => self.find(runs),
            SweepEvent::Rewound { run, prefix, step } => self.change(&run, |row| row.rewind(&prefix, step)),
            SweepEvent::Logged { run, samples, progress } => {
                self.series.extend(samples.iter().map(|(metric, _)| *metric));
                self.change(&run, |row| row.log(&samples, progress));
            }
            SweepEvent::Run { run, entry, .. } => {
                self.idle &= !matches!(entry.event, RunEvent::Started { .. });
                let sharing = self.cores.map_or(1.0, |_| sharing(self.tally.running_here, self.cores));
                self.change(&run, |row| {
                    (row.here, row.elsewhere) = (true, None);
                    row.apply(&entry, sharing);
                });
            }
            SweepEvent::Stored { run, step, scores } => {
                self.change(&run, |row| row.history = History::finished(step, scores));
            }
            SweepEvent::Replayed { run, entries } => self.change(&run, |row| {
                row.forget();
                // who shared the cores then is not known
                entries.iter().for_each(|entry| row.apply(entry, 1.0));
                // its owner was killed, or is another process, which is told apart
                if row.history.progress == Progress::Running {
                    row.history.progress = Progress::Interrupted;
                }
            }),
            SweepEvent::Elsewhere { run, owner } | SweepEvent::TakenOver { run, owner } => {
                self.change(&run, |row| row.elsewhere = Some(owner));
            }
            SweepEvent::Intended { runs, intent } => {
                runs.iter().for_each(|run| self.change(run, |row| row.intent = intent));
                self.idle &= intent != Intent::Train;
            }
            SweepEvent::Noted(_) | SweepEvent::Damaged(_) => {}
            SweepEvent::Unusable { run, reason } => {
                self.change(&run, |row| row.history.progress = Progress::Failed(reason));
            }
            SweepEvent::Broken(message) => self.broken = Some(message),
            SweepEvent::Idle => self.idle = true,
            SweepEvent::Closed => self.closed = true,
        }
    }

    fn add_planned(&mut self, run: PlannedRun) {
        if !self.places.contains_key(&run.id) {
            let arm = self.place_of_arm(&run.arm);
            self.add(Row::planned(run, self.rows.len(), arm));
            self.idle = false;
        }
    }

    fn find(&mut self, runs: Vec<LabelledRun>) {
        let mut is_regrouped = false;
        for run in runs {
            match self.places.get(&run.id) {
                None => {
                    let arm = self.place_of_arm(run.label.arm());
                    self.columns.extend(run.label.columns.keys());
                    self.add(Row::labelled(run, self.rows.len(), arm));
                }
                Some(place) => is_regrouped |= self.rows[*place].relabel(run.label),
            }
        }
        if is_regrouped {
            self.regroup();
        }
    }

    /// Works out again what follows from the labels of all runs.
    fn regroup(&mut self) {
        (self.arms, self.batch_sizes, self.columns) = Default::default();
        for place in 0..self.rows.len() {
            let label = self.rows[place].label.clone();
            self.rows[place].arm = self.place_of_arm(label.arm());
            self.columns.extend(label.columns.keys());
            self.note_batch_size(label.batch_size);
        }
    }

    fn note_batch_size(&mut self, size: BatchSize) {
        if let Err(place) = self.batch_sizes.binary_search(&size) {
            self.batch_sizes.insert(place, size);
        }
    }

    fn place_of_arm(&mut self, name: &str) -> usize {
        let known = self.arms.iter().position(|arm| arm == name);
        known.unwrap_or_else(|| {
            self.arms.push(name.to_owned());
            self.arms.len() - 1
        })
    }

    fn add(&mut self, row: Row) {
        self.note_batch_size(row.label.batch_size);
        self.tally.add(&row);
        self.places.insert(row.id.clone(), row.place);
        self.rows.push(row);
    }

    /// The one way to change a row: what is known of all rows together follows.
    fn change(&mut self, id: &RunId, change: impl FnOnce(&mut Row)) {
        let Some(place) = self.places.get(id) else { return };
        let row = &mut self.rows[*place];
        self.tally.remove(row);
        change(row);
        row.version += 1;
        self.tally.add(row);
    }

    /// The part of all training pairs that is done, without cancelled runs and those of unknown length.
    pub fn share_done(&self) -> f64 {
        let (mut done, mut planned) = (0u64, 0u64);
        for row in self.rows.iter().filter(|row| !row.is_open() || row.intent != Intent::Cancel) {
            let Some(updates) = row.label.length.updates else { continue };
            let pairs = |step: u64| row.label.pairs_seen(step).unwrap_or(step);
            done += pairs(row.history.step);
            planned += pairs(updates);
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
            speeds.seconds_anew(spec.pairs_per_update(), updates, evaluations)
        };
        let each: Vec<f64> = runs.map(seconds).collect::<Option<_>>()?;
        Some(last_done(workers, self.cores, Vec::new(), each.into_iter()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::JournalEntry;
    use super::super::metric::Metric;
    use super::super::run::made_up::{found, logged, spec as example};
    use super::super::scores::Scores;
    use super::*;

    fn planned(batch_size: u32) -> PlannedRun {
        let id = RunId::from_digest(&format!("{batch_size:020}"));
        PlannedRun { id, arm: "baseline".into(), spec: example(batch_size, 80), keep_weights: false }
    }

    fn update(batch_size: u32, step: u64, time: f64) -> SweepEvent {
        let event = RunEvent::Update { step, loss: 0.5, accuracy: 0.5, learning_rate: 0.1, gradient_norm: 1.0 };
        let run = RunId::from_digest(&format!("{batch_size:020}"));
        SweepEvent::Run { run, attempt: 1, entry: JournalEntry { number: step, time, event } }
    }

    #[test]
    fn whoever_trains_is_not_idle_in_whatever_order_it_is_told() {
        let mut sweep = Sweep::default();
        sweep.apply(SweepEvent::Planned(vec![planned(8)]));
        sweep.apply(SweepEvent::Idle);
        assert!(sweep.idle);
        let entry = JournalEntry { number: 0, time: 1.0, event: RunEvent::Started { step: 0 } };
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
                entry: JournalEntry { number: step, time, event },
            });
        };
        let begin = |sweep: &mut Sweep, number: u64, time: f64| {
            let entry = JournalEntry { number: 0, time, event: RunEvent::Started { step: 0 } };
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
        let entries = vec![JournalEntry { number: 0, time: 0.0, event: RunEvent::Started { step: 0 } }];
        sweep.apply(SweepEvent::Replayed { run: planned(8).id, entries });
        assert!(sweep.rows()[0].history.updates.is_empty());
        assert_eq!(sweep.rows()[0].history.progress, Progress::Interrupted, "nobody is at it");
    }

    #[test]
    fn a_result_is_known_before_the_curve_and_is_no_point_of_it() {
        let mut sweep = Sweep::default();
        let (run, scores) = (planned(8), Scores::of(0.5, 0.75));
        sweep.apply(SweepEvent::Planned(vec![run.clone()]));
        sweep.apply(SweepEvent::Stored { run: run.id.clone(), step: 20, scores });
        let row = &sweep.rows()[0];
        assert_eq!((sweep.tally().finished, row.history.step, row.entries), (1, 20, 0));
        assert_eq!(row.history.last_evaluation().map(|point| point.scores.accuracy), Some(0.75));
        assert_eq!(row.sample_count(Metric::ValidAccuracy), 0);
        let events = [RunEvent::Started { step: 0 }, RunEvent::Evaluation { step: 0, scores: Scores::of(0.7, 0.5) }];
        let entries = events.map(|event| JournalEntry { number: 0, time: 0.0, event }).into();
        sweep.apply(SweepEvent::Replayed { run: run.id, entries });
        let row = &sweep.rows()[0];
        assert_eq!(
            row.history.last_evaluation().map(|point| point.scores.accuracy),
            Some(0.5),
            "the journal replaces it"
        );
    }

    #[test]
    fn runs_of_another_program_are_grouped_again_when_more_is_known_of_them() {
        let mut sweep = Sweep::default();
        let runs = [found(None, None, 0), found(Some("adam"), Some(8), 1)];
        sweep.apply(SweepEvent::Found(runs.to_vec()));
        sweep.apply(logged(&runs[0], 20));
        assert_eq!(
            (sweep.arms(), sweep.batch_sizes()),
            (&["-", "adam"].map(str::to_owned)[..], &[8.into(), BatchSize::Unknown][..])
        );
        let label = found(Some("adam"), Some(2), 0).label;
        sweep.apply(SweepEvent::Found(vec![LabelledRun { label, ..runs[0].clone() }]));
        assert_eq!((sweep.arms(), sweep.batch_sizes()), (&["adam".to_owned()][..], &[2.into(), 8.into()][..]));
        let row = &sweep.rows()[0];
        assert_eq!((row.arm, row.history.step), (0, 20), "its values stay");
        assert!(sweep.columns().contains("optimizer") && sweep.series().contains("eval/accuracy"));
        assert!(row.revision > 0, "what was derived from its batch size is worked out again");
    }

    #[test]
    fn a_rewound_run_has_nothing_beyond_its_step() {
        let mut sweep = Sweep::default();
        let run = found(Some("adam"), Some(8), 0);
        sweep.apply(SweepEvent::Found(vec![run.clone()]));
        sweep.apply(logged(&run, 100));
        let count = |sweep: &Sweep, name: &str| sweep.rows()[0].sample_count(Metric::Logged(Symbol::of(name)));
        assert_eq!((count(&sweep, "train/loss"), count(&sweep, "eval/accuracy")), (20, 6));
        let rewound = |prefix: &str, step| SweepEvent::Rewound { run: run.id.clone(), prefix: prefix.into(), step };
        sweep.apply(rewound("eval/", 40));
        assert_eq!((count(&sweep, "train/loss"), count(&sweep, "eval/accuracy")), (20, 2));
        sweep.apply(rewound("", 50));
        assert_eq!((count(&sweep, "train/loss"), sweep.rows()[0].history.step), (9, 45));
    }

    #[test]
    fn the_tally_follows_every_event() {
        let runs: Vec<PlannedRun> = [2, 8, 16, 32].map(planned).into();
        let [waiting, trained, failed, finished] = [0, 1, 2, 3].map(|place: usize| runs[place].id.clone());
        let mut sweep = Sweep::default();
        let mut tell = |event: SweepEvent| {
            sweep.apply(event);
            let mut anew = Tally::default();
            sweep.rows().iter().for_each(|row| anew.add(row));
            assert_eq!(*sweep.tally(), anew);
            anew
        };
        let run = |run: &RunId, event| SweepEvent::Run {
            run: run.clone(),
            attempt: 1,
            entry: JournalEntry { number: 0, time: 0.0, event },
        };
        assert_eq!(tell(SweepEvent::Planned(runs)).to_train, 4);
        for id in [&trained, &failed, &finished] {
            tell(run(id, RunEvent::Started { step: 0 }));
        }
        tell(run(&failed, RunEvent::Failed { step: 1, message: String::new() }));
        tell(run(&finished, RunEvent::Finished { step: 10 }));
        let both = vec![waiting.clone(), finished.clone()];
        let tally = tell(SweepEvent::Intended { runs: both, intent: Intent::Cancel });
        assert_eq!((tally.running_here, tally.failed, tally.finished), (1, 1, 1));
        assert_eq!((tally.to_train, tally.cancelled), (1, 1), "what is finished cannot be cancelled");
        tell(SweepEvent::Unusable { run: waiting, reason: String::new() });
        let tally = tell(SweepEvent::Replayed { run: trained, entries: Vec::new() });
        assert_eq!((tally.running, tally.failed), (0, 2));
    }
}
