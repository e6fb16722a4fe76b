//! The one thread that writes what happens: journals, event files, checkpoints and results, in the order in which workers
//! report it. What it has written, and whatever else the front is told, it puts into the [`Outbox`].

use super::open_run::OpenRun;
use super::outbox::Outbox;
use super::record::Record;
use crate::domain::event::SweepEvent;
use crate::domain::id::RunId;
use crate::store::{Store, StoreError};
use crossbeam_channel::{Receiver, RecvTimeoutError};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Longest time that written data stays in memory.
const FLUSH: Duration = Duration::from_millis(200);
/// The same while the front is behind.
const CATCH_UP: Duration = Duration::from_millis(20);
/// How often an attempt shows that its owner is alive.
const BEAT: Duration = Duration::from_secs(5);

pub struct Recorder<'e> {
    store: &'e Store,
    records: Receiver<Record>,
    outbox: &'e mut Outbox,
    open: BTreeMap<RunId, OpenRun>,
}

impl<'e> Recorder<'e> {
    pub fn new(store: &'e Store, records: Receiver<Record>, outbox: &'e mut Outbox) -> Self {
        Self { store, records, outbox, open: BTreeMap::new() }
    }

    /// Writes until every sender of records is gone. A store that cannot be written ends the sweep: the front is told, and
    /// nothing more is recorded.
    pub fn run(mut self) -> Result<(), StoreError> {
        let recorded = self.record_all();
        if let Err(error) = &recorded {
            self.outbox.tell(SweepEvent::Broken(error.to_string()));
        }
        recorded
    }

    fn record_all(&mut self) -> Result<(), StoreError> {
        let (mut flushed, mut beaten) = (Instant::now(), Instant::now());
        loop {
            let interval = if self.outbox.is_behind() { CATCH_UP } else { FLUSH };
            match self.records.recv_timeout(interval) {
                Ok(record) => self.record(record)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.flush(),
            }
            if flushed.elapsed() >= interval {
                self.flush()?;
                self.outbox.catch_up();
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
                let number = attempt.number;
                let open = OpenRun::new(folder.clone(), attempt, interrupt)?;
                place.iter().for_each(|place| self.store.show(place, &folder));
                self.open.insert(run.clone(), open);
                self.outbox.begins(&run, number);
                if tell_earlier {
                    self.outbox.replay_before(run, folder, number);
                }
            }
            Record::Event { run, time, event } => {
                let Some(open) = self.open.get_mut(&run) else { return Ok(()) };
                match open.append(time, event) {
                    Ok(entry) => self.outbox.entry(&run, &open.attempt, entry),
                    Err(error) => {
                        self.held(&run, |_| Err::<(), _>(error))?;
                    }
                }
            }
            Record::Checkpoint { run, staged } => {
                self.held(&run, |open| {
                    // steps before the checkpoint are not repeated: event files must have them too
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
                // fails only where the worker panicked
                let _ = answer.send(closed.is_some());
            }
            Record::Replay { run, folder, place } => {
                // the process that finished it may have been killed before it tidied
                let tidied = folder.result().map_or(Ok(()), |result| folder.tidy(result.attempt));
                match tidied {
                    // damage within the run is reported with its journal
                    Err(error) if error.is_within(folder.path()) => {}
                    tidied => tidied?,
                }
                place.iter().for_each(|place| self.store.show(place, &folder));
                self.outbox.replay(run, folder);
            }
            Record::Discard { run } => {
                self.discard(&run)?;
                // what the store has of it now: nothing, unless another process owns it
                let folder = self.store.run(&run);
                self.outbox.discarded(run, folder);
            }
            Record::Elsewhere { run, owner } => self.outbox.elsewhere(run, owner),
            Record::Tell(event) => self.outbox.tell(event),
        }
        Ok(())
    }

    /// Changes something in the store for a run that is trained here, after checking that this process still owns it. An owner
    /// that was silent for too long, on a machine that slept for example, has been superseded: it releases the run and goes on
    /// with others. Returns nothing then, and where the run was released before.
    fn held<T>(
        &mut self,
        run: &RunId,
        act: impl FnOnce(&mut OpenRun) -> Result<T, StoreError>,
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

    /// Releases a run that another process has taken over.
    fn leave_to_others(&mut self, run: &RunId) -> Result<(), StoreError> {
        let Some(OpenRun { folder, interrupt, .. }) = self.open.remove(run) else { return Ok(()) };
        interrupt.ask();
        let newest = folder.attempts()?.last().copied().unwrap_or(0);
        let owner = folder.owner(newest).map_or("a process that removed it".into(), |owner| owner.to_string());
        self.outbox.replay(run.clone(), folder);
        self.outbox.taken_over(run.clone(), owner);
        Ok(())
    }

    /// Shows other hosts that this process is alive.
    fn beat(&mut self) -> Result<(), StoreError> {
        let runs: Vec<RunId> = self.open.keys().cloned().collect();
        for run in &runs {
            self.held(run, OpenRun::beat)?;
        }
        Ok(())
    }

    /// Removes a run from the store, unless another process trains it, may be training it, or has finished it.
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
}
