//! Checkpoints: bytes that a run can go on from, and final weights. What is in them is the trainer's business.

use super::attempt::Attempt;
use super::error::{At, StoreError};
use super::files;
use super::layout::RunFolder;
use std::fs;
use std::path::{Path, PathBuf};

/// A checkpoint that is written but does not count yet.
#[derive(Debug)]
pub struct Staged {
    temporary: PathBuf,
    step: u64,
}

impl Attempt {
    fn checkpoints(&self) -> PathBuf {
        self.path().join("checkpoint")
    }

    /// Writes a checkpoint under a temporary name.
    pub fn stage_checkpoint(&self, step: u64, bytes: &[u8]) -> Result<Staged, StoreError> {
        let folder = self.checkpoints();
        fs::create_dir_all(&folder).at("create", &folder)?;
        let temporary = folder.join(format!("{step}.part"));
        files::replace(&temporary, bytes)?;
        Ok(Staged { temporary, step })
    }

    /// Makes a staged checkpoint count, then removes every older one of the run. What happened up to its step must
    /// be in the journal by now.
    pub fn commit_checkpoint(&self, run: &RunFolder, staged: Staged) -> Result<(), StoreError> {
        let path = self.checkpoints().join(format!("{}.safetensors", staged.step));
        fs::rename(&staged.temporary, &path).at("rename to", &path)?;
        run.remove_checkpoints(Some(&path))
    }

    /// Keeps the final weights.
    pub fn write_weights(&self, bytes: &[u8]) -> Result<(), StoreError> {
        files::replace(&self.path().join("weights.safetensors"), bytes)
    }
}

impl RunFolder {
    /// Paths of the run's checkpoints, the furthest first.
    pub fn checkpoints(&self) -> Result<Vec<PathBuf>, StoreError> {
        let mut found = Vec::new();
        for number in self.attempts()? {
            let folder = self.attempt(number).join("checkpoint");
            for name in files::names(&folder)? {
                if let Some(step) = name.strip_suffix(".safetensors").and_then(|step| step.parse::<u64>().ok()) {
                    found.push(((step, number), folder.join(name)));
                }
            }
        }
        found.sort();
        Ok(found.into_iter().rev().map(|(_, path)| path).collect())
    }

    /// Removes the run's checkpoints but one.
    pub fn remove_checkpoints(&self, but: Option<&Path>) -> Result<(), StoreError> {
        for path in self.checkpoints()? {
            if Some(path.as_path()) != but {
                fs::remove_file(&path).at("remove", &path)?;
            }
        }
        Ok(())
    }
}
