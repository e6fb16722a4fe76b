//! One thread that trains runs, one after the other.

use super::priority;
use super::queue::{Assignment, Job, Queue, Release};
use super::record::{Record, now};
use crate::domain::correct::Correct;
use crate::domain::event::{RunEvent, SweepEvent};
use crate::domain::identity::run_id;
use crate::domain::run::{PlannedRun, RunSpec};
use crate::domain::scores::Scores;
use crate::domain::spec::NamedSet;
use crate::model::Interrupt;
use crate::resolve::Prepared;
use crate::store::{BeatWatch, Claim, ClaimedAttempt, Damage, Ended, Owner, RunFolder, RunResult, Store, StoreError};
use crate::train::{Ending, Observer, OwnedSnapshot, RunInputs, Snapshot, TrainError, kept_model, score_again, train};
use crossbeam_channel::{Sender, bounded};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Instant;

pub struct Worker<'e> {
    pub prepared: &'e Prepared,
    pub store: &'e Store,
    pub queue: &'e Queue,
    pub records: Sender<Record>,
}

/// The recorder has ended because the store cannot be written; it has told the front.
struct RecorderLeft;

impl Worker<'_> {
    /// Trains until there are too many workers, or the queue is closed.
    pub fn run(&self) {
        priority::lower();
        let (here, mut watch) = (Owner::this_process(), BeatWatch::default());
        while let Some(assignment) = self.queue.next() {
            if self.take(assignment, &here, &mut watch).is_err() {
                return;
            }
        }
    }

    fn take(&self, assignment: Assignment, here: &Owner, watch: &mut BeatWatch) -> Result<(), RecorderLeft> {
        let why = self.job(&assignment.job, &assignment.interrupt, here, watch)?;
        let run = assignment.job.planned.id.clone();
        if why == Release::Stopped && self.queue.is_discarded(&run) {
            self.send(Record::Discard { run })?;
        }
        self.queue.release(assignment, why);
        if self.queue.is_empty() {
            self.send(Record::Tell(SweepEvent::Idle))?;
        }
        Ok(())
    }

    /// Claims and trains a run.
    fn job(
        &self,
        job: &Job,
        interrupt: &Interrupt,
        here: &Owner,
        watch: &mut BeatWatch,
    ) -> Result<Release, RecorderLeft> {
        let Job { planned, folder, place, asked_before, retry, .. } = job;
        let run = planned.id.clone();
        let claim = folder.create(&planned.spec).and_then(|()| folder.claim(here, watch, *retry));
        match claim {
            Ok(Claim::Mine(attempt)) => {
                self.send(Record::Open {
                    run: run.clone(),
                    folder: folder.clone(),
                    attempt: attempt.clone(),
                    place: place.clone(),
                    tell_earlier: *asked_before,
                    interrupt: interrupt.clone(),
                })?;
                let train = |reporter: &mut Reporter<'_>| self.train(folder, reporter);
                let (ended, result) = self.attempt(planned, folder, &attempt, interrupt, train)?;
                let left = if ended == Ended::Stopped { Release::Stopped } else { Release::Done };
                let (answer, answered) = bounded(1);
                self.send(Record::Close { run, ended, result, answer })?;
                let was_ours = answered.recv().map_err(|_| RecorderLeft)?;
                return Ok(if was_ours { left } else { Release::Elsewhere });
            }
            // runs that had failed before the sweep was planned are queued, and the front knows them; finished ones are not
            Ok(Claim::Failed(_)) if !asked_before => {}
            Ok(Claim::Done(_) | Claim::Failed(_)) => {
                self.send(Record::Replay { run, folder: folder.clone(), place: place.clone() })?;
            }
            Ok(Claim::Elsewhere(owner)) => {
                self.send(Record::Replay { run: run.clone(), folder: folder.clone(), place: place.clone() })?;
                self.send(Record::Elsewhere { run, owner })?;
                return Ok(Release::Elsewhere);
            }
            Err(error) => match self.store.still_there() {
                Err(moved) => self.give_up(moved.to_string()),
                Ok(()) if error.is_absence() && !folder.exists() => {
                    self.send(Record::Elsewhere { run, owner: "a process that removes it".into() })?;
                    return Ok(Release::Elsewhere);
                }
                // damage within one run does not end the others
                Ok(()) if error.is_within(folder.path()) => {
                    self.tell(SweepEvent::Unusable { run, reason: error.to_string() });
                }
                Ok(()) => self.give_up(error.to_string()),
            },
        }
        Ok(Release::Done)
    }

    /// Why the store cannot be used where a run could not be recorded. Nothing where another process has taken the run over
    /// or removed it: then the store is fine.
    fn unusable(&self, folder: &RunFolder, attempt: &ClaimedAttempt, message: String) -> Option<String> {
        match self.store.still_there().and_then(|()| folder.is_newest(attempt.number)) {
            Ok(is_newest) => is_newest.then_some(message),
            Err(error) => Some(error.to_string()),
        }
    }

    /// A recorder that has ended has told the front why.
    fn tell(&self, event: SweepEvent) {
        let _ = self.send(Record::Tell(event));
    }

    /// A store that cannot be used ends the sweep: every other run would fail too.
    fn give_up(&self, message: String) {
        self.tell(SweepEvent::Broken(message));
        self.queue.close();
    }

    /// Trains one attempt. An error or a panic ends this run only.
    fn attempt(
        &self,
        planned: &PlannedRun,
        folder: &RunFolder,
        attempt: &ClaimedAttempt,
        interrupt: &Interrupt,
        train: impl FnOnce(&mut Reporter<'_>) -> Result<Ending, TrainError>,
    ) -> Result<(Ended, Option<RunResult>), RecorderLeft> {
        let (scores, further_sets, saved) = (None, Vec::new(), Instant::now());
        let (step, correct) = (0, None);
        let mut reporter =
            Reporter { worker: self, planned, attempt, interrupt, step, scores, further_sets, correct, saved };
        let trained = catch_unwind(AssertUnwindSafe(|| train(&mut reporter)));
        let step = reporter.step;
        let mut unusable = None;
        let (event, ended, result) = match trained {
            Ok(Ok(Ending::Finished(_))) => {
                let (further_sets, correct) = (std::mem::take(&mut reporter.further_sets), reporter.correct.take());
                let result = reporter.scores.map(|scores| RunResult {
                    correct,
                    ..RunResult::of(planned.id.clone(), attempt.number, step, scores, further_sets, now())
                });
                (RunEvent::Finished { step }, Ended::Finished, result)
            }
            Ok(Ok(Ending::Stopped { step })) => (RunEvent::Stopped { step }, Ended::Stopped, None),
            Ok(Err(TrainError::Record(message))) => {
                unusable = self.unusable(folder, attempt, message);
                (RunEvent::Stopped { step }, Ended::Stopped, None)
            }
            Ok(Err(error)) => failed(step, error.to_string()),
            Err(panic) => failed(step, format!("the trainer panicked: {}", words(panic.as_ref()))),
        };
        // a recorder that has ended has told the front why
        self.send(Record::Event { run: planned.id.clone(), time: now(), event })?;
        unusable.into_iter().for_each(|message| self.give_up(message));
        Ok((ended, result))
    }

    fn train(&self, folder: &RunFolder, reporter: &mut Reporter<'_>) -> Result<Ending, TrainError> {
        let prepared = self.prepared;
        let inputs = RunInputs {
            spec: &reporter.planned.spec,
            weights: &prepared.weights,
            words: &prepared.words,
            train: &prepared.train,
            validation: &prepared.validation,
            further_sets: &prepared.further_sets,
        };
        let kept = self.weights_of(&reporter.planned.spec);
        let ending = match kept.and_then(|kept| kept_model(&inputs, &kept).ok()) {
            Some(model) => score_again(&inputs, model, reporter)?,
            None => go_on(&inputs, folder, reporter)?,
        };
        if let (Ending::Finished(model), true) = (&ending, reporter.planned.keep_weights) {
            let bytes = model.to_safetensors(&prepared.words)?;
            reporter.attempt.write_weights(&bytes).map_err(record)?;
        }
        Ok(ending)
    }

    /// The final weights of the run that this one scores in another way, where they were kept.
    fn weights_of(&self, spec: &RunSpec) -> Option<Vec<u8>> {
        let plain = self.store.run(&run_id(&spec.scored_plainly()?));
        let weights = plain.weights(plain.kept_weights()?);
        let trained = |error| SweepEvent::Damaged(format!("{error}; the run is trained instead of scored again"));
        weights.map_err(|error| self.tell(trained(error))).ok().flatten()
    }

    fn send(&self, record: Record) -> Result<(), RecorderLeft> {
        self.records.send(record).map_err(|_| RecorderLeft)
    }
}

/// Trains from the newest checkpoint, or from the beginning.
fn go_on(inputs: &RunInputs<'_>, folder: &RunFolder, reporter: &mut Reporter<'_>) -> Result<Ending, TrainError> {
    let (newest, damages) = newest_snapshot(folder).map_err(record)?;
    for damage in damages {
        reporter.worker.tell(SweepEvent::Damaged(format!("{damage}; the run does not go on from it")));
    }
    let (path, snapshot) = newest.unzip();
    train(inputs, snapshot, reporter).map_err(|error| match (error, path) {
        (TrainError::Snapshot(message), Some(path)) => {
            TrainError::Snapshot(format!("{message}; remove {}, and --retry-failed trains without it", path.display()))
        }
        (error, _) => error,
    })
}

/// A checkpoint, and where it is.
type Found = (PathBuf, OwnedSnapshot);

/// The newest checkpoint that can be read, and the damaged ones, which are skipped: training resumes from an earlier step.
fn newest_snapshot(folder: &RunFolder) -> Result<(Option<Found>, Vec<Damage>), StoreError> {
    let mut damages = Vec::new();
    for checkpoint in folder.checkpoints()? {
        match checkpoint.read() {
            Ok(None) => {}
            Ok(Some(bytes)) => match Snapshot::from_bytes(&bytes) {
                Ok(snapshot) => return Ok((Some((checkpoint.path(), snapshot)), damages)),
                Err(error) => damages.push(checkpoint.damage(error.to_string())),
            },
            Err(damage) => damages.push(damage),
        }
    }
    Ok((None, damages))
}

fn record(error: StoreError) -> TrainError {
    TrainError::Record(error.to_string())
}

fn failed(step: u64, message: String) -> (RunEvent, Ended, Option<RunResult>) {
    (RunEvent::Failed { step, message: message.clone() }, Ended::Failed { message }, None)
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a message".into())
}

/// Passes a run's events on to the recorder.
struct Reporter<'w> {
    worker: &'w Worker<'w>,
    planned: &'w PlannedRun,
    attempt: &'w ClaimedAttempt,
    interrupt: &'w Interrupt,
    step: u64,
    /// of the newest evaluation
    scores: Option<Scores>,
    /// of further sets
    further_sets: Vec<(NamedSet, Scores)>,
    /// at the last evaluation
    correct: Option<Correct>,
    /// when the attempt began or wrote its newest checkpoint
    saved: Instant,
}

impl Observer for Reporter<'_> {
    fn event(&mut self, event: RunEvent) -> Result<(), TrainError> {
        self.step = event.step();
        match event {
            RunEvent::Evaluation { scores, .. } => self.scores = Some(scores),
            RunEvent::AlsoEvaluated { set, scores, .. } => self.further_sets.push((set, scores)),
            _ => {}
        }
        let record = Record::Event { run: self.planned.id.clone(), time: now(), event };
        self.worker.send(record).map_err(|RecorderLeft| TrainError::Record("the recorder left".into()))
    }

    fn final_predictions(&mut self, correct: Vec<bool>) {
        self.correct = Correct::new(correct);
    }

    fn checkpoint_due(&mut self, epoch_ends: bool) -> bool {
        match self.worker.prepared.spec.store.checkpoint_seconds {
            0.0 => epoch_ends,
            seconds => self.saved.elapsed().as_secs_f64() >= seconds,
        }
    }

    fn checkpoint(&mut self, snapshot: &Snapshot<'_>) -> Result<(), TrainError> {
        let staged = self.attempt.stage_checkpoint(snapshot.step, |file| snapshot.write(file)).map_err(record)?;
        self.saved = Instant::now();
        let record = Record::Checkpoint { run: self.planned.id.clone(), staged };
        self.worker.send(record).map_err(|RecorderLeft| TrainError::Record("the recorder left".into()))
    }

    fn interrupt(&self) -> &Interrupt {
        self.interrupt
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::RECORDS;
    use super::*;
    use crate::resolve::{Sources, prepare};
    use crate::spec_file::{parse, preset};

    /// What an attempt ends with, and the events it leaves, when it is trained by `train`.
    fn attempt(train: impl FnOnce(&mut Reporter<'_>) -> Result<Ending, TrainError>) -> (Ended, Vec<RunEvent>) {
        let spec = parse("demo", preset("demo").unwrap(), &[]).unwrap();
        let prepared = prepare(spec, &Sources::cached()).unwrap();
        let planned = prepared.plan().runs(&prepared.spec.arms[0]).unwrap().remove(0);
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        let folder = store.run(&planned.id);
        folder.create(&planned.spec).unwrap();
        let claim = folder.claim(&Owner::this_process(), &mut BeatWatch::default(), false).unwrap();
        let Claim::Mine(claimed) = claim else { panic!("not mine") };
        let (records, recorded) = bounded(RECORDS);
        let queue = Queue::default();
        let worker = Worker { prepared: &prepared, store: &store, queue: &queue, records };
        let trained = worker.attempt(&planned, &folder, &claimed, &Interrupt::default(), train);
        let Ok((ended, _)) = trained else { panic!("the recorder is there") };
        let events = recorded.try_iter().filter_map(|record| match record {
            Record::Event { event, .. } => Some(event),
            _ => None,
        });
        (ended, events.collect())
    }

    #[test]
    fn a_panic_fails_its_run_with_its_words_and_the_step_it_came_to() {
        let (ended, events) = attempt(|reporter| {
            reporter.event(RunEvent::Started { step: 7 })?;
            panic!("index {} out of range", 3)
        });
        let message = "the trainer panicked: index 3 out of range".to_owned();
        assert_eq!(events, [RunEvent::Started { step: 7 }, RunEvent::Failed { step: 7, message: message.clone() }]);
        assert_eq!(ended, Ended::Failed { message });
    }

    #[test]
    fn an_error_fails_its_run_and_a_store_that_cannot_be_written_does_not() {
        let (ended, _) = attempt(|_| Err(TrainError::NotFinite { step: 3, what: "loss", value: f64::NAN }));
        assert!(matches!(ended, Ended::Failed { message } if message.starts_with("update 3: the loss is NaN")));
        let (ended, _) = attempt(|_| Err(TrainError::Record("no space left".into())));
        assert_eq!(ended, Ended::Stopped, "the run itself is sound and goes on later");
    }
}
