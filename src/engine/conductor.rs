//! Starts the threads, passes commands on, and ends in order: first the workers, then the recorder; then the front is told.

use super::outbox::Outbox;
use super::planner::Planner;
use super::queue::Queue;
use super::record::RECORDS;
use super::recorder::Recorder;
use super::worker::Worker;
use crate::domain::command::{Command, Intent};
use crate::domain::event::SweepEvent;
use crate::resolve::{Opened, Options, Prepared};
use crate::store::Store;
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

/// A sweep that is being trained. Dropping the handle asks it to stop; [`Engine::wait`] waits for its end.
pub struct Engine {
    pub events: Receiver<SweepEvent>,
    pub commands: Sender<Command>,
    conductor: JoinHandle<()>,
    /// the front is no longer waited for, except briefly
    is_leaving: Arc<AtomicBool>,
    /// disconnected once every thread has ended
    ended: Receiver<Infallible>,
}

impl Engine {
    /// Starts training every arm of the spec.
    pub fn start(opened: &Opened) -> Self {
        let Opened { prepared, store, options, .. } = opened.clone();
        let (commands, asked) = unbounded();
        let (end, ended) = bounded(0);
        let is_leaving = Arc::<AtomicBool>::default();
        let (outbox, events) = Outbox::new(is_leaving.clone());
        let conductor = thread::spawn(move || {
            conduct(&prepared, &store, options, &asked, outbox);
            drop(end);
        });
        Self { events, commands, conductor, is_leaving, ended }
    }

    /// A function that stops the sweep, whatever its front is doing, and waits until it has. To be called on another thread.
    pub(super) fn stopper(&self) -> impl FnOnce() + Send + 'static {
        let (commands, is_leaving, ended) = (self.commands.clone(), self.is_leaving.clone(), self.ended.clone());
        move || {
            is_leaving.store(true, Ordering::Relaxed);
            // fails only where the conductor has ended already
            let _ = commands.send(Command::Stop);
            let _ = ended.recv();
        }
    }

    /// Waits until every thread has ended. Send [`Command::Stop`] first.
    pub fn wait(self) {
        // the end must not wait for a full inbox
        drop(self.events);
        let _ = self.conductor.join();
    }
}

fn conduct(prepared: &Prepared, store: &Store, options: Options, asked: &Receiver<Command>, mut outbox: Outbox) {
    let queue = Queue::default();
    let (records, recorded) = bounded(RECORDS);
    thread::scope(|threads| {
        let recorder = {
            let (queue, outbox, left) = (&queue, &mut outbox, recorded.clone());
            threads.spawn(move || {
                if Recorder::new(store, recorded, outbox).run().is_err() {
                    queue.close();
                    // a bounded channel without receivers keeps its messages while it has senders, and a worker would
                    // wait for the answer to its own for ever
                    left.iter().for_each(drop);
                }
            })
        };
        let worker = || {
            let worker = Worker { prepared, store, queue: &queue, records: records.clone() };
            threads.spawn(move || worker.run())
        };
        let mut workers: Vec<_> = (0..queue.set_workers(options.workers.max(1))).map(|_| worker()).collect();
        let mut planner = Planner::new(prepared, store, &queue, records.clone(), options.retry_failed);
        // all arms together, so that an instance of every arm comes before the next instance
        planner.plan(&prepared.spec.arms);
        while let Ok(command) = asked.recv() {
            match command {
                Command::AddArm(arm, order) => planner.add_arm(arm, order),
                Command::Instances { instances, arms } => planner.add_instances(instances, &arms),
                Command::ForgetArm(arm) => planner.forget_arm(&arm),
                Command::Pause(runs) => planner.report_intent(queue.pause(&runs), Intent::Pause),
                Command::Resume(runs) => planner.report_intent(queue.resume(&runs), Intent::Train),
                Command::Next(runs) => planner.prefer(&runs),
                Command::Cancel(runs) => planner.cancel(&runs, false),
                Command::Discard(runs) => planner.cancel(&runs, true),
                Command::Again(runs) => planner.again(&runs),
                Command::Workers(wanted) => {
                    workers.extend((0..queue.set_workers(wanted.max(1))).map(|_| worker()));
                }
                Command::Stop => break,
            }
        }
        queue.close();
        drop((planner, records));
        for worker in workers {
            let _ = worker.join();
        }
        let _ = recorder.join();
    });
    outbox.finish(SweepEvent::Closed);
}
