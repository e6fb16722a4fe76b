//! Turns arms and commands into runs in the queue, and tells the front.

use super::queue::{Job, Queue};
use super::record::Record;
use crate::domain::arm::Arm;
use crate::domain::command::{Intent, QueuePosition};
use crate::domain::event::SweepEvent;
use crate::domain::id::RunId;
use crate::domain::identity::run_id;
use crate::domain::run::PlannedRun;
use crate::resolve::{Prepared, cores};
use crate::store::{Mended, Place, Store, StoreError};
use crossbeam_channel::Sender;
use std::collections::{HashMap, HashSet};
use std::panic::resume_unwind;
use std::thread;

/// Runs for which another thread pays.
const LEAST_SHARE: usize = 64;

pub struct Planner<'e> {
    prepared: &'e Prepared,
    store: &'e Store,
    queue: &'e Queue,
    records: Sender<Record>,
    retry_failed: bool,
    /// of every cell
    instances: u32,
    /// runs planned so far; arms that plan the same run share it
    known: HashMap<RunId, PlannedRun>,
}

impl<'e> Planner<'e> {
    pub fn new(
        prepared: &'e Prepared,
        store: &'e Store,
        queue: &'e Queue,
        records: Sender<Record>,
        retry_failed: bool,
    ) -> Self {
        let instances = prepared.spec.train.instances;
        Self { prepared, store, queue, records, retry_failed, instances, known: HashMap::new() }
    }

    /// Queues the runs of arms, interleaved by instance, and tells the front what the store already has of them.
    pub fn plan(&mut self, arms: &[Arm]) {
        let (mut runs, mut fresh) = (Vec::new(), HashSet::new());
        for arm in arms {
            match self.prepared.plan().instances(arm, self.instances) {
                Ok(planned) => {
                    let is_new = |run: &PlannedRun| !self.known.contains_key(&run.id) && fresh.insert(run.id.clone());
                    runs.extend(planned.into_iter().filter(is_new));
                }
                // arms of the spec were checked by `prepare`, drafted arms before they were added
                Err(error) => self.tell(SweepEvent::Broken(error.to_string())),
            }
        }
        let mut runs = self.mend(runs);
        for (run, mended) in &mut runs {
            mended.done.drain(..).for_each(|done| self.tell(SweepEvent::Damaged(done)));
            self.known.insert(run.id.clone(), run.clone());
        }
        runs.sort_by_key(|(run, _)| run.turn());
        self.tell(SweepEvent::Planned(runs.iter().map(|(run, _)| run.clone()).collect()));
        for (run, mended) in &runs {
            if let Some(result) = &mended.result {
                let (run, step, scores) = (run.id.clone(), result.step, result.scores());
                self.tell(SweepEvent::Stored { run, step, scores });
            }
        }
        let mut jobs = Vec::new();
        for (planned, mended) in runs {
            let job = self.job(planned, false);
            if mended.is_begun {
                self.replay(&job);
            }
            if mended.result.is_none() {
                jobs.push(job);
            }
        }
        self.queue.add(jobs);
        self.report_if_idle();
    }

    /// Reads what the store has of these runs and repairs damaged files, on all cores: of thousands of runs it takes seconds
    /// on one.
    fn mend(&self, runs: Vec<PlannedRun>) -> Vec<(PlannedRun, Mended)> {
        let (store, share) = (self.store, runs.len().div_ceil(cores()).max(LEAST_SHARE));
        let mended: Vec<(Mended, bool)> = thread::scope(|scope| {
            let shares: Vec<_> = runs
                .chunks(share)
                .map(|runs| scope.spawn(move || runs.iter().map(|run| mend(store, run)).collect::<Vec<_>>()))
                .collect();
            shares.into_iter().flat_map(|share| share.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        });
        let of_run = |(run, (mended, keep_weights))| (PlannedRun { keep_weights, ..run }, mended);
        runs.into_iter().zip(mended).map(of_run).collect()
    }

    /// Adds an arm, to this sweep and to the experiment in the store.
    pub fn add_arm(&mut self, arm: Arm, order: QueuePosition) {
        if let Ok(planned) = self.prepared.plan().instances(&arm, self.instances) {
            self.remember(self.store.add_arm(&self.prepared.spec, &arm));
            if order == QueuePosition::Next {
                let is_open = |run: &PlannedRun| self.store.run(&run.id).result().is_none();
                self.queue.prefer(&planned.into_iter().filter(is_open).collect::<Vec<_>>());
            }
        }
        self.plan(&[arm]);
    }

    /// Moves runs ahead of the others that wait.
    pub fn prefer(&self, runs: &[RunId]) {
        let planned: Vec<PlannedRun> = runs.iter().filter_map(|run| self.known.get(run)).cloned().collect();
        self.queue.prefer(&planned);
    }

    pub fn forget_arm(&self, arm: &str) {
        self.remember(self.store.drop_arm(&self.prepared.spec, arm).map(drop));
    }

    /// Adds instances of every cell of these arms, to this sweep and to the experiment in the store.
    pub fn add_instances(&mut self, instances: u32, arms: &[Arm]) {
        self.instances = self.instances.max(instances);
        self.remember(self.store.add_instances(&self.prepared.spec, self.instances));
        self.plan(arms);
    }

    /// Cancels runs; `discard` also removes what was trained of them from the store.
    pub fn cancel(&self, runs: &[RunId], discard: bool) {
        let (cancelled, gone) = self.queue.cancel(runs, discard);
        self.report_intent(cancelled, Intent::Cancel);
        if discard {
            // those that are running are discarded once they have stopped
            gone.into_iter().for_each(|run| drop(self.records.send(Record::Discard { run })));
        }
        self.report_if_idle();
    }

    /// Queues runs that failed or were cancelled. The front is told of those that another process has finished meanwhile.
    pub fn again(&self, runs: &[RunId]) {
        self.report_intent(self.queue.resume(runs), Intent::Train);
        let is_out = |run: &&PlannedRun| !self.queue.holds(&run.id);
        let planned = runs.iter().filter_map(|run| self.known.get(run)).filter(is_out).cloned();
        let jobs: Vec<Job> = planned.map(|run| self.job(run, true)).collect();
        self.report_intent(jobs.iter().map(|job| job.planned.id.clone()).collect(), Intent::Train);
        let (finished, left): (Vec<Job>, Vec<Job>) = jobs.into_iter().partition(|job| job.folder.result().is_some());
        finished.iter().for_each(|job| self.replay(job));
        self.queue.add(left);
        self.report_if_idle();
    }

    pub fn report_intent(&self, runs: Vec<RunId>, intent: Intent) {
        if !runs.is_empty() {
            self.tell(SweepEvent::Intended { runs, intent });
        }
    }

    /// Tells the front what the store has of a run.
    fn replay(&self, job: &Job) {
        let (run, folder, place) = (job.planned.id.clone(), job.folder.clone(), job.place.clone());
        let _ = self.records.send(Record::Replay { run, folder, place });
    }

    /// `again`: requested from the keyboard, whatever happened to the run before.
    fn job(&self, planned: PlannedRun, again: bool) -> Job {
        let keeps = |plain: &RunId| self.known.get(plain).is_some_and(|run| run.keep_weights);
        Job {
            folder: self.store.run(&planned.id),
            place: Place::new(&self.prepared.spec, &planned),
            weights_of: planned.spec.scored_plainly().map(|plain| run_id(&plain)).filter(keeps),
            asked_before: again,
            retry: again || self.retry_failed,
            planned,
        }
    }

    fn report_if_idle(&self) {
        if self.queue.is_empty() {
            self.tell(SweepEvent::Idle);
        }
    }

    /// A store that cannot be written ends the sweep.
    fn remember(&self, remembered: Result<(), StoreError>) {
        match remembered {
            Ok(()) => {}
            // a damaged file is not overwritten
            Err(StoreError::Damaged(damage)) => {
                self.tell(SweepEvent::Damaged(format!("{damage}; this change is not remembered")));
            }
            Err(error) => {
                self.tell(SweepEvent::Broken(error.to_string()));
                self.queue.close();
            }
        }
    }

    /// A recorder that has ended has told the front why.
    fn tell(&self, event: SweepEvent) {
        let _ = self.records.send(Record::Tell(event));
    }
}

/// Repairs damaged files of a run. What was done, or why it could not be, is among the repairs. Also whether the store keeps
/// its final weights, or will.
fn mend(store: &Store, run: &PlannedRun) -> (Mended, bool) {
    let folder = store.run(&run.id);
    let mended = folder.mend(&run.spec).unwrap_or_else(|error| Mended {
        done: vec![error.to_string()],
        is_begun: folder.exists(),
        result: folder.result(),
    });
    let keeps_weights = match mended.result {
        // a run that was finished without keeping its weights will not have them later
        Some(_) => folder.kept_weights().is_some(),
        None => run.keep_weights,
    };
    (mended, keeps_weights)
}
