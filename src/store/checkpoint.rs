//! Checkpoints: bytes that a run can go on from, and final weights. What is in them is the trainer's business.

use super::attempt::Attempt;
use super::error::{At, StoreError};
use super::files;
use super::layout::RunFolder;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::NamedTempFile;

const WEIGHTS: &str = "weights.safetensors";

/// A checkpoint that is written but does not count yet. Dropped, it is gone.
#[derive(Debug)]
pub struct Staged {
    file: NamedTempFile,
    step: u64,
}

impl Attempt {
    fn checkpoints(&self) -> PathBuf {
        self.path().join("checkpoint")
    }

    /// Writes a checkpoint under a temporary name.
    pub fn stage_checkpoint(
        &self,
        step: u64,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<Staged, StoreError> {
        let folder = self.checkpoints();
        fs::create_dir_all(&folder).at("create", &folder)?;
        Ok(Staged { file: files::temporary(&folder, write)?, step })
    }

    /// Makes a staged checkpoint count, then removes what it makes useless. What happened up to its step must be on
    /// disk by now.
    pub fn commit_checkpoint(&self, run: &RunFolder, staged: Staged) -> Result<(), StoreError> {
        let path = self.checkpoints().join(format!("{}.safetensors", staged.step));
        staged.file.persist(&path).map_err(|error| error.error).at("rename to", &path)?;
        files::sync_folder(&self.checkpoints());
        for older in run.checkpoints()?.into_iter().filter(|older| older.attempt == self.number && older.path != path) {
            gone(&older.path, fs::remove_file(&older.path))?;
        }
        remove_checkpoints(run, |number| number < self.number)
    }

    /// Keeps the final weights.
    pub fn write_weights(&self, bytes: &[u8]) -> Result<(), StoreError> {
        files::replace(&self.path().join(WEIGHTS), bytes)
    }
}

/// A checkpoint that counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Checkpoint {
    pub step: u64,
    pub attempt: u32,
    pub path: PathBuf,
}

impl RunFolder {
    /// Removes what a run that this attempt finished has no use for: checkpoints up to then, and whatever kills left
    /// half-written.
    pub fn tidy(&self, finished_by: u32) -> Result<(), StoreError> {
        remove_checkpoints(self, |number| number <= finished_by)?;
        let attempts = self.attempts()?.into_iter().filter(|number| *number <= finished_by);
        let folders =
            attempts.map(|number| self.attempt(number)).chain([self.path.clone(), self.path.join("attempts")]);
        folders.for_each(|folder| files::remove_temporary(&folder, Duration::ZERO));
        Ok(())
    }

    /// The final weights of the attempt that finished the run, where they were kept.
    pub fn weights(&self, attempt: u32) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.attempt(attempt).join(WEIGHTS);
        match fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            read => read.at("read", &path).map(Some),
        }
    }

    /// Final weights of any attempt. Written at the very end, they may be there before the result is.
    pub fn kept_weights(&self) -> Option<PathBuf> {
        let paths = self.attempts().ok()?.into_iter().map(|attempt| self.attempt(attempt).join(WEIGHTS));
        paths.rev().find(|path| path.exists())
    }

    /// The run's checkpoints, the furthest first.
    pub fn checkpoints(&self) -> Result<Vec<Checkpoint>, StoreError> {
        let mut found = Vec::new();
        for attempt in self.attempts()? {
            let folder = self.attempt(attempt).join("checkpoint");
            for name in files::names(&folder)? {
                if let Some(step) = name.strip_suffix(".safetensors").and_then(|step| step.parse().ok()) {
                    found.push(Checkpoint { step, attempt, path: folder.join(name) });
                }
            }
        }
        found.sort_by(|a, b| b.cmp(a));
        Ok(found)
    }
}

/// Removes checkpoints of attempts, whole or half-written.
fn remove_checkpoints(run: &RunFolder, of: impl Fn(u32) -> bool) -> Result<(), StoreError> {
    for number in run.attempts()?.into_iter().filter(|number| of(*number)) {
        let folder = run.attempt(number).join("checkpoint");
        gone(&folder, fs::remove_dir_all(&folder))?;
    }
    Ok(())
}

/// What was to be removed may be gone already: another process was quicker.
fn gone(path: &Path, removed: std::io::Result<()>) -> Result<(), StoreError> {
    match removed {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        removed => removed.at("remove", path),
    }
}
