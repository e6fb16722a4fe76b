//! Which run comes next: those that wait in the order of their turns, those that somebody wants before the others, those
//! under way, and those that are paused. Knows nothing of how a run is trained.

use super::wires::Job;
use crate::domain::command::Intent;
use crate::domain::id::RunId;
use crate::domain::run::PlannedRun;
use crate::model::Interrupt;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often a run that another process trains is asked for again.
const ASK_AGAIN: Duration = Duration::from_secs(2);

/// Seen by every thread of an engine.
#[derive(Default)]
pub struct Queue {
    state: Mutex<State>,
    /// there may be something to do for a worker that waits
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: BTreeMap<Turn, Waiting>,
    paused: BTreeMap<Turn, Job>,
    under_way: HashMap<RunId, UnderWay>,
    /// runs not done yet that will keep their final weights: others may wait for these
    keeping: HashSet<RunId>,
    /// runs that somebody wants before the others, until they are done
    preferred: HashMap<RunId, Preference>,
    /// so far
    preferences: u32,
    /// whether the run that began last was a preferred one: then it is the others' turn
    preferred_began: bool,
    /// so far
    plans: u32,
    /// so far
    begun: u64,
    workers: usize,
    workers_wanted: usize,
    is_closed: bool,
}

/// Number of the plan, turn within it, place within that.
type Turn = (u32, u32, usize);

/// What somebody wants before the others.
#[derive(Clone, Copy)]
struct Preference {
    /// counts up: what is wanted last comes first
    number: u32,
    /// of its first instance, which all others wait for
    at_once: bool,
}

struct Waiting {
    job: Job,
    /// another process is at it until then at least
    not_before: Option<Instant>,
}

struct UnderWay {
    interrupt: Interrupt,
    intent: Intent,
    /// what was trained of it is not wanted
    discard: bool,
    /// counts up
    begun: u64,
}

/// A run that a worker has.
pub struct Task {
    pub job: Job,
    /// asked when the run has to be left
    pub interrupt: Interrupt,
    turn: Turn,
}

/// How a worker left a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// finished, failed, or found to be one of these
    Done,
    /// another process is at it
    Elsewhere,
    /// with a checkpoint, as it was asked
    Stopped,
}

impl Queue {
    /// Puts runs behind those that wait, in the order of their turns.
    pub fn add(&self, jobs: Vec<Job>) {
        let mut state = self.lock();
        state.plans += 1;
        let plan = state.plans;
        for (place, job) in jobs.into_iter().enumerate() {
            if job.planned.keep_weights {
                state.keeping.insert(job.planned.id.clone());
            }
            state.waiting.insert((plan, job.planned.turn(), place), Waiting { job, not_before: None });
        }
        state.make_room();
        self.changed.notify_all();
    }

    /// Wants runs before the others that wait, now or once they are added: those of the first instance at once, for which
    /// a worker sets aside what it began last; the rest in turn with the others. The order of runs is no part of their
    /// numbers.
    pub fn prefer(&self, runs: &[PlannedRun]) {
        let mut state = self.lock();
        let Some(first) = runs.iter().map(PlannedRun::turn).min() else { return };
        state.preferences += 1;
        let number = state.preferences;
        for run in runs {
            state.preferred.insert(run.id.clone(), Preference { number, at_once: run.turn() == first });
        }
        state.make_room();
        self.changed.notify_all();
    }

    /// The next run. Waits for one; nothing when the worker that asks should leave.
    pub fn next(&self) -> Option<Task> {
        let mut state = self.lock();
        loop {
            if state.is_closed || state.workers > state.workers_wanted {
                state.workers = state.workers.saturating_sub(1);
                return None;
            }
            if let Some(task) = state.take() {
                return Some(task);
            }
            let waited = self.changed.wait_timeout(state, ASK_AGAIN);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether a run that is stopping should leave nothing in the store.
    pub fn is_unwanted(&self, run: &RunId) -> bool {
        self.lock().under_way.get(run).is_some_and(|run| run.discard)
    }

    /// Takes back a run from a worker.
    pub fn give_back(&self, task: Task, left: Left) {
        let mut state = self.lock();
        let Task { mut job, turn, .. } = task;
        let intent = state.under_way.remove(&job.planned.id).map_or(Intent::Train, |run| run.intent);
        match (left, intent) {
            (Left::Done, _) | (_, Intent::Cancel) => {
                state.keeping.remove(&job.planned.id);
                state.preferred.remove(&job.planned.id);
            }
            (_, Intent::Pause) => {
                state.paused.insert(turn, job);
            }
            (_, Intent::Train) => {
                let is_elsewhere = left == Left::Elsewhere;
                // who else was at it may have told more than the front knows
                job.asked_before |= is_elsewhere;
                let not_before = is_elsewhere.then(|| Instant::now() + ASK_AGAIN);
                state.waiting.insert(turn, Waiting { job, not_before });
            }
        }
        self.changed.notify_all();
    }

    /// Keeps runs back. Gives those that this concerns.
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

    /// Lets runs go on that were kept back, and those that are asked to stop and have not yet. Gives them.
    pub fn resume(&self, runs: &[RunId]) -> Vec<RunId> {
        let mut state = self.lock();
        let mut resumed = Vec::new();
        for run in runs {
            // one that is still stopping waits again as soon as it has
            if let Some(stopping) = state.under_way.get_mut(run).filter(|run| run.intent != Intent::Train) {
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

    /// Takes runs out. Gives all that this concerns, and of them those that are not under way.
    pub fn cancel(&self, runs: &[RunId], discard: bool) -> (Vec<RunId>, Vec<RunId>) {
        let mut state = self.lock();
        let mut cancelled = state.stop(runs, Intent::Cancel, discard);
        let mut gone = Vec::new();
        for turn in state.turns(runs) {
            gone.extend(state.waiting.remove(&turn).map(|waiting| waiting.job.planned.id));
        }
        gone.extend(state.take_paused(runs).into_values().map(|job| job.planned.id));
        // who waits for the weights of one that will not come trains for himself
        state.keeping.retain(|run| !gone.contains(run));
        state.preferred.retain(|run, _| !gone.contains(run));
        self.changed.notify_all();
        cancelled.extend(gone.iter().cloned());
        (cancelled, gone)
    }

    /// Whether a run waits, is kept back or under way.
    pub fn holds(&self, run: &RunId) -> bool {
        let state = self.lock();
        let mut jobs = state.waiting.values().map(|waiting| &waiting.job).chain(state.paused.values());
        state.under_way.contains_key(run) || jobs.any(|job| job.planned.id == *run)
    }

    /// Whether nothing is left to train, now or later.
    pub fn is_empty(&self) -> bool {
        let state = self.lock();
        state.waiting.is_empty() && state.paused.is_empty() && state.under_way.is_empty()
    }

    /// How many workers there should be; says how many have to be started for that. Where there are too many, those
    /// that began last give their runs back.
    pub fn want_workers(&self, wanted: usize) -> usize {
        let mut state = self.lock();
        state.workers_wanted = wanted;
        let missing = wanted.saturating_sub(state.workers);
        state.workers += missing;
        let mut begun: Vec<u64> = state.under_way.values().map(|run| run.begun).collect();
        begun.sort_unstable();
        let too_many = begun.get(wanted).copied().unwrap_or(u64::MAX);
        state.under_way.values().filter(|run| run.begun >= too_many).for_each(|run| run.interrupt.ask());
        self.changed.notify_all();
        missing
    }

    /// Every worker leaves, with a checkpoint.
    pub fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        state.under_way.values().for_each(|run| run.interrupt.ask());
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // nothing is left half done where a panic could happen
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The first that waits and may begin; one that another process was at only when there is no other.
    fn take(&mut self) -> Option<Task> {
        let of = |fresh: bool| self.ready().filter(move |(_, waiting)| waiting.not_before.is_none() == fresh);
        let turn = self.first_of(of(true)).or_else(|| self.first_of(of(false)))?;
        let job = self.waiting.remove(&turn)?.job;
        let interrupt = Interrupt::default();
        self.preferred_began = self.preferred.contains_key(&job.planned.id);
        self.begun += 1;
        let run = UnderWay { interrupt: interrupt.clone(), intent: Intent::Train, discard: false, begun: self.begun };
        self.under_way.insert(job.planned.id.clone(), run);
        Some(Task { job, interrupt, turn })
    }

    /// Those that may begin.
    fn ready(&self) -> impl Iterator<Item = (&Turn, &Waiting)> {
        let now = Instant::now();
        self.waiting.iter().filter(move |(_, waiting)| {
            waiting.job.weights_of.as_ref().is_none_or(|plain| !self.keeping.contains(plain))
                && waiting.not_before.is_none_or(|time| time <= now)
        })
    }

    /// What is wanted at once; else what is wanted before the others and the others, one by one.
    fn first_of<'w>(&self, ready: impl Iterator<Item = (&'w Turn, &'w Waiting)>) -> Option<Turn> {
        let (mut at_once, mut preferred, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for (turn, waiting) in ready {
            match self.preferred.get(&waiting.job.planned.id) {
                Some(Preference { number, at_once: true }) => at_once.push((Reverse(*number), *turn)),
                Some(Preference { number, at_once: false }) => preferred.push((Reverse(*number), *turn)),
                None => others.push(*turn),
            }
        }
        let first = |wanted: Vec<(Reverse<u32>, Turn)>| wanted.into_iter().min().map(|(_, turn)| turn);
        let (at_once, preferred, others) = (first(at_once), first(preferred), others.into_iter().min());
        at_once.or(if self.preferred_began { others.or(preferred) } else { preferred.or(others) })
    }

    /// Where a run is wanted at once and every worker is busy with others, the one that began last gives its run back.
    fn make_room(&mut self) {
        let at_once = |run: &RunId| self.preferred.get(run).is_some_and(|preference| preference.at_once);
        let waits = self.ready().any(|(_, waiting)| at_once(&waiting.job.planned.id));
        let is_served = self.under_way.iter().any(|(id, run)| at_once(id) || run.interrupt.is_asked());
        if waits && !is_served && self.under_way.len() >= self.workers {
            let newest = self.under_way.values().max_by_key(|run| run.begun);
            newest.into_iter().for_each(|run| run.interrupt.ask());
        }
    }

    /// Those of the runs that are kept back, which they are no longer.
    fn take_paused(&mut self, runs: &[RunId]) -> BTreeMap<Turn, Job> {
        let (taken, kept) =
            std::mem::take(&mut self.paused).into_iter().partition(|(_, job)| runs.contains(&job.planned.id));
        self.paused = kept;
        taken
    }

    /// Of those of the runs that wait.
    fn turns(&self, runs: &[RunId]) -> Vec<Turn> {
        let waiting = self.waiting.iter().filter(|(_, waiting)| runs.contains(&waiting.job.planned.id));
        waiting.map(|(turn, _)| *turn).collect()
    }

    /// Asks those of the runs that are under way to stop. Gives them.
    fn stop(&mut self, runs: &[RunId], intent: Intent, discard: bool) -> Vec<RunId> {
        let mut stopped = Vec::new();
        for run in runs {
            // what was taken out cannot be kept back
            let Some(found) = self.under_way.get_mut(run).filter(|run| run.intent != Intent::Cancel) else { continue };
            (found.intent, found.discard) = (intent, discard);
            found.interrupt.ask();
            stopped.push(run.clone());
        }
        stopped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::run::tests::example;
    use crate::store::{Store, run_id};

    /// Runs of two instances at two batch sizes.
    fn jobs() -> Vec<Job> {
        let store = Store::open(tempfile::tempdir().unwrap().path()).unwrap();
        let cells = [(2, 1), (8, 1), (2, 0), (8, 0)];
        let job = |(batch_size, iid)| {
            let spec = crate::domain::run::RunSpec { iid, ..example(batch_size, 80) };
            let planned = PlannedRun { id: run_id(&spec), arm: "baseline".into(), spec, keep_weights: false };
            let folder = store.run(&planned.id);
            Job { planned, folder, place: None, weights_of: None, asked_before: false, retry: false }
        };
        cells.map(job).into()
    }

    fn queue(workers: usize) -> Queue {
        let queue = Queue::default();
        assert_eq!(queue.want_workers(workers), workers);
        queue.add(jobs());
        queue
    }

    fn next(queue: &Queue) -> Task {
        queue.next().expect("a run waits")
    }

    fn cell(task: &Task) -> (u32, u32) {
        (task.job.planned.spec.batch_size, task.job.planned.spec.iid)
    }

    #[test]
    fn an_instance_of_every_cell_comes_before_the_next() {
        let queue = queue(1);
        let order: Vec<_> = (0..4).map(|_| cell(&next(&queue))).collect();
        assert_eq!(order, [(2, 0), (8, 0), (2, 1), (8, 1)]);
    }

    #[test]
    fn a_paused_run_frees_its_worker_and_comes_back_at_its_turn() {
        let queue = queue(1);
        let first = next(&queue);
        let run = [first.job.planned.id.clone()];
        assert_eq!(queue.pause(&run), run);
        assert!(first.interrupt.is_asked());
        queue.give_back(first, Left::Stopped);
        let second = next(&queue);
        assert_eq!(cell(&second), (8, 0));
        queue.give_back(second, Left::Done);
        assert_eq!(queue.resume(&run), run);
        assert_eq!(cell(&next(&queue)), (2, 0), "before those of the next instance");
    }

    /// Two instances of another arm.
    fn other_arm() -> Vec<Job> {
        let mut jobs = jobs();
        for job in &mut jobs {
            job.planned.spec.learning_rate = 1e-4;
            job.planned.arm = "other".into();
            job.planned.id = run_id(&job.planned.spec);
        }
        jobs
    }

    fn planned(jobs: &[Job]) -> Vec<PlannedRun> {
        jobs.iter().map(|job| job.planned.clone()).collect()
    }

    fn arms(queue: &Queue, count: usize) -> Vec<String> {
        let task = |_| {
            let task = next(queue);
            let (arm, iid) = (task.job.planned.arm.clone(), task.job.planned.spec.iid);
            queue.give_back(task, Left::Done);
            format!("{arm} {iid}")
        };
        (0..count).map(task).collect()
    }

    #[test]
    fn of_an_arm_that_is_wanted_next_the_first_instance_comes_first_and_the_rest_in_turn_with_the_others() {
        let expected =
            ["other 0", "other 0", "baseline 0", "other 1", "baseline 0", "other 1", "baseline 1", "baseline 1"];
        let before = queue(1);
        before.prefer(&planned(&other_arm()));
        before.add(other_arm());
        assert_eq!(arms(&before, 8), expected);
        let after = queue(1);
        after.add(other_arm());
        after.prefer(&planned(&other_arm()));
        assert_eq!(arms(&after, 8), expected, "whether it waits already or not");
    }

    #[test]
    fn what_is_wanted_at_once_takes_the_worker_that_began_last_and_no_other() {
        let queue = queue(2);
        let (first, second) = (next(&queue), next(&queue));
        queue.prefer(&planned(&other_arm()));
        assert!(!second.interrupt.is_asked(), "nothing of it is here yet");
        queue.add(other_arm());
        assert!(!first.interrupt.is_asked() && second.interrupt.is_asked());
        queue.give_back(second, Left::Stopped);
        let wanted = next(&queue);
        assert_eq!(wanted.job.planned.arm, "other");
        queue.prefer(&planned(&other_arm()));
        assert!(!first.interrupt.is_asked(), "one is under way: its point will come");
        queue.give_back(wanted, Left::Done);
        queue.give_back(first, Left::Done);
        assert_eq!(arms(&queue, 2), ["other 0", "baseline 0"], "what was set aside is the first of the others");
    }

    #[test]
    fn a_worker_that_idles_takes_what_is_wanted_and_nothing_is_set_aside() {
        let queue = queue(2);
        queue.cancel(&planned(&jobs()[1..]).into_iter().map(|run| run.id).collect::<Vec<_>>(), false);
        let only = next(&queue);
        queue.prefer(&planned(&other_arm()));
        queue.add(other_arm());
        assert!(!only.interrupt.is_asked());
        assert_eq!(next(&queue).job.planned.arm, "other");
    }

    #[test]
    fn what_is_wanted_last_comes_first() {
        let queue = queue(1);
        let all = planned(&jobs());
        queue.prefer(&all[..1]);
        queue.prefer(&all[1..2]);
        assert_eq!((cell(&next(&queue)), cell(&next(&queue))), ((8, 1), (2, 1)));
    }

    #[test]
    fn everything_paused_is_not_the_end() {
        let queue = queue(1);
        let all: Vec<RunId> = jobs().into_iter().map(|job| job.planned.id).collect();
        assert_eq!(queue.pause(&all).len(), 4);
        assert!(!queue.is_empty());
        let (cancelled, gone) = queue.cancel(&all, true);
        assert_eq!((cancelled.len(), gone.len(), queue.is_empty()), (4, 4, true));
    }

    #[test]
    fn a_run_that_is_resumed_while_it_stops_goes_on() {
        let queue = queue(1);
        let first = next(&queue);
        let run = [first.job.planned.id.clone()];
        queue.pause(&run);
        assert_eq!(queue.resume(&run), run);
        queue.give_back(first, Left::Stopped);
        assert_eq!(cell(&next(&queue)), (2, 0));
    }

    #[test]
    fn a_cancelled_run_stops_and_is_not_given_again() {
        let queue = queue(2);
        let first = next(&queue);
        let run = [first.job.planned.id.clone()];
        let (cancelled, gone) = queue.cancel(&run, true);
        assert!(cancelled == run && gone.is_empty() && queue.is_unwanted(&run[0]));
        assert!(queue.pause(&run).is_empty(), "what is taken out is not kept back");
        queue.give_back(first, Left::Stopped);
        assert!(!queue.holds(&run[0]));
        assert_eq!(cell(&next(&queue)), (8, 0));
    }

    #[test]
    fn of_too_many_workers_the_one_that_began_last_leaves() {
        let queue = queue(2);
        let (first, second) = (next(&queue), next(&queue));
        assert_eq!(queue.want_workers(1), 0);
        assert!(!first.interrupt.is_asked() && second.interrupt.is_asked());
        queue.give_back(second, Left::Stopped);
        assert!(queue.next().is_none());
        queue.give_back(first, Left::Done);
        assert_eq!(cell(&next(&queue)), (8, 0), "given back, it is the next");
        assert_eq!(queue.want_workers(3), 2);
    }

    #[test]
    fn what_only_scores_otherwise_waits_for_the_weights_or_their_end() {
        let queue = Queue::default();
        queue.want_workers(1);
        let mut jobs = jobs();
        jobs.truncate(2);
        let plain = jobs[0].planned.id.clone();
        jobs[0].planned.keep_weights = true;
        jobs[1].weights_of = Some(plain.clone());
        // its turn is first
        jobs[1].planned.spec.iid = 0;
        queue.add(jobs);
        let task = next(&queue);
        assert_eq!(task.job.planned.id, plain);
        queue.cancel(&[plain], false);
        queue.give_back(task, Left::Stopped);
        assert_eq!(next(&queue).job.planned.spec.iid, 0, "weights that will not come are not waited for");
    }
}
