//! After the first tenth, the estimated time left is within a fifth of the true one, in simulated sweeps with simulated
//! clocks.

use crate::support::made_up::spec;
use batchscope::domain::event::{JournalEntry, RunEvent, SweepEvent};
use batchscope::domain::id::RunId;
use batchscope::domain::random::{Key, Purpose};
use batchscope::domain::run::{PlannedRun, RunSpec};
use batchscope::domain::scores::Scores;
use batchscope::domain::sweep::Sweep;

const TOLERANCE: f64 = 0.2;

/// A machine and what is trained on it.
struct Case {
    workers: usize,
    batch_sizes: &'static [u32],
    instances: u32,
    /// names, and seconds of an update for one of the baseline's
    arms: &'static [(&'static str, f64)],
    /// seconds of an update: fixed, and for every pair
    fixed: f64,
    a_pair: f64,
    /// seconds of scoring the validation set
    evaluation: f64,
    epochs: u32,
    /// updates take up to this share more or less
    noise: f64,
}

/// Roughly MRPC on two cores, docs/PERFORMANCE.md.
const MRPC: Case = Case {
    workers: 2,
    batch_sizes: &[2, 8, 16, 32, 64],
    instances: 5,
    arms: &[("baseline", 1.0)],
    fixed: 0.011,
    a_pair: 0.006,
    evaluation: 1.1,
    epochs: 2,
    noise: 0.3,
};

const TRAIN_EXAMPLES: u32 = 1200;

impl Case {
    fn planned(&self, arm: &str, batch_size: u32, iid: u32) -> PlannedRun {
        let spec = RunSpec { iid, epochs: self.epochs, ..spec(batch_size, TRAIN_EXAMPLES) };
        let place = self.arms.iter().position(|(name, _)| *name == arm).unwrap();
        let id = RunId::from_digest(&format!("{place:04}{batch_size:08}{iid:08}"));
        PlannedRun { id, arm: arm.into(), spec, keep_weights: false }
    }

    /// In the order in which the engine queues them.
    fn plan(&self) -> Vec<PlannedRun> {
        let mut runs = Vec::new();
        for iid in 0..self.instances {
            for (arm, _) in self.arms {
                runs.extend(self.batch_sizes.iter().map(|size| self.planned(arm, *size, iid)));
            }
        }
        runs
    }

    /// Every event of every run with its time, and when the last run is done. Also: the longest of all waits for an
    /// event, which is how much older than the truth an estimate can be.
    fn events(&self) -> (Vec<(f64, SweepEvent)>, f64, f64) {
        let mut free_at = vec![0.0f64; self.workers];
        let (mut events, mut longest) = (Vec::new(), 0.0f64);
        for (number, run) in self.plan().into_iter().enumerate() {
            let worker = (0..self.workers).min_by(|a, b| free_at[*a].total_cmp(&free_at[*b])).unwrap();
            let key = Key::new(number as u64, Purpose::Shuffle);
            let slower = self.arms.iter().find(|(name, _)| *name == run.arm).unwrap().1;
            let update = slower * (self.fixed + self.a_pair * f64::from(run.spec.batch_size));
            let mut time = free_at[worker];
            let mut tell = |seconds: f64, event: RunEvent| {
                time += seconds;
                longest = longest.max(seconds);
                let entry = JournalEntry { number: 0, time: 1e9 + time, event };
                events.push((time, SweepEvent::Run { run: run.id.clone(), attempt: 1, entry }));
            };
            // the model is built
            tell(0.2, RunEvent::Started { step: 0 });
            for step in 0..=run.spec.updates() {
                if step > 0 {
                    let seconds = update * (1.0 + self.noise * (2.0 * key.uniform(step) - 1.0));
                    let event =
                        RunEvent::Update { step, loss: 0.5, accuracy: 0.5, learning_rate: 0.1, gradient_norm: 1.0 };
                    tell(seconds, event);
                }
                if run.spec.evaluates_after(step) {
                    let event = RunEvent::Evaluation { step, scores: Scores::of(0.5, 0.5) };
                    tell(self.evaluation * slower, event);
                }
            }
            tell(0.0, RunEvent::Finished { step: run.spec.updates() });
            free_at[worker] = time;
        }
        events.sort_by(|a, b| a.0.total_cmp(&b.0));
        let end = free_at.into_iter().fold(0.0, f64::max);
        (events, end, longest)
    }

    /// Checks the sweep's time left, and every run's own, once `from` of their times have passed.
    #[track_caller]
    fn check(&self, from: f64) {
        let (events, end, longest) = self.events();
        let mut ends: std::collections::HashMap<RunId, (f64, f64)> = std::collections::HashMap::new();
        for (time, event) in &events {
            let SweepEvent::Run { run, .. } = event else { continue };
            ends.entry(run.clone()).or_insert((*time, *time)).1 = *time;
        }
        let mut sweep = Sweep::default();
        sweep.apply(SweepEvent::Planned(self.plan()));
        let mut checked = 0;
        for (number, (time, event)) in events.into_iter().enumerate() {
            let SweepEvent::Run { run, .. } = &event else { continue };
            let run = run.clone();
            sweep.apply(event);
            if number % 17 > 0 {
                continue;
            }
            let near = |told: Option<f64>, truth: f64, what: &str| {
                let told = told.unwrap_or_else(|| panic!("nothing is known of {what} after {time:.1} of {end:.1} s"));
                let off = (told - truth).abs();
                assert!(
                    off <= TOLERANCE * truth + longest,
                    "{what} after {time:.1} of {end:.1} s: {told:.1} s left, in truth {truth:.1}"
                );
            };
            if time >= from * end {
                near(sweep.remaining_seconds(self.workers), end - time, "the sweep");
                checked += 1;
            }
            let (start, done) = ends[&run];
            let row = sweep.row(&run).unwrap();
            // a run with a long first evaluation has no measured speed until its first update
            if time >= start + 0.1 * (done - start) && time < done && !row.history.updates.is_empty() {
                near(row.remaining_seconds(), done - time, &format!("{run}"));
            }
        }
        assert!(checked > 100, "only {checked} moments were looked at");
    }
}

#[test]
fn the_original_grid_on_one_to_eight_workers() {
    for workers in [1, 2, 3, 4, 8] {
        Case { workers, ..MRPC }.check(0.1);
    }
}

/// Few long runs, so that workers idle at the end: the smallest batch size comes last and takes longest.
#[test]
fn a_long_run_at_the_end_of_the_queue() {
    Case { workers: 4, batch_sizes: &[64, 32, 16, 8, 2], instances: 3, fixed: 0.03, a_pair: 0.003, ..MRPC }.check(0.1);
    Case { workers: 3, batch_sizes: &[16, 2], instances: 2, fixed: 0.03, ..MRPC }.check(0.1);
}

#[test]
fn evaluations_that_take_half_of_the_time() {
    Case { evaluation: 6.0, epochs: 3, ..MRPC }.check(0.1);
}

#[test]
fn several_arms_of_nearly_one_speed() {
    Case { workers: 2, instances: 3, arms: &[("baseline", 1.0), ("no-dropout", 0.9), ("rms", 1.05)], ..MRPC }
        .check(0.1);
}

/// Nobody can know that an arm is slow before it is tried; from then on the time left counts it so.
#[test]
fn an_arm_that_is_much_slower_counts_from_when_it_is_first_tried() {
    // the baseline's first instance is 6 % of the whole; then comes the slow arm's
    Case { workers: 2, arms: &[("baseline", 1.0), ("batch-norm", 2.5)], ..MRPC }.check(0.12);
}
