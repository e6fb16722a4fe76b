//! The one thread that writes what happens: journals, event files, checkpoints coming of age, results. What it has
//! written it forwards to the front, which may be slow, or gone.

use super::wires::{Record, now};
use crate::domain::event::{Entry, RunEvent, SweepEvent};
use crate::domain::id::RunId;
use crate::domain::metric::Scores;
use crate::event_file::EventWriter;
use crate::files::FileError;
use crate::store::{Attempt, Journal, RunFolder, Store, StoreError, read_journal};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;
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
    journal: Journal,
    train: Events,
    valid: Events,
    step: u64,
    beats: u64,
}

pub struct Recorder {
    store: Store,
    records: Receiver<Record>,
    front: Sender<SweepEvent>,
    open: BTreeMap<RunId, Open>,
    /// runs whose events the front missed; told whole as soon as there is room
    behind: BTreeMap<RunId, RunFolder>,
    front_left: bool,
    /// wait for a front that is slow instead of telling it later
    lossless: bool,
}

impl Recorder {
    pub fn new(store: Store, records: Receiver<Record>, front: Sender<SweepEvent>, lossless: bool) -> Self {
        Self { store, records, front, open: BTreeMap::new(), behind: BTreeMap::new(), front_left: false, lossless }
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
                for open in self.open.values_mut() {
                    open.beats += 1;
                    open.attempt.beat(open.beats, open.step)?;
                }
                beaten = Instant::now();
            }
        }
    }

    fn record(&mut self, record: Record) -> Result<(), StoreError> {
        match record {
            Record::Open { run, folder, attempt, place, tell_earlier } => {
                let open = Open::new(folder.clone(), attempt)?;
                place.iter().for_each(|place| self.store.show(place, &folder));
                self.open.insert(run.clone(), open);
                if tell_earlier {
                    // before its own events, which are not told twice
                    self.tell_anew(run, folder)?;
                }
            }
            Record::Event { run, time, event } => {
                let Some(open) = self.open.get_mut(&run) else { return Ok(()) };
                let entry = open.append(time, event)?;
                let attempt = open.attempt.number;
                self.forward(run, attempt, entry);
            }
            Record::Checkpoint { run, staged } => {
                let Some(open) = self.open.get_mut(&run) else { return Ok(()) };
                // what comes before the checkpoint is never told again: event files too must have it
                open.flush()?;
                open.journal.sync()?;
                open.attempt.commit_checkpoint(&open.folder, staged)?;
            }
            Record::Close { run, ended, result } => {
                let Some(mut open) = self.open.remove(&run) else { return Ok(()) };
                open.flush()?;
                if let Some(result) = result {
                    open.journal.sync()?;
                    open.folder.commit_result(&result)?;
                    open.folder.tidy(open.attempt.number)?;
                }
                open.attempt.end(&ended)?;
            }
            Record::Replay { run, folder, place } => {
                // whoever finished it may have been killed before it could
                folder.result().map_or(Ok(()), |result| folder.tidy(result.attempt))?;
                place.iter().for_each(|place| self.store.show(place, &folder));
                self.tell_anew(run, folder)?;
            }
            Record::Discard { run } => {
                self.discard(&run)?;
                // told as the store has it by now: nothing, unless it is another process's
                let folder = self.store.run(&run);
                self.tell_anew(run, folder)?;
            }
            Record::Elsewhere { run, owner } => self.tell(SweepEvent::Elsewhere { run, owner }),
            Record::Idle => {
                // behind everything that made it so
                self.tell_all()?;
                self.tell(SweepEvent::Idle);
            }
        }
        Ok(())
    }

    /// Removes a run that nobody is at. One that another process is at, or may be, or has finished, stays that one's.
    fn discard(&self, run: &RunId) -> Result<(), StoreError> {
        match self.store.inspect_run(run)? {
            Some(stored) if !stored.silent && stored.result.is_none() => drop(self.store.remove(&stored)?),
            _ => return Ok(()),
        }
        self.store.remove_dangling_places()
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        self.open.values_mut().try_for_each(Open::flush)
    }

    /// Passes an entry on, or remembers that the front must be told the run anew.
    fn forward(&mut self, run: RunId, attempt: u32, entry: Entry) {
        if self.front_left || self.behind.contains_key(&run) {
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
    fn offer(&mut self, event: SweepEvent) -> bool {
        if self.lossless {
            self.tell(event);
            return true;
        }
        let offered = self.front.try_send(event);
        self.front_left |= matches!(offered, Err(TrySendError::Disconnected(_)));
        !matches!(offered, Err(TrySendError::Full(_)))
    }

    /// Waits for room.
    fn tell(&mut self, event: SweepEvent) {
        self.front_left |= self.front.send(event).is_err();
    }

    /// Tells everything that the front missed, waiting for room.
    fn tell_all(&mut self) -> Result<(), StoreError> {
        while !self.behind.is_empty() && !self.front_left {
            self.catch_up()?;
            if !self.behind.is_empty() {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        Ok(())
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
            if self.front_left {
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
            let attempts = read_journal(folder)?;
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
    fn new(folder: RunFolder, attempt: Attempt) -> Result<Self, StoreError> {
        let journal = Journal::create(&attempt)?;
        let (train, valid) = (events(&attempt, &["train"])?, events(&attempt, &["valid"])?);
        attempt.beat(0, 0)?;
        Ok(Self { folder, attempt, journal, train, valid, step: 0, beats: 0 })
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
