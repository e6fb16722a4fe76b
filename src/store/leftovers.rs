//! What a store keeps that no command needs: temporary files of processes that ended, runs whose removal was interrupted,
//! checkpoints of finished runs, damaged files that were set aside, and links to runs that no longer exist.

use super::attempt::Standing;
use super::error::StoreError;
use super::layout::{RunFolder, Store};
use super::owner::{Liveness, Owner};
use super::remove::REMOVED;
use crate::files::Folder;
use std::fmt;
use std::path::PathBuf;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftoverKind {
    Temporary,
    RemovedRun,
    Checkpoint,
    SetAside,
    Link,
}

impl fmt::Display for LeftoverKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            LeftoverKind::Temporary => "temporary file of a process that ended",
            LeftoverKind::RemovedRun => "remains of an interrupted removal",
            LeftoverKind::Checkpoint => "checkpoint of a finished run",
            LeftoverKind::SetAside => "damaged file that was set aside",
            LeftoverKind::Link => "link to a run that no longer exists",
        })
    }
}

/// An entry of a folder of the store that can be removed.
#[derive(Clone, Debug)]
pub struct Leftover {
    pub kind: LeftoverKind,
    pub bytes: u64,
    folder: Folder,
    name: String,
}

impl Leftover {
    fn of(kind: LeftoverKind, folder: &Folder, name: String) -> Self {
        Self { kind, bytes: folder.size(&name), folder: folder.clone(), name }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }
}

impl Store {
    /// Everything that can be removed. Runs that a process may be training are left out.
    pub fn leftovers(&self) -> Result<Vec<Leftover>, StoreError> {
        let mut found = Vec::new();
        let removed = self.folder().folder(REMOVED);
        let names = removed.names().unwrap_or_default();
        found.extend(names.into_iter().map(|name| Leftover::of(LeftoverKind::RemovedRun, &removed, name)));
        add_leftovers(self.folder(), &mut found);
        for experiment in self.experiments()? {
            add_leftovers(&self.experiment(&experiment), &mut found);
        }
        let here = Owner::this_process();
        for run in self.run_folders()? {
            run.add_leftovers(&here, &mut found)?;
        }
        for (place, run) in self.places()? {
            if !self.run(&run).exists() {
                let [_, batch_size, iid] = place.folders(self);
                found.push(Leftover::of(LeftoverKind::Link, &batch_size, iid.name().to_owned()));
            }
        }
        found.sort_by_key(|leftover| leftover.kind);
        Ok(found)
    }

    /// Removes these, and returns the freed bytes.
    pub fn remove_leftovers(&self, leftovers: &[Leftover]) -> Result<u64, StoreError> {
        let mut freed = 0;
        for Leftover { kind, bytes, folder, name } in leftovers {
            match kind {
                // below
                LeftoverKind::Link => {}
                _ if folder.folder(name).exists().is_ok_and(|exists| exists) => folder.remove_folder(name)?,
                _ => folder.remove(name)?,
            }
            freed += bytes;
        }
        let _ = self.folder().folder(REMOVED).remove_if_empty();
        self.remove_dangling_places()?;
        Ok(freed)
    }
}

impl RunFolder {
    fn add_leftovers(&self, here: &Owner, found: &mut Vec<Leftover>) -> Result<(), StoreError> {
        let attempts = self.attempts()?;
        let newest = attempts.last().copied().unwrap_or(0);
        if matches!(self.standing(newest, here), Standing::Held { liveness: Liveness::Alive | Liveness::Unknown, .. }) {
            return Ok(());
        }
        add_leftovers(&self.folder, found);
        add_leftovers(&self.attempts_folder(), found);
        let finished_by = self.read_result().ok().flatten().map(|result| result.attempt);
        for number in attempts {
            add_leftovers(&self.attempt(number), found);
            if finished_by.is_some_and(|finished_by| number <= finished_by) {
                let (folder, names) = self.checkpoint_files(number);
                found.extend(names.into_iter().map(|name| Leftover::of(LeftoverKind::Checkpoint, &folder, name)));
            }
        }
        Ok(())
    }
}

/// Temporary and damaged entries of a folder.
fn add_leftovers(folder: &Folder, found: &mut Vec<Leftover>) {
    found.extend(folder.abandoned().into_iter().map(|name| Leftover::of(LeftoverKind::Temporary, folder, name)));
    let names = folder.names().unwrap_or_default().into_iter().filter(|name| is_set_aside(name));
    found.extend(names.map(|name| Leftover::of(LeftoverKind::SetAside, folder, name)));
}

/// Whether [`Folder::set_aside`] gave this name.
fn is_set_aside(name: &str) -> bool {
    let number = name.rsplit_once(".damaged-").map(|(_, number)| number);
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}
