//! The one way to the front, which may be slow, stuck or gone. Whatever the front is told leaves here, in order, and
//! nobody waits for it while anything is trained.
//!
//! What does not fit into the front's inbox stays here. Entries of journals are many, so they do not: where they did not
//! fit, the rest is read from the journal once there is room. So a front that takes nothing costs the memory of its inbox
//! and of the few events that are no entries, and it misses none.

use crate::domain::event::{JournalEntry, SweepEvent};
use crate::domain::id::RunId;
use crate::store::{ClaimedAttempt, RunFolder, read_journals};
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Events that the inbox of a front holds.
pub const INBOX: usize = 4096;
/// Longest time spent at once on what the front has yet to be told: meanwhile nothing is recorded.
const SLICE: Duration = Duration::from_millis(50);
/// Once the sweep is asked to stop, a front that takes nothing for so long is stuck: in a write to a terminal that
/// nobody reads, say.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the end looks whether the front took something.
const LOOK: Duration = Duration::from_millis(5);

/// What the front has yet to be told.
enum Pending {
    Event(SweepEvent),
    /// What the store holds of a run when this is told, of the attempts before this one where one is given.
    Replay {
        run: RunId,
        folder: RunFolder,
        before: Option<u32>,
    },
    /// The entries of an attempt of this process from this number on.
    Rest {
        run: RunId,
        attempt: ClaimedAttempt,
        next: u64,
    },
}

pub struct Outbox {
    events: Sender<SweepEvent>,
    pending: VecDeque<Pending>,
    /// attempts whose newest entries are told by a [`Pending::Rest`]
    behind: BTreeSet<(RunId, u32)>,
    /// damaged files that the front knows of
    damaged: BTreeSet<PathBuf>,
    /// other processes that train runs, as far as the front knows
    owners: BTreeMap<RunId, String>,
    /// true when the front may no longer be waited for
    is_leaving: Arc<AtomicBool>,
    /// the front left, or is stuck while the sweep stops: it is told nothing more
    is_gone: bool,
}

impl Outbox {
    /// With the front's inbox.
    pub fn new(is_leaving: Arc<AtomicBool>) -> (Self, Receiver<SweepEvent>) {
        Self::of_size(INBOX, is_leaving)
    }

    fn of_size(size: usize, is_leaving: Arc<AtomicBool>) -> (Self, Receiver<SweepEvent>) {
        let (events, inbox) = bounded(size);
        let (pending, behind, damaged, owners) = Default::default();
        (Self { events, pending, behind, damaged, owners, is_leaving, is_gone: false }, inbox)
    }

    /// Whether there is something that the front has yet to be told.
    pub fn is_behind(&self) -> bool {
        !self.pending.is_empty()
    }

    pub fn tell(&mut self, event: SweepEvent) {
        self.push(Pending::Event(event));
    }

    /// An entry that was appended to an attempt's journal.
    pub fn entry(&mut self, run: &RunId, attempt: &ClaimedAttempt, entry: JournalEntry) {
        let key = (run.clone(), attempt.number);
        if self.is_gone || self.behind.contains(&key) {
            return;
        }
        let next = entry.number;
        if self.pending.is_empty() {
            let event = SweepEvent::Run { run: key.0.clone(), attempt: key.1, entry };
            if self.offer(event).is_none() {
                return;
            }
        }
        self.pending.push_back(Pending::Rest { run: key.0.clone(), attempt: attempt.clone(), next });
        self.behind.insert(key);
    }

    /// An attempt of this process begins. A replay that is still to be told is of what came before.
    pub fn begins(&mut self, run: &RunId, attempt: u32) {
        self.owners.remove(run);
        for pending in &mut self.pending {
            match pending {
                Pending::Replay { run: of, before: before @ None, .. } if of == run => *before = Some(attempt),
                _ => {}
            }
        }
    }

    /// All that the store holds of a run that is not trained here.
    pub fn replay(&mut self, run: RunId, folder: RunFolder) {
        let is_same =
            |pending: &Pending| matches!(pending, Pending::Replay { run: of, before: None, .. } if *of == run);
        if !self.pending.iter().any(is_same) {
            self.push(Pending::Replay { run, folder, before: None });
        }
    }

    /// What the store holds of the attempts before this one, which this process begins.
    pub fn replay_before(&mut self, run: RunId, folder: RunFolder, attempt: u32) {
        self.push(Pending::Replay { run, folder, before: Some(attempt) });
    }

    /// A run was removed from the store, and may be trained anew: its earlier entries are no longer sent.
    pub fn discarded(&mut self, run: RunId, folder: RunFolder) {
        self.behind.retain(|(of, _)| *of != run);
        self.pending.retain(|pending| !matches!(pending, Pending::Rest { run: of, .. } if *of == run));
        self.replay(run, folder);
    }

    /// Another process trains a run. It is asked again and again: the same owner is no news.
    pub fn elsewhere(&mut self, run: RunId, owner: String) {
        if self.owners.insert(run.clone(), owner.clone()).as_ref() != Some(&owner) {
            self.tell(SweepEvent::Elsewhere { run, owner });
        }
    }

    /// Another process has taken over a run that this one trained.
    pub fn taken_over(&mut self, run: RunId, owner: String) {
        self.owners.insert(run.clone(), owner.clone());
        self.tell(SweepEvent::TakenOver { run, owner });
    }

    /// Tells what is pending as far as there is room, and for a moment only. Journals must be flushed before.
    pub fn catch_up(&mut self) {
        let begun = Instant::now();
        while let Some(pending) = self.pending.pop_front() {
            if let Some(left) = self.deliver(pending) {
                self.pending.push_front(left);
                return;
            }
            if begun.elapsed() > SLICE {
                return;
            }
        }
    }

    /// Tells everything that is pending and this, the end. It waits for the front as long as that takes; once that may no
    /// longer be waited for, as long as it takes something now and then.
    pub fn finish(&mut self, last: SweepEvent) {
        self.tell(last);
        let (mut waiting, mut since) = (usize::MAX, Instant::now());
        while !self.pending.is_empty() {
            self.catch_up();
            if self.events.len() != waiting {
                (waiting, since) = (self.events.len(), Instant::now());
            } else if self.is_leaving.load(Ordering::Relaxed) && since.elapsed() > PATIENCE {
                return self.leave();
            } else {
                thread::sleep(LOOK);
            }
        }
    }

    fn push(&mut self, pending: Pending) {
        if !self.is_gone {
            self.pending.push_back(pending);
        }
        if self.pending.len() == 1 && matches!(self.pending.front(), Some(Pending::Event(_))) {
            self.catch_up();
        }
    }

    /// Gives what could not be told yet.
    fn deliver(&mut self, pending: Pending) -> Option<Pending> {
        match pending {
            Pending::Event(event) => self.offer(event).map(Pending::Event),
            Pending::Replay { .. } | Pending::Rest { .. } if self.room() == 0 => Some(pending),
            Pending::Replay { run, folder, before } => {
                let (attempts, damages) = read_journals(&folder);
                let attempts = attempts.into_iter().filter(|(number, _)| before.is_none_or(|before| *number < before));
                let entries = attempts.flat_map(|(_, entries)| entries).collect();
                self.pending.push_front(Pending::Event(SweepEvent::Replayed { run, entries }));
                for damage in damages.into_iter().rev().filter(|damage| self.damaged.insert(damage.path.clone())) {
                    self.pending.push_front(Pending::Event(SweepEvent::Damaged(damage.to_string())));
                }
                None
            }
            // a journal is not read anew for each entry that there is room for
            Pending::Rest { .. } if self.room() < self.size() / 2 => Some(pending),
            Pending::Rest { run, attempt, next } => {
                let room = self.room();
                // a journal that another process removed, or that cannot be read, has no further entries
                let (entries, end) = attempt.entries_from(next, room).unwrap_or((Vec::new(), next));
                let is_all = end - next < room as u64;
                for entry in entries {
                    self.offer(SweepEvent::Run { run: run.clone(), attempt: attempt.number, entry });
                }
                if is_all {
                    self.behind.remove(&(run, attempt.number));
                    return None;
                }
                Some(Pending::Rest { run, attempt, next: end })
            }
        }
    }

    /// Gives the event back where there is no room for it. A front that left takes everything.
    fn offer(&mut self, event: SweepEvent) -> Option<SweepEvent> {
        match self.events.try_send(event) {
            Ok(()) => None,
            Err(TrySendError::Full(event)) => Some(event),
            Err(TrySendError::Disconnected(_)) => {
                self.leave();
                None
            }
        }
    }

    fn leave(&mut self) {
        self.is_gone = true;
        self.pending.clear();
    }

    fn size(&self) -> usize {
        self.events.capacity().unwrap_or(INBOX)
    }

    fn room(&self) -> usize {
        self.size() - self.events.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::RunEvent;
    use crate::domain::identity::run_id;
    use crate::domain::run::made_up::spec as example;
    use crate::store::{BeatWatch, Claim, Journal, Owner, Store};
    use tempfile::TempDir;

    /// An attempt of a run under way, and the way to a front with room for four events.
    struct Training {
        _root: TempDir,
        run: RunId,
        folder: RunFolder,
        attempt: ClaimedAttempt,
        journal: Journal,
        outbox: Outbox,
        inbox: Receiver<SweepEvent>,
        step: u64,
    }

    impl Training {
        fn new() -> Self {
            let root = tempfile::tempdir().unwrap();
            let spec = example(8, 30);
            let run = run_id(&spec);
            let folder = Store::open(root.path()).unwrap().run(&run);
            folder.create(&spec).unwrap();
            let (attempt, journal) = begin(&folder);
            let (outbox, inbox) = Outbox::of_size(4, Arc::default());
            Self { _root: root, run, folder, attempt, journal, outbox, inbox, step: 0 }
        }

        fn append(&mut self, event: RunEvent) {
            let entry = self.journal.append(0.0, event).unwrap();
            self.journal.flush().unwrap();
            self.outbox.entry(&self.run, &self.attempt, entry);
        }

        fn update(&mut self, count: u64) {
            for _ in 0..count {
                self.step += 1;
                let (step, learning_rate) = (self.step, 1e-5);
                self.append(RunEvent::Update { step, loss: 0.1, accuracy: 1.0, learning_rate, gradient_norm: 0.3 });
            }
        }

        /// What the front hears, once it listens again.
        fn heard(&mut self) -> Vec<SweepEvent> {
            let mut heard: Vec<SweepEvent> = self.inbox.try_iter().collect();
            while self.outbox.is_behind() {
                self.outbox.catch_up();
                heard.extend(self.inbox.try_iter());
            }
            heard
        }
    }

    fn begin(folder: &RunFolder) -> (ClaimedAttempt, Journal) {
        let Claim::Mine(attempt) = folder.claim(&Owner::this_process(), &mut BeatWatch::default(), true).unwrap()
        else {
            panic!("not mine")
        };
        let journal = Journal::create(&attempt).unwrap();
        (attempt, journal)
    }

    /// ClaimedAttempt and number of each entry; other events as they are.
    fn words(heard: &[SweepEvent]) -> Vec<String> {
        let word = |event: &SweepEvent| match event {
            SweepEvent::Run { attempt, entry, .. } => format!("{attempt}:{}", entry.number),
            SweepEvent::Replayed { entries, .. } => format!("replay of {}", entries.len()),
            SweepEvent::Elsewhere { owner, .. } => format!("elsewhere {owner}"),
            other => format!("{other:?}"),
        };
        heard.iter().map(word).collect()
    }

    #[test]
    fn a_front_that_takes_nothing_for_a_while_misses_nothing() {
        let mut training = Training::new();
        training.append(RunEvent::Started { step: 0 });
        training.update(10);
        training.outbox.tell(SweepEvent::Idle);
        assert_eq!(training.outbox.pending.len(), 2, "however many entries did not fit, they cost one place");
        let mut expected: Vec<String> = (0..=10).map(|number| format!("1:{number}")).collect();
        expected.push("Idle".into());
        assert_eq!(words(&training.heard()), expected);
        training.update(2);
        assert_eq!(words(&training.heard()), ["1:11", "1:12"], "from then on as before");
    }

    #[test]
    fn a_replay_that_waits_is_of_what_came_before_the_attempt_that_begins() {
        let mut training = Training::new();
        training.append(RunEvent::Started { step: 0 });
        training.update(1);
        training.append(RunEvent::Failed { step: 1, message: "no".into() });
        assert_eq!(training.heard().len(), 3);
        training.attempt.end(&crate::store::Ended::Failed { message: "no".into() }).unwrap();
        (0..4).for_each(|_| training.outbox.tell(SweepEvent::Idle));
        training.outbox.replay(training.run.clone(), training.folder.clone());
        training.outbox.replay(training.run.clone(), training.folder.clone());
        (training.attempt, training.journal) = begin(&training.folder);
        training.outbox.begins(&training.run, training.attempt.number);
        training.append(RunEvent::Started { step: 0 });
        assert_eq!(words(&training.heard())[4..], ["replay of 3", "2:0"], "once, and nothing twice");
    }

    #[test]
    fn an_owner_elsewhere_is_told_once_until_it_changes() {
        let mut training = Training::new();
        for owner in ["a", "a", "b"] {
            training.outbox.elsewhere(training.run.clone(), owner.into());
        }
        training.outbox.begins(&training.run, 2);
        training.outbox.elsewhere(training.run.clone(), "b".into());
        assert_eq!(words(&training.heard()), ["elsewhere a", "elsewhere b", "elsewhere b"]);
    }

    #[test]
    fn a_front_that_left_is_told_nothing() {
        let mut training = Training::new();
        drop(std::mem::replace(&mut training.inbox, bounded(1).1));
        training.append(RunEvent::Started { step: 0 });
        training.update(10);
        assert!(training.outbox.is_gone && !training.outbox.is_behind());
        training.outbox.finish(SweepEvent::Closed);
    }

    #[test]
    fn a_front_that_is_stuck_is_waited_for_until_the_sweep_stops() {
        let is_leaving = Arc::new(AtomicBool::new(false));
        let (mut outbox, inbox) = Outbox::of_size(1, is_leaving.clone());
        outbox.tell(SweepEvent::Idle);
        let waiting = thread::spawn(move || {
            outbox.finish(SweepEvent::Closed);
            outbox.is_gone
        });
        thread::sleep(PATIENCE * 2);
        assert!(!waiting.is_finished());
        is_leaving.store(true, Ordering::Relaxed);
        assert!(waiting.join().unwrap(), "from now on nobody waits");
        assert_eq!(inbox.try_iter().collect::<Vec<_>>(), [SweepEvent::Idle]);
    }
}
