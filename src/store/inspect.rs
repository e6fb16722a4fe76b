//! The state of a run in the store, read without changes.

use super::attempt::{Ended, Standing};
use super::damage::Damage;
use super::error::StoreError;
use super::journal::read_journal;
use super::layout::{RunFolder, Store};
use super::owner::{Liveness, Owner};
use super::result::RunResult;
use crate::domain::event::JournalEntry;
use crate::domain::history::{History, Progress};
use crate::domain::id::RunId;
use crate::domain::run::RunSpec;
use std::time::SystemTime;

/// A run with the state of its newest attempt.
#[derive(Clone, Debug)]
pub struct StoredRun {
    pub id: RunId,
    /// `None` if `run.json` cannot be used
    pub spec: Option<RunSpec>,
    pub folder: RunFolder,
    pub result: Option<RunResult>,
    pub progress: Progress,
    /// a process trains it or has not cleaned up yet
    pub busy: bool,
    /// its owner is on another host or unknown and had no heartbeat lately: confirming its end takes a minute
    pub silent: bool,
    /// who trains it, or trained it last
    pub owner: Option<Owner>,
    /// its damaged files
    pub damages: Vec<Damage>,
}

/// What is looked through for damage.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Checked {
    Everything,
    /// all but the journals of finished runs
    Listed,
}

impl StoredRun {
    /// `None` if it was never started or is being created.
    fn read(folder: RunFolder, checked: Checked, here: &Owner, now: SystemTime) -> Option<Self> {
        let spec = folder.read_spec();
        let result = folder.read_result_of(spec.as_ref().ok().and_then(Option::as_ref));
        let with_journals = checked == Checked::Everything || !matches!(result, Ok(Some(_)));
        let damages = folder.damages(&spec, &result, with_journals);
        let (spec, result) = (spec.ok().flatten(), result.ok().flatten());
        if spec.is_none() && damages.is_empty() {
            return None;
        }
        let newest = folder.attempts().ok().and_then(|attempts| attempts.last().copied()).unwrap_or(0);
        let standing = folder.standing(newest, here);
        let busy = match &standing {
            Standing::Held { liveness: Liveness::Alive, .. } => true,
            Standing::Held { liveness: Liveness::Unknown, .. } => folder.beat_lately(newest, now),
            _ => false,
        };
        let silent = !busy && matches!(standing, Standing::Held { liveness: Liveness::Unknown, .. });
        let progress = match standing {
            _ if result.is_some() => Progress::Finished,
            Standing::Free => Progress::Waiting,
            Standing::Ended(Ended::Failed { message }) => Progress::Failed(message),
            _ if busy => Progress::Running,
            _ => Progress::Interrupted,
        };
        let owner = folder.owner(newest);
        let id = folder.id.clone();
        Some(Self { id, spec, folder, result, progress, busy, silent, owner, damages })
    }

    /// Whether its spec or its outcome is unknown because of damage.
    pub fn is_damaged(&self) -> bool {
        !self.busy && !self.damages.is_empty() && (self.spec.is_none() || self.result.is_none())
    }

    /// The journals of all attempts, oldest first.
    pub fn journal(&self) -> Vec<(u32, Vec<JournalEntry>)> {
        read_journal(&self.folder).unwrap_or_default()
    }

    /// The history of its journals, with the progress that the store reports.
    pub fn history(&self, journal: &[(u32, Vec<JournalEntry>)]) -> History {
        let events = journal.iter().flat_map(|(_, entries)| entries).map(|entry| &entry.event);
        History { progress: self.progress.clone(), ..History::replay(events) }
    }
}

impl Store {
    /// All runs, damaged ones included, with everything that is damaged.
    pub fn inspect(&self) -> Result<Vec<StoredRun>, StoreError> {
        self.read_runs(Checked::Everything)
    }

    /// The same without reading the journals of finished runs, which are most of a store: damage in these is not reported.
    pub fn list(&self) -> Result<Vec<StoredRun>, StoreError> {
        self.read_runs(Checked::Listed)
    }

    fn read_runs(&self, checked: Checked) -> Result<Vec<StoredRun>, StoreError> {
        let (here, now) = (Owner::this_process(), SystemTime::now());
        let read = |folder| StoredRun::read(folder, checked, &here, now);
        Ok(self.run_folders()?.into_iter().filter_map(read).collect())
    }

    /// One run, with everything that is damaged; `None` if it was never started.
    pub fn inspect_run(&self, id: &RunId) -> Option<StoredRun> {
        StoredRun::read(self.run(id), Checked::Everything, &Owner::this_process(), SystemTime::now())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BeatWatch, Claim};
    use super::*;
    use crate::domain::identity::run_id;
    use crate::domain::run::made_up::spec as example;

    #[test]
    fn the_newest_attempt_determines_the_state_of_a_run() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        let spec = example(8, 30);
        let folder = store.run(&run_id(&spec));
        folder.create(&spec).unwrap();
        let here = Owner::this_process();
        let progress = || store.inspect().unwrap().remove(0).progress;
        let claim = |owner: &Owner| match folder.claim(owner, &mut BeatWatch::default(), true).unwrap() {
            Claim::Mine(attempt) => attempt,
            other => panic!("not mine: {other:?}"),
        };
        assert_eq!(progress(), Progress::Waiting);
        claim(&Owner { process_start: here.process_start.wrapping_sub(1), ..here.clone() });
        assert_eq!(progress(), Progress::Interrupted, "its owner died without a word");
        let attempt = claim(&here);
        assert_eq!(progress(), Progress::Running);
        attempt.end(&Ended::Failed { message: "the loss is NaN".into() }).unwrap();
        assert_eq!(progress(), Progress::Failed("the loss is NaN".into()));
        let attempt = claim(&Owner { host: "another".into(), ..here.clone() });
        assert_eq!(progress(), Progress::Running, "its folder was made just now");
        attempt.end(&Ended::Stopped).unwrap();
        assert_eq!(progress(), Progress::Interrupted);
    }
}
