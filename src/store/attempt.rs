//! An attempt: one process's claim on a run. Renaming the folder to its final name makes the claim; only the owner writes
//! into it.

use super::error::StoreError;
use super::layout::RunFolder;
use super::owner::{Liveness, Owner};
use super::result::RunResult;
use super::stored::{self, Stored};
use crate::files::Folder;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

pub(super) const OWNER: &str = "owner.json";
pub(super) const BEAT: &str = "beat.json";
pub(super) const ENDED: &str = "ended.json";
/// An owner on another host counts as ended when its heartbeat has not changed for this long.
pub(super) const OWNER_TIMEOUT: Duration = Duration::from_mins(1);

/// The result of an attempt to claim a run.
#[derive(Debug)]
pub enum Claim {
    /// claimed: train it
    Mine(ClaimedAttempt),
    /// it is finished
    Done(RunResult),
    /// its last attempt failed with this message, and a retry was not requested
    Failed(String),
    /// another process, described by the text, trains it
    Elsewhere(String),
}

/// A claimed attempt.
#[derive(Clone, Debug)]
pub struct ClaimedAttempt {
    /// counts from 1
    pub number: u32,
    pub(super) folder: Folder,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Beat {
    beat: u64,
    /// updates done
    step: u64,
}

impl Stored for Beat {}

/// How an attempt ended, if its owner could record it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ended", rename_all = "snake_case")]
pub enum Ended {
    Finished,
    Stopped,
    Failed { message: String },
}

impl Stored for Ended {
    const MOST: u64 = 1 << 24;
}

/// Heartbeats of attempts on other hosts, and since when each is unchanged.
#[derive(Debug, Default)]
pub struct BeatWatch(HashMap<PathBuf, (u64, Instant)>);

impl BeatWatch {
    fn silent(&mut self, attempt: &Folder, now: Instant) -> bool {
        let beat = stored::read::<Beat>(attempt, BEAT).ok().flatten().map_or(0, |beat| beat.beat);
        let (last, since) = self.0.entry(attempt.path().to_owned()).or_insert((beat, now));
        if *last != beat {
            (*last, *since) = (beat, now);
        }
        now.duration_since(*since) >= OWNER_TIMEOUT
    }
}

impl RunFolder {
    /// Claims the run. Of several processes at once, one succeeds.
    pub fn claim(&self, here: &Owner, watch: &mut BeatWatch, retry_failed: bool) -> Result<Claim, StoreError> {
        if let Some(result) = self.result() {
            return Ok(Claim::Done(result));
        }
        let newest = self.attempts()?.last().copied().unwrap_or(0);
        match self.standing(newest, here) {
            Standing::Free | Standing::Ended(Ended::Finished | Ended::Stopped) => {}
            Standing::Ended(Ended::Failed { message }) if !retry_failed => return Ok(Claim::Failed(message)),
            Standing::Ended(Ended::Failed { .. }) => {}
            Standing::Held { owner, liveness } => {
                let lives = match liveness {
                    Liveness::Alive => true,
                    Liveness::Gone => false,
                    Liveness::Unknown => !watch.silent(&self.attempt(newest), Instant::now()),
                };
                if lives {
                    return Ok(Claim::Elsewhere(
                        owner.map_or("a process that just started".into(), |owner| owner.to_string()),
                    ));
                }
            }
        }
        let attempt = ClaimedAttempt { number: newest + 1, folder: self.attempt(newest + 1) };
        if let Err(error) = self.begin(&attempt, here) {
            return match (attempt.path().exists(), self.path().exists()) {
                (true, _) => Ok(Claim::Elsewhere("a process that just started".into())),
                // the run was removed in between: the next claim creates it again
                (_, false) => Ok(Claim::Elsewhere("a process that is removing it".into())),
                _ => Err(error),
            };
        }
        // another process may have finished the run in between
        if let Some(result) = self.result() {
            self.attempts_folder().remove_folder(attempt.folder.name())?;
            return Ok(Claim::Done(result));
        }
        Ok(Claim::Mine(attempt))
    }

    /// Creates the folder of an attempt, unless it exists. The owner file is written before the folder gets its name: other
    /// processes would wait for a folder without one, as a kill could leave.
    fn begin(&self, attempt: &ClaimedAttempt, owner: &Owner) -> Result<(), StoreError> {
        let attempts = self.attempts_folder();
        let staged = attempts.stage_folder()?;
        stored::write(&Folder::root(staged.path()), OWNER, owner)?;
        Ok(attempts.commit_folder(staged, attempt.folder.name())?)
    }
}

/// The state of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// there is no attempt
    Free,
    Ended(Ended),
    /// its owner has not recorded an end; the owner is `None` if `owner.json` cannot be read
    Held {
        owner: Option<Owner>,
        liveness: Liveness,
    },
}

impl RunFolder {
    /// The state of an attempt, from its files and the processes of this host.
    pub fn standing(&self, attempt: u32, here: &Owner) -> Standing {
        if attempt == 0 {
            return Standing::Free;
        }
        // an unreadable file does not count
        if let Ok(Some(ended)) = stored::read(&self.attempt(attempt), ENDED) {
            return Standing::Ended(ended);
        }
        let owner = self.owner(attempt);
        let liveness = owner.as_ref().map_or(Liveness::Unknown, |owner| owner.liveness(here));
        Standing::Held { owner, liveness }
    }

    pub fn owner(&self, attempt: u32) -> Option<Owner> {
        stored::read(&self.attempt(attempt), OWNER).ok().flatten()
    }

    /// Whether an attempt of another host had a heartbeat within the last minute, by the file system's clock. For display;
    /// [`RunFolder::claim`] observes heartbeats itself.
    pub fn beat_lately(&self, attempt: u32, now: SystemTime) -> bool {
        let folder = self.attempt(attempt);
        let beat = folder.modified(BEAT).or_else(|| folder.changed());
        beat.is_some_and(|time| now.duration_since(time).unwrap_or_default() < OWNER_TIMEOUT)
    }
}

impl ClaimedAttempt {
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Creates a file in a folder of the attempt.
    pub fn create_file(&self, folder: &[&str], name: &str) -> Result<File, StoreError> {
        let folder = folder.iter().fold(self.folder.clone(), |folder, name| folder.folder(name));
        folder.create()?;
        Ok(folder.create_file(name)?)
    }

    /// Records a heartbeat for other hosts.
    pub fn beat(&self, beat: u64, step: u64) -> Result<(), StoreError> {
        // losing a heartbeat is harmless
        Ok(self.folder.replace_unsynced(BEAT, &stored::json(&self.folder, BEAT, &Beat { beat, step })?)?)
    }

    /// Records how the attempt ended, after which the run may be claimed again.
    pub fn end(&self, ended: &Ended) -> Result<(), StoreError> {
        stored::write(&self.folder, ENDED, ended)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use super::*;
    use crate::domain::identity::run_id;
    use crate::domain::run::made_up::spec as example;

    fn folder(root: &Path) -> RunFolder {
        let spec = example(8, 30);
        let folder = Store::open(root).unwrap().run(&run_id(&spec));
        folder.create(&spec).unwrap();
        folder
    }

    fn claim(folder: &RunFolder, owner: &Owner, retry_failed: bool) -> Claim {
        folder.claim(owner, &mut BeatWatch::default(), retry_failed).unwrap()
    }

    #[test]
    fn one_of_two_claims_succeeds_and_a_dead_owner_is_superseded() {
        let root = tempfile::tempdir().unwrap();
        let (folder, here) = (folder(root.path()), Owner::this_process());
        let dead = Owner { process_start: here.process_start.wrapping_sub(1), ..here.clone() };
        assert!(matches!(claim(&folder, &dead, false), Claim::Mine(attempt) if attempt.number == 1));
        assert!(matches!(claim(&folder, &here, false), Claim::Mine(attempt) if attempt.number == 2));
        assert!(matches!(claim(&folder, &here, false), Claim::Elsewhere(_)));
    }

    #[test]
    fn of_many_claims_at_once_one_succeeds_and_the_others_leave_nothing() {
        let root = tempfile::tempdir().unwrap();
        let (folder, here) = (folder(root.path()), Owner::this_process());
        let barrier = std::sync::Barrier::new(8);
        let ask = || {
            barrier.wait();
            matches!(claim(&folder, &here, false), Claim::Mine(_))
        };
        let mine = std::thread::scope(|threads| {
            let asking: Vec<_> = (0..8).map(|_| threads.spawn(ask)).collect();
            asking.into_iter().map(|asked| asked.join().unwrap()).filter(|mine| *mine).count()
        });
        assert_eq!(mine, 1);
        assert_eq!(folder.attempts_folder().names().unwrap(), ["1"]);
        assert_eq!(folder.owner(1), Some(here));
    }

    #[test]
    fn a_stopped_attempt_is_free_and_a_failed_one_needs_a_retry() {
        let root = tempfile::tempdir().unwrap();
        let (folder, here) = (folder(root.path()), Owner::this_process());
        let Claim::Mine(first) = claim(&folder, &here, false) else { panic!("not mine") };
        first.end(&Ended::Stopped).unwrap();
        let Claim::Mine(second) = claim(&folder, &here, false) else { panic!("not mine") };
        second.end(&Ended::Failed { message: "the loss is NaN".into() }).unwrap();
        assert!(matches!(claim(&folder, &here, false), Claim::Failed(message) if message == "the loss is NaN"));
        assert!(matches!(claim(&folder, &here, true), Claim::Mine(attempt) if attempt.number == 3));
    }

    #[test]
    fn an_owner_on_another_host_is_superseded_after_a_minute_of_silence() {
        let root = tempfile::tempdir().unwrap();
        let folder = folder(root.path());
        let other = Owner { host: "another".into(), ..Owner::this_process() };
        let Claim::Mine(attempt) = claim(&folder, &other, false) else { panic!("not mine") };
        let (mut watch, start) = (BeatWatch::default(), Instant::now());
        attempt.beat(1, 10).unwrap();
        assert!(!watch.silent(&attempt.folder, start));
        assert!(!watch.silent(&attempt.folder, start + Duration::from_secs(59)));
        attempt.beat(2, 20).unwrap();
        assert!(!watch.silent(&attempt.folder, start + Duration::from_secs(61)));
        assert!(watch.silent(&attempt.folder, start + Duration::from_secs(121)));
    }
}
