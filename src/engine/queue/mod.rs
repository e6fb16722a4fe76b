//! Which run is trained next: those that wait in the order of their turns, those that are preferred to them, those that are
//! running, and those that are paused. Knows nothing of how a run is trained.

mod state;
#[cfg(test)]
mod tests;

use crate::domain::command::Intent;
use crate::domain::id::RunId;
use crate::domain::run::PlannedRun;
use crate::model::Interrupt;
use crate::store::{Place, RunFolder};
use state::{Preference, State, Turn, Waiting};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often a worker tries again to claim a run that another process trains.
const RETRY: Duration = Duration::from_secs(2);

/// Seen by every thread of an engine.
#[derive(Default)]
pub struct Queue {
    state: Mutex<State>,
    /// there may be something to do for a worker that waits
    changed: Condvar,
}

/// A run waiting for a worker.
pub struct Job {
    pub planned: PlannedRun,
    pub folder: RunFolder,
    /// its link in the folder of its experiment
    pub place: Option<Place>,
    /// the run whose kept weights it scores in another way, instead of being trained
    pub weights_of: Option<RunId>,
    /// another process was training it, and the front may not know all of its attempts
    pub asked_before: bool,
    /// train it again if it failed before
    pub retry: bool,
}

/// A run that a worker trains.
pub struct Assignment {
    pub job: Job,
    /// asked when the run has to stop
    pub interrupt: Interrupt,
    turn: Turn,
}

/// Why a worker gives a run back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// finished, failed, or found to be one of these
    Done,
    /// another process is training it
    Elsewhere,
    /// it was asked to stop, and has written a checkpoint
    Stopped,
}

impl Queue {
    /// Adds runs behind those that wait, in the order of their turns.
    pub fn add(&self, jobs: Vec<Job>) {
        let mut state = self.lock();
        state.plans += 1;
        let plan = state.plans;
        for (place, job) in jobs.into_iter().enumerate() {
            if job.planned.keep_weights {
                state.will_keep_weights.insert(job.planned.id.clone());
            }
            state.waiting.insert((plan, job.planned.turn(), place), Waiting { job, not_before: None });
        }
        state.make_room();
        self.changed.notify_all();
    }

    /// Prefers runs to the others that wait, now or once they are added. Those of the first instance are trained at once:
    /// the run that was started last stops for them. The rest alternate with the others. Order never affects results.
    pub fn prefer(&self, runs: &[PlannedRun]) {
        let mut state = self.lock();
        let Some(first) = runs.iter().map(PlannedRun::turn).min() else { return };
        state.preferences += 1;
        let number = state.preferences;
        for run in runs {
            state.preferred.insert(run.id.clone(), Preference { number, is_urgent: run.turn() == first });
        }
        state.make_room();
        self.changed.notify_all();
    }

    /// The next run. Waits for one; nothing when the worker that asks should end.
    pub fn next(&self) -> Option<Assignment> {
        let mut state = self.lock();
        loop {
            if state.is_closed || state.workers > state.workers_allowed {
                state.workers = state.workers.saturating_sub(1);
                return None;
            }
            if let Some(assignment) = state.start_next() {
                return Some(assignment);
            }
            let waited = self.changed.wait_timeout(state, RETRY);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether a run that is stopping should leave nothing in the store.
    pub fn is_discarded(&self, run: &RunId) -> bool {
        self.lock().running.get(run).is_some_and(|run| run.discard)
    }

    /// Takes a run back from its worker.
    pub fn release(&self, assignment: Assignment, why: Release) {
        let mut state = self.lock();
        let Assignment { mut job, turn, .. } = assignment;
        let intent = state.running.remove(&job.planned.id).map_or(Intent::Train, |run| run.intent);
        match (why, intent) {
            (Release::Done, _) | (_, Intent::Cancel) => {
                state.will_keep_weights.remove(&job.planned.id);
                state.preferred.remove(&job.planned.id);
            }
            (_, Intent::Pause) => {
                state.paused.insert(turn, job);
            }
            (_, Intent::Train) => {
                let is_elsewhere = why == Release::Elsewhere;
                // the other process may have written more than the front knows
                job.asked_before |= is_elsewhere;
                let not_before = is_elsewhere.then(|| Instant::now() + RETRY);
                state.waiting.insert(turn, Waiting { job, not_before });
            }
        }
        self.changed.notify_all();
    }

    /// Pauses runs. Returns those that were not paused before.
    pub fn pause(&self, runs: &[RunId]) -> Vec<RunId> {
        let mut state = self.lock();
        let moved: Vec<Turn> = state.turns(runs);
        let mut paused = state.stop(runs, Intent::Pause, false);
        for turn in moved {
            if let Some(Waiting { job, .. }) = state.waiting.remove(&turn) {
                paused.push(job.planned.id.clone());
                state.paused.insert(turn, job);
            }
        }
        paused
    }

    /// Resumes runs that are paused, or were asked to stop and have not yet. Returns them.
    pub fn resume(&self, runs: &[RunId]) -> Vec<RunId> {
        let mut state = self.lock();
        let mut resumed = Vec::new();
        for run in runs {
            // one that is still stopping waits again once it has stopped
            if let Some(stopping) = state.running.get_mut(run).filter(|run| run.intent != Intent::Train) {
                (stopping.intent, stopping.discard) = (Intent::Train, false);
                resumed.push(run.clone());
            }
        }
        for (turn, job) in state.take_paused(runs) {
            resumed.push(job.planned.id.clone());
            state.waiting.insert(turn, Waiting { job, not_before: None });
        }
        self.changed.notify_all();
        resumed
    }

    /// Cancels runs. Returns those that this concerns, and of them those that were not running.
    pub fn cancel(&self, runs: &[RunId], discard: bool) -> (Vec<RunId>, Vec<RunId>) {
        let mut state = self.lock();
        let mut cancelled = state.stop(runs, Intent::Cancel, discard);
        let mut gone = Vec::new();
        for turn in state.turns(runs) {
            gone.extend(state.waiting.remove(&turn).map(|waiting| waiting.job.planned.id));
        }
        gone.extend(state.take_paused(runs).into_values().map(|job| job.planned.id));
        // runs that wait for weights that will not come are trained instead
        state.will_keep_weights.retain(|run| !gone.contains(run));
        state.preferred.retain(|run, _| !gone.contains(run));
        self.changed.notify_all();
        cancelled.extend(gone.iter().cloned());
        (cancelled, gone)
    }

    /// Whether a run waits, is paused, or is running.
    pub fn holds(&self, run: &RunId) -> bool {
        let state = self.lock();
        let mut jobs = state.waiting.values().map(|waiting| &waiting.job).chain(state.paused.values());
        state.running.contains_key(run) || jobs.any(|job| job.planned.id == *run)
    }

    /// Whether nothing is left to train, now or later.
    pub fn is_empty(&self) -> bool {
        let state = self.lock();
        state.waiting.is_empty() && state.paused.is_empty() && state.running.is_empty()
    }

    /// Sets the number of workers. Returns how many must be started for that; where there are too many, the runs that were
    /// started last stop.
    pub fn set_workers(&self, wanted: usize) -> usize {
        let mut state = self.lock();
        state.workers_allowed = wanted;
        let missing = wanted.saturating_sub(state.workers);
        state.workers += missing;
        let mut started: Vec<u64> = state.running.values().map(|run| run.started).collect();
        started.sort_unstable();
        let too_many = started.get(wanted).copied().unwrap_or(u64::MAX);
        state.running.values().filter(|run| run.started >= too_many).for_each(|run| run.interrupt.ask());
        self.changed.notify_all();
        missing
    }

    /// Every run stops with a checkpoint, and every worker ends.
    pub fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        state.running.values().for_each(|run| run.interrupt.ask());
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // no method panics half way through a change
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
