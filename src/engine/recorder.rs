//! The one thread that writes what happens: journals, event files, checkpoints coming of age, results. What it has
//! written it forwards to the front, which may be slow, or gone.

use super::front::Front;
use super::wires::{Record, now};
use crate::domain::event::{Entry, RunEvent, SweepEvent};
use crate::domain::id::RunId;
use crate::domain::scores::Scores;
use crate::event_file::EventWriter;
use crate::files::FileError;
use crate::model::Interrupt;
use crate::store::{Attempt, Journal, RunFolder, Store, StoreError, read_journals};
use crossbeam_channel::{Receiver, RecvTimeoutError};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Longest time that something written waits in memory.
const FLUSH: Duration = Duration::from_millis(200);
/// How often an attempt shows that its owner lives.
const BEAT: Duration = Duration::from_secs(5);

type Events = EventWriter<BufWriter<File>>;

/// A run that is being trained here.
struct Open {
    folder: RunFolder,
    attempt: Attempt,
    interrupt: Interrupt,
    journal: Journal,
    train: Events,
    valid: Events,
    step: u64,
    beats: u64,
}

pub struct Recorder {
    store: Store,
    records: Receiver<Record>,
    front: Front,
    open: BTreeMap<RunId, Open>,
    /// runs whose events the front missed; told whole as soon as there is room
    behind: BTreeMap<RunId, RunFolder>,
    /// damaged files that the front knows of
    told: BTreeSet<PathBuf>,
    /// wait for a front that is slow instead of telling it later
    lossless: bool,
}

impl Recorder {
    pub fn new(store: Store, records: Receiver<Record>, front: Front, lossless: bool) -> Self {
        Self { store, records, front, open: BTreeMap::new(), behind: BTreeMap::new(), told: BTreeSet::new(), lossless }
    }

    /// Writes until every sender of records is gone.
    pub fn run(mut self) -> Result<(), StoreError> {
        let (mut flushed, mut beaten) = (Instant::now(), Instant::now());
        loop {
            match self.records.recv_timeout(FLUSH) {
                Ok(record) => self.record(record)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    self.flush()?;
                    return self.tell_all();
                }
            }
            if flushed.elapsed() >= FLUSH {
                self.flush()?;
                self.catch_up()?;
                flushed = Instant::now();
            }
            if beaten.elapsed() >= BEAT {
                self.beat()?;
                beaten = Instant::now();
            }
        }
    }

    fn record(&mut self, record: Record) -> Result<(), StoreError> {
        match record {
            Record::Open { run, folder, attempt, place, tell_earlier, interrupt } => {
                let open = Open::new(folder.clone(), attempt, interrupt)?;
                place.iter().for_each(|place| self.store.show(place, &folder));
                self.open.insert(run.clone(), open);
                if tell_earlier {
                    // before its own events, which are not told twice
                    self.tell_anew(run, folder)?;
                }
            }
            Record::Event { run, time, event } => {
                let Some(open) = self.open.get_mut(&run) else { return Ok(()) };
                let attempt = open.attempt.number;
                match open.append(time, event) {
                    Ok(entry) => self.forward(run, attempt, entry),
                    Err(error) => {
                        self.held(&run, |_| Err::<(), _>(error))?;
                    }
                }
            }
            Record::Checkpoint { run, staged } => {
                self.held(&run, |open| {
                    // what comes before the checkpoint is never told again: event files too must have it
                    open.flush()?;
                    open.journal.sync()?;
                    open.attempt.commit_checkpoint(&open.folder, staged)
                })?;
            }
            Record::Close { run, ended, result, answer } => {
                let closed = self.held(&run, |open| {
                    open.flush()?;
                    if let Some(result) = result {
                        open.journal.sync()?;
                        open.folder.commit_result(&result)?;
                        open.folder.tidy(open.attempt.number)?;
                    }
                    open.attempt.end(&ended)
                })?;
                self.open.remove(&run);
                // a worker that is gone panicked: nobody waits
                let _ = answer.send(closed.is_some());
            }
            Record::Replay { run, folder, place } => {
                // whoever finished it may have been killed before it could
                let tidied = folder.result().map_or(Ok(()), |result| folder.tidy(result.attempt));
                match tidied {
                    // what cannot be used of it is told with its journal
                    Err(error) if error.is_within(folder.path()) => {}
                    tidied => tidied?,
                }
                place.iter().for_each(|place| self.store.show(place, &folder));
                self.tell_anew(run, folder)?;
            }
            Record::Discard { run } => {
                self.discard(&run)?;
                // told as the store has it by now: nothing, unless it is another process's
                let folder = self.store.run(&run);
                self.tell_anew(run, folder)?;
            }
            Record::Elsewhere { run, owner } => self.front.tell(SweepEvent::Elsewhere { run, owner }),
            Record::Idle => {
                // behind everything that made it so
                self.tell_all()?;
                self.front.tell(SweepEvent::Idle);
            }
        }
        Ok(())
    }

    /// Does something in the store for a run that is trained here. An owner that was silent for too long, asleep say, has
    /// been superseded: it leaves that run alone and goes on with others. Nothing then, or where the run was left before.
    fn held<T>(
        &mut self,
        run: &RunId,
        act: impl FnOnce(&mut Open) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let Some(open) = self.open.get_mut(run) else { return Ok(None) };
        self.store.still_there()?;
        if open.folder.is_newest(open.attempt.number)? {
            let done = act(open);
            let Err(error) = done else { return done.map(Some) };
            self.store.still_there()?;
            if open.folder.is_newest(open.attempt.number)? {
                return Err(error);
            }
        }
        self.leave_to_others(run)?;
        Ok(None)
    }

    /// Lets go of a run that another process has taken over.
    fn leave_to_others(&mut self, run: &RunId) -> Result<(), StoreError> {
        let Some(Open { folder, interrupt, .. }) = self.open.remove(run) else { return Ok(()) };
        interrupt.ask();
        let newest = folder.attempts()?.last().copied().unwrap_or(0);
        let owner = folder.owner(newest).map_or("a process that removed it".into(), |owner| owner.to_string());
        self.tell_anew(run.clone(), folder)?;
        self.front.tell(SweepEvent::TakenOver { run: run.clone(), owner });
        Ok(())
    }

    /// Shows other hosts that this process lives.
    fn beat(&mut self) -> Result<(), StoreError> {
        let runs: Vec<RunId> = self.open.keys().cloned().collect();
        for run in &runs {
            self.held(run, |open| {
                open.beats += 1;
                open.attempt.beat(open.beats, open.step)
            })?;
        }
        Ok(())
    }

    /// Removes a run that nobody is at. One that another process is at, or may be, or has finished, stays that one's.
    fn discard(&self, run: &RunId) -> Result<(), StoreError> {
        match self.store.inspect_run(run) {
            Some(stored) if !stored.silent && stored.result.is_none() => drop(self.store.remove(&stored)?),
            _ => return Ok(()),
        }
        self.store.remove_dangling_places()
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        let failed = self.open.iter_mut().find_map(|(run, open)| Some((run.clone(), open.flush().err()?)));
        if let Some((run, error)) = failed {
            self.held(&run, |_| Err::<(), _>(error))?;
        }
        Ok(())
    }

    /// Passes an entry on, or remembers that the front must be told the run anew.
    fn forward(&mut self, run: RunId, attempt: u32, entry: Entry) {
        if self.front.is_gone() || self.behind.contains_key(&run) {
            return;
        }
        let event = SweepEvent::Run { run: run.clone(), attempt, entry };
        if !self.offer(event)
            && let Some(open) = self.open.get(&run)
        {
            self.behind.insert(run, open.folder.clone());
        }
    }

    /// Whether the front took it, now or, where nothing may be lost, as soon as it could. One that left takes everything.
    fn offer(&self, event: SweepEvent) -> bool {
        if self.lossless {
            self.front.tell(event);
            return true;
        }
        self.front.offer(event)
    }

    /// Tells everything that the front missed, waiting for room.
    fn tell_all(&mut self) -> Result<(), StoreError> {
        let lossless = std::mem::replace(&mut self.lossless, true);
        let told = self.catch_up();
        self.lossless = lossless;
        told
    }

    /// Tells a run anew, now or as soon as there is room.
    fn tell_anew(&mut self, run: RunId, folder: RunFolder) -> Result<(), StoreError> {
        self.behind.insert(run, folder);
        self.catch_up()
    }

    /// Tells runs anew from their journals, as long as the front has room.
    fn catch_up(&mut self) -> Result<(), StoreError> {
        let behind: BTreeSet<RunId> = self.behind.keys().cloned().collect();
        for run in behind {
            if self.front.is_gone() {
                self.behind.clear();
                return Ok(());
            }
            if self.front.is_full() && !self.lossless {
                return Ok(());
            }
            let live = self.open.contains_key(&run);
            if let Some(open) = self.open.get_mut(&run) {
                open.flush()?;
            }
            let Some(folder) = self.behind.get(&run) else { continue };
            let (attempts, damages) = read_journals(folder);
            for damage in damages {
                if self.told.insert(damage.path.clone()) {
                    self.front.tell(SweepEvent::Damaged(damage.to_string()));
                }
            }
            let entries = attempts.into_iter().flat_map(|(_, entries)| entries).collect();
            if !self.offer(SweepEvent::Replayed { run: run.clone(), live, entries }) {
                return Ok(());
            }
            self.behind.remove(&run);
        }
        Ok(())
    }
}

impl Open {
    fn new(folder: RunFolder, attempt: Attempt, interrupt: Interrupt) -> Result<Self, StoreError> {
        let journal = Journal::create(&attempt)?;
        let (train, valid) = (events(&attempt, &["train"])?, events(&attempt, &["valid"])?);
        attempt.beat(0, 0)?;
        Ok(Self { folder, attempt, interrupt, journal, train, valid, step: 0, beats: 0 })
    }

    fn append(&mut self, time: f64, event: RunEvent) -> Result<Entry, StoreError> {
        self.step = event.step();
        let path = self.attempt.path();
        match event {
            RunEvent::Started { step } => {
                // the update after it is the first of this attempt; the evaluation at it is done again
                on(path, self.train.starts(time, step + 1))?;
                on(path, self.valid.starts(time, step))?;
            }
            RunEvent::Update { step, loss, accuracy, learning_rate, gradient_norm } => {
                let values = [
                    ("loss", loss),
                    ("accuracy", accuracy),
                    ("lr", learning_rate as f32),
                    ("gradient_norm", gradient_norm),
                ];
                on(path, self.train.scalars(time, step, &values))?;
            }
            RunEvent::Evaluation { step, scores } => {
                on(path, self.valid.scalars(time, step, &tagged(scores)))?;
            }
            RunEvent::AlsoEvaluated { step, set, scores } => {
                let mut events = events(&self.attempt, &["eval", set.name()])?;
                on(path, events.scalars(time, step, &tagged(scores)).and_then(|()| events.flush()))?;
            }
            _ => {}
        }
        self.journal.append(time, event)
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        self.journal.flush()?;
        on(self.attempt.path(), self.train.flush())?;
        on(self.attempt.path(), self.valid.flush())
    }
}

fn tagged(scores: Scores) -> Vec<(&'static str, f32)> {
    scores.by_tag().map(|(tag, score)| (tag, score as f32)).collect()
}

/// A new event file in a folder of an attempt, named as TensorBoard expects.
fn events(attempt: &Attempt, folder: &[&str]) -> Result<Events, StoreError> {
    let time = now();
    let name = format!("events.out.tfevents.{:010}.batchscope.{}.0", time as u64, std::process::id());
    let file = attempt.create_file(folder, &name)?;
    on(attempt.path(), EventWriter::new(BufWriter::new(file), time))
}

fn on<T>(path: &Path, result: io::Result<T>) -> Result<T, StoreError> {
    result.map_err(|cause| FileError::System { doing: "write events in", path: path.to_owned(), cause }.into())
}
