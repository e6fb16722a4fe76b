//! Starts the threads, plans arms, and ends it all in order: workers, then the recorder.

use super::prepare::Prepared;
use super::recorder::Recorder;
use super::wires::{INBOX, Job, RECORDS, Record, Shared};
use super::worker::Worker;
use crate::domain::arm::Arm;
use crate::domain::command::Command;
use crate::domain::event::SweepEvent;
use crate::domain::id::RunId;
use crate::domain::run::PlannedRun;
use crate::store::{Place, Store};
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};

/// How a sweep is run; no part of what it results in.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub workers: usize,
    /// train again what failed before
    pub retry_failed: bool,
    /// the front gets every event in order, and training waits for it when it is slow
    pub lossless: bool,
}

/// A sweep at work. Dropping the handle asks it to stop; [`Engine::wait`] waits for its end.
pub struct Engine {
    pub events: Receiver<SweepEvent>,
    pub commands: Sender<Command>,
    conductor: JoinHandle<()>,
}

impl Engine {
    /// Starts training every arm of the spec.
    pub fn start(prepared: Arc<Prepared>, store: Store, options: Options) -> Self {
        let (front, events) = bounded(INBOX);
        let (commands, asked) = unbounded();
        let conductor = thread::spawn(move || conduct(&prepared, &store, options, &asked, &front));
        Self { events, commands, conductor }
    }

    /// Waits until every thread has left. Send [`Command::Stop`] before.
    pub fn wait(self) {
        // a full inbox must not keep the engine from leaving
        drop(self.events);
        let _ = self.conductor.join();
    }
}

fn conduct(
    prepared: &Prepared,
    store: &Store,
    options: Options,
    asked: &Receiver<Command>,
    front: &Sender<SweepEvent>,
) {
    let shared = Shared::default();
    let (records, recorded) = bounded(RECORDS);
    let (jobs, waiting) = unbounded();
    thread::scope(|threads| {
        let recorder = {
            let (front, shared) = (front.clone(), &shared);
            threads.spawn(move || {
                let recorder = Recorder::new(store.clone(), recorded, front.clone(), options.lossless);
                if let Err(error) = recorder.run() {
                    shared.stop.ask();
                    let _ = front.send(SweepEvent::Broken(error.to_string()));
                }
            })
        };
        let workers: Vec<_> = (0..options.workers.max(1))
            .map(|_| {
                let worker = Worker {
                    prepared,
                    store,
                    shared: &shared,
                    jobs: waiting.clone(),
                    records: records.clone(),
                    front: front.clone(),
                    retry_failed: options.retry_failed,
                };
                threads.spawn(move || worker.run())
            })
            .collect();
        // all arms at once, so that every instance of every arm comes before the next instance
        let mut planner = Planner { prepared, store, shared: &shared, jobs, records, front, known: HashSet::new() };
        planner.plan(&prepared.spec.arms);
        while let Ok(command) = asked.recv() {
            match command {
                Command::AddArm(arm) => {
                    if let Err(error) = store.add_arm(&prepared.spec, &arm) {
                        planner.tell(SweepEvent::Broken(error.to_string()));
                    }
                    planner.plan(&[arm]);
                }
                Command::Stop => break,
            }
        }
        shared.stop.ask();
        let Planner { jobs, records, .. } = planner;
        drop(jobs);
        for worker in workers {
            let _ = worker.join();
        }
        drop(records);
        let _ = recorder.join();
    });
    let _ = front.send(SweepEvent::Closed);
}

/// Turns arms into jobs.
struct Planner<'e> {
    prepared: &'e Prepared,
    store: &'e Store,
    shared: &'e Shared,
    jobs: Sender<Job>,
    records: Sender<Record>,
    front: &'e Sender<SweepEvent>,
    /// what was planned before: arms that mean the same runs share them
    known: HashSet<RunId>,
}

impl Planner<'_> {
    /// Queues the runs of arms, interleaved by instance, and tells the front what is known of them already.
    fn plan(&mut self, arms: &[Arm]) {
        let mut runs = Vec::new();
        for arm in arms {
            match self.prepared.plan(arm) {
                Ok(planned) => runs.extend(planned.into_iter().filter(|run| self.known.insert(run.id.clone()))),
                // arms of the spec were checked in `prepare`; one from the keyboard is made of known keys and values
                Err(error) => self.tell(SweepEvent::Broken(error.to_string())),
            }
        }
        runs.sort_by_key(PlannedRun::turn);
        self.tell(SweepEvent::Planned(runs.clone()));
        let mut jobs = Vec::new();
        for planned in runs {
            let folder = self.store.run(&planned.id);
            let place = Place::new(&self.prepared.spec, &planned);
            if folder.path().exists() {
                let (run, folder, place) = (planned.id.clone(), folder.clone(), place.clone());
                let _ = self.records.send(Record::Replay { run, folder, place });
            }
            if folder.result().is_none() {
                jobs.push(Job { planned, folder, place, asked_before: false });
            }
        }
        if self.shared.pending.fetch_add(jobs.len(), Ordering::AcqRel) + jobs.len() == 0 {
            let _ = self.records.send(Record::Idle);
        }
        if let Ok(mut keeping) = self.shared.keeping.lock() {
            keeping.extend(jobs.iter().filter(|job| job.planned.keep_weights).map(|job| job.planned.id.clone()));
        }
        for job in jobs {
            let _ = self.jobs.send(job);
        }
    }

    /// A front that left is a normal end.
    fn tell(&self, event: SweepEvent) {
        let _ = self.front.send(event);
    }
}
