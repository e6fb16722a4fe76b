//! Checkpoints, from which a run resumes, and final weights, both as opaque bytes.
//!
//! The name of a checkpoint contains its step and the SHA-256 of its bytes, so that a corrupt one is detected and skipped.
//! Checkpoints of earlier versions have no digest in their name and are not verified.

use super::attempt::ClaimedAttempt;
use super::damage::Damage;
use super::error::StoreError;
use super::layout::RunFolder;
use crate::files::{EntryKind, FileError, Folder, is_temporary};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use tempfile::NamedTempFile;

const FOLDER: &str = "checkpoint";
const ENDING: &str = ".safetensors";
pub(super) const WEIGHTS: &str = "weights.safetensors";
/// Its digest, as `sha256sum --check` reads it.
const SUM: &str = "weights.sha256";
/// Upper bound of the size of a checkpoint, far above any trained here.
const MOST: u64 = 1 << 36;

/// A checkpoint that is written but not committed. Dropping it removes it.
#[derive(Debug)]
pub struct Staged {
    file: NamedTempFile,
    step: u64,
    digest: String,
}

impl ClaimedAttempt {
    /// Writes a checkpoint under a temporary name.
    pub fn stage_checkpoint(
        &self,
        step: u64,
        write: impl FnOnce(&mut Hashing<&mut File>) -> io::Result<()>,
    ) -> Result<Staged, StoreError> {
        let folder = self.folder.folder(FOLDER);
        folder.create()?;
        let (file, digest) = folder.stage(|file| {
            let mut hashing = Hashing { inner: file, hasher: Sha256::new() };
            write(&mut hashing)?;
            Ok(hexadecimal(hashing.hasher))
        })?;
        Ok(Staged { file, step, digest })
    }

    /// Commits a staged checkpoint, then removes those that it supersedes. The journal up to its step must be on disk.
    pub fn commit_checkpoint(&self, run: &RunFolder, staged: Staged) -> Result<(), StoreError> {
        let Staged { file, step, digest } = staged;
        let name = format!("{step}-{digest}{ENDING}");
        self.folder.folder(FOLDER).commit(file, &name)?;
        let own = run.checkpoints()?.into_iter().filter(|checkpoint| checkpoint.attempt == self.number);
        for older in own.filter(|checkpoint| checkpoint.name != name) {
            older.folder.remove(&older.name)?;
        }
        remove_checkpoints(run, |number| number < self.number)
    }

    /// Writes the final weights.
    pub fn write_weights(&self, bytes: &[u8]) -> Result<(), StoreError> {
        let mut hasher = Sha256::new();
        hasher.update(bytes);
        // the checksum first: weights without one are not verified
        self.folder.replace(SUM, format!("{}  {WEIGHTS}\n", hexadecimal(hasher)).as_bytes())?;
        Ok(self.folder.replace(WEIGHTS, bytes)?)
    }
}

/// A committed checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub step: u64,
    pub attempt: u32,
    folder: Folder,
    name: String,
    /// `None` for one of an earlier version
    digest: Option<String>,
}

impl Checkpoint {
    fn of(folder: &Folder, attempt: u32, name: String) -> Option<Self> {
        let stem = name.strip_suffix(ENDING)?;
        let (step, digest) = match stem.split_once('-') {
            Some((step, digest)) => (step, Some(digest.to_owned())),
            None => (stem, None),
        };
        Some(Self { step: step.parse().ok()?, attempt, folder: folder.clone(), digest, name })
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }

    /// The damage report for a checkpoint whose content is unusable.
    pub fn damage(&self, reason: impl Into<String>) -> Damage {
        Damage::of_content(&self.folder, &self.name, reason)
    }

    /// Checks that it can be opened. Its bytes are verified when a run resumes from it.
    pub(super) fn check(&self) -> Result<(), Damage> {
        Ok(self.folder.open(&self.name).map(drop)?)
    }

    /// Its verified bytes; `None` if its owner has replaced it by a newer one.
    pub fn read(&self) -> Result<Option<Vec<u8>>, Damage> {
        let Some(digest) = &self.digest else { return Ok(self.folder.read(&self.name, MOST)?) };
        let Some(file) = self.folder.open(&self.name)? else { return Ok(None) };
        let reading = |cause| FileError::System { doing: "read", path: self.path(), cause };
        // before reading it into memory: a sparse file can have any size
        let mut hasher = Sha256::new();
        let mut chunk = vec![0; 1 << 20];
        let mut file = file.take(MOST);
        loop {
            match file.read(&mut chunk).map_err(reading)? {
                0 => break,
                count => hasher.update(&chunk[..count]),
            }
        }
        if hexadecimal(hasher) != *digest {
            let reason = "its content has changed: the SHA-256 differs from the one in its name";
            return Err(self.damage(reason));
        }
        Ok(self.folder.read(&self.name, MOST)?)
    }
}

/// A writer that computes the digest of what is written.
pub struct Hashing<W> {
    inner: W,
    hasher: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn hexadecimal(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl RunFolder {
    /// Removes what a finished run no longer needs: checkpoints up to the attempt that finished it, and partial files.
    pub fn tidy(&self, finished_by: u32) -> Result<(), StoreError> {
        remove_checkpoints(self, |number| number <= finished_by)?;
        let attempts = self.attempts()?.into_iter().filter(|number| *number <= finished_by);
        let folders = attempts.map(|number| self.attempt(number)).chain([self.folder.clone(), self.attempts_folder()]);
        folders.for_each(|folder| folder.remove_abandoned());
        Ok(())
    }

    /// The folder of an attempt's checkpoints, and the names of those, complete or partial.
    pub(super) fn checkpoint_files(&self, attempt: u32) -> (Folder, Vec<String>) {
        let folder = self.attempt(attempt).folder(FOLDER);
        let is_file = |name: &str| matches!(folder.kind(name), Ok(Some(EntryKind::File)));
        let made = |name: &String| (is_temporary(name) || name.ends_with(ENDING)) && is_file(name);
        let names = folder.names().unwrap_or_default().into_iter().filter(made).collect();
        (folder, names)
    }

    /// The final weights of the attempt that finished the run, if they were kept.
    pub fn weights(&self, attempt: u32) -> Result<Option<Vec<u8>>, StoreError> {
        let folder = self.attempt(attempt);
        let weights = folder.read(WEIGHTS, MOST)?;
        // earlier versions kept none
        let sum = folder.read(SUM, 1 << 10)?;
        if let (Some(weights), Some(sum)) = (&weights, sum) {
            let mut hasher = Sha256::new();
            hasher.update(weights);
            if !sum.starts_with(hexadecimal(hasher).as_bytes()) {
                let reason = format!("its content has changed: the SHA-256 differs from the one in {SUM}");
                return Err(Damage::of_content(&folder, WEIGHTS, reason).into());
            }
        }
        Ok(weights)
    }

    /// The attempt that kept its final weights, which are written shortly before the result.
    pub fn kept_weights(&self) -> Option<u32> {
        let is_there = |attempt: &u32| matches!(self.attempt(*attempt).kind(WEIGHTS), Ok(Some(EntryKind::File)));
        self.attempts().ok()?.into_iter().rev().find(is_there)
    }

    /// The run's checkpoints, the newest attempt first, and for each attempt the latest step first. An attempt starts from
    /// the latest checkpoint, so its own have later steps; those that a superseded owner committed afterwards are not covered
    /// by the newest journal.
    pub fn checkpoints(&self) -> Result<Vec<Checkpoint>, StoreError> {
        let mut found = Vec::new();
        for attempt in self.attempts()? {
            let folder = self.attempt(attempt).folder(FOLDER);
            // an entry that is not a folder has no checkpoints
            let names = folder.names().unwrap_or_default().into_iter();
            found.extend(names.filter_map(|name| Checkpoint::of(&folder, attempt, name)));
        }
        found.sort_by_key(|checkpoint| std::cmp::Reverse((checkpoint.attempt, checkpoint.step)));
        Ok(found)
    }
}

/// Removes the checkpoints of attempts, complete or partial, and no other files.
fn remove_checkpoints(run: &RunFolder, of: impl Fn(u32) -> bool) -> Result<(), StoreError> {
    for number in run.attempts()?.into_iter().filter(|number| of(*number)) {
        let (folder, names) = run.checkpoint_files(number);
        names.iter().try_for_each(|name| folder.remove(name))?;
        let _ = folder.remove_if_empty();
    }
    Ok(())
}
