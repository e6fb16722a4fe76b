//! Removes runs from the store.
//!
//! A run is first claimed, as for training, so that no other process starts it, then renamed in one step, and only then
//! deleted. A process that needs it afterwards creates it again.

use super::attempt::{BeatWatch, Claim, OWNER_TIMEOUT};
use super::error::StoreError;
use super::inspect::StoredRun;
use super::layout::{RunFolder, Store};
use super::owner::Owner;
use crate::domain::id::RunId;
use crate::files::EntryKind;
use std::time::{Duration, Instant};

/// The result of a removal.
#[derive(Debug, PartialEq, Eq)]
pub enum Removal {
    /// bytes freed
    Freed(u64),
    /// this process is training it
    Refused(String),
}

/// The folder of runs that are being deleted.
pub(super) const REMOVED: &str = "removed";

/// Time between two claims on a run whose owner is on another host.
const ASK_AGAIN: Duration = Duration::from_secs(2);

impl Store {
    /// Removes a run, unless a process is training it. If its owner was on another host, confirming its end takes a minute.
    pub fn remove(&self, run: &StoredRun) -> Result<Removal, StoreError> {
        let owner = run.owner.as_ref().map_or("a process that just started".into(), ToString::to_string);
        if run.busy {
            return Ok(Removal::Refused(owner));
        }
        if !matches!(self.runs_folder().kind(run.id.as_str())?, Some(EntryKind::Folder)) {
            // only the link: its target is not part of the store
            self.runs_folder().remove(run.id.as_str())?;
            return Ok(Removal::Freed(0));
        }
        let claimed = match run.folder.attempts_folder().exists() {
            // without a folder for attempts nothing can train it
            Err(_) => None,
            Ok(_) => match self.claim_to_remove(run)? {
                Claim::Mine(attempt) => Some(attempt),
                // nothing trains a finished run
                Claim::Done(_) if run.result.is_some() => None,
                Claim::Done(_) => return Ok(Removal::Refused("a process that finished it just now".into())),
                Claim::Elsewhere(words) | Claim::Failed(words) => return Ok(Removal::Refused(words)),
            },
        };
        let bytes = run.folder.bytes();
        let away = self.folder().folder(REMOVED);
        let name = format!("{}.{}", run.id, std::process::id());
        let renamed = away.create().and_then(|()| self.runs_folder().rename(run.id.as_str(), &away, &name));
        if let (Err(_), Some(attempt)) = (&renamed, &claimed) {
            // release the claim
            let _ = run.folder.attempts_folder().remove_folder(attempt.folder.name());
        }
        renamed?;
        away.remove_folder(&name)?;
        // leftovers of a removal that was killed; those of a running one are left to it
        for name in away.names()?.into_iter().filter(|name| is_removed_run(name)) {
            let _ = away.remove_folder(&name);
        }
        let _ = away.remove_if_empty();
        Ok(Removal::Freed(bytes))
    }

    /// Claims the run, repeatedly until an owner on another host has been without heartbeat for long enough.
    fn claim_to_remove(&self, run: &StoredRun) -> Result<Claim, StoreError> {
        let (here, mut watch, begun) = (Owner::this_process(), BeatWatch::default(), Instant::now());
        loop {
            match run.folder.claim(&here, &mut watch, true)? {
                Claim::Elsewhere(_) if run.silent && begun.elapsed() < OWNER_TIMEOUT + 2 * ASK_AGAIN => {
                    std::thread::sleep(ASK_AGAIN);
                }
                claim => return Ok(claim),
            }
        }
    }
}

/// Whether [`Store::remove`] gave this name.
fn is_removed_run(name: &str) -> bool {
    let parts = name.split_once('.');
    parts.is_some_and(|(id, process)| RunId::parse(id).is_some() && process.parse::<u32>().is_ok())
}

impl RunFolder {
    /// Bytes of all its files.
    pub fn bytes(&self) -> u64 {
        self.folder.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::super::RunResult;
    use super::*;
    use crate::domain::identity::run_id;
    use crate::domain::run::made_up::spec as example;
    use std::path::Path;

    fn store_with_run(root: &Path) -> (Store, RunFolder) {
        let store = Store::open(root).unwrap();
        let folder = store.run(&run_id(&example(8, 30)));
        folder.create(&example(8, 30)).unwrap();
        (store, folder)
    }

    fn inspected(store: &Store) -> StoredRun {
        store.inspect().unwrap().remove(0)
    }

    #[test]
    fn an_idle_run_is_removed_completely() {
        let root = tempfile::tempdir().unwrap();
        let (store, folder) = store_with_run(root.path());
        let size = folder.bytes();
        assert!(size > 100);
        let Removal::Freed(freed) = store.remove(&inspected(&store)).unwrap() else { panic!("refused") };
        assert!(freed >= size, "{freed} of {size}");
        assert!(!folder.path().exists());
        assert!(store.runs().unwrap().is_empty() && !root.path().join(REMOVED).exists());
    }

    #[test]
    fn a_run_claimed_in_the_meantime_is_kept() {
        let root = tempfile::tempdir().unwrap();
        let (store, folder) = store_with_run(root.path());
        let looked_at = inspected(&store);
        let claim = folder.claim(&Owner::this_process(), &mut BeatWatch::default(), false).unwrap();
        assert!(matches!(claim, Claim::Mine(_)));
        // its present state, and the one inspected before
        for run in [inspected(&store), looked_at] {
            let Removal::Refused(words) = store.remove(&run).unwrap() else { panic!("removed") };
            assert!(words.contains("process"), "{words}");
        }
        assert!(folder.path().join("run.json").exists());
    }

    #[test]
    fn a_run_finished_in_the_meantime_is_kept() {
        let root = tempfile::tempdir().unwrap();
        let (store, folder) = store_with_run(root.path());
        let looked_at = inspected(&store);
        let (run, loss, accuracy) = (looked_at.id.clone(), 0.5, 0.8);
        let result = RunResult {
            run,
            attempt: 1,
            step: 6,
            loss,
            accuracy,
            f1: None,
            macro_f1: None,
            matthews: None,
            predicted_classes: None,
            correct: None,
            further_sets: Vec::new(),
            finished: 0.0,
        };
        folder.commit_result(&result).unwrap();
        assert!(matches!(store.remove(&looked_at).unwrap(), Removal::Refused(_)));
        assert!(matches!(store.remove(&inspected(&store)).unwrap(), Removal::Freed(_)));
    }

    #[test]
    fn a_claim_during_removal_is_refused_for_now() {
        let root = tempfile::tempdir().unwrap();
        let (store, folder) = store_with_run(root.path());
        store.remove(&inspected(&store)).unwrap();
        let claim = folder.claim(&Owner::this_process(), &mut BeatWatch::default(), false).unwrap();
        assert!(matches!(claim, Claim::Elsewhere(_)), "{claim:?}");
    }
}
