//! The folder of a pre-training: its plan, its newest checkpoint, and the model.

use super::PretrainingError;
use crate::export::PretrainedFolder;
use crate::train::{OwnedSnapshot, PretrainingPlan, Snapshot, TrainError};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const CHECKPOINT: &str = "checkpoint.safetensors";
const PLAN: &str = "plan.json";
const MODEL: &str = "model";

/// Created at the first write.
pub struct PretrainingFolder {
    pub path: PathBuf,
}

impl PretrainingFolder {
    /// The checkpoint, if there is one. It is an error if it belongs to another plan; otherwise the plan is written.
    pub fn resume(&self, plan: &PretrainingPlan) -> Result<Option<OwnedSnapshot>, PretrainingError> {
        let snapshot = self.read(CHECKPOINT, |bytes| Snapshot::from_bytes(bytes).map_err(|error| error.to_string()))?;
        let begun: Option<PretrainingPlan> =
            self.read(PLAN, |bytes| serde_json::from_slice(bytes).map_err(|error| error.to_string()))?;
        let done = snapshot.as_ref().map_or(0, |snapshot| snapshot.step);
        if begun.is_some_and(|begun| !plan.agrees(&begun, done)) {
            return Err(PretrainingError::AnotherPlan { folder: self.path.clone(), done });
        }
        let bytes = serde_json::to_vec(plan).map_err(|error| self.content(PLAN, error.to_string()))?;
        replace(&self.path.join(PLAN), &bytes)?;
        Ok(snapshot)
    }

    pub fn save(&self, snapshot: &Snapshot<'_>) -> Result<(), PretrainingError> {
        replace(&self.path.join(CHECKPOINT), &snapshot.to_bytes()?)
    }

    /// Writes the model. Returns its folder.
    pub fn write(&self, model: PretrainedFolder<'_>) -> Result<PathBuf, PretrainingError> {
        let folder = self.path.join(MODEL);
        for (name, bytes) in model.files().map_err(TrainError::from)? {
            replace(&folder.join(name), &bytes)?;
        }
        Ok(folder)
    }

    fn read<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&[u8]) -> Result<T, String>,
    ) -> Result<Option<T>, PretrainingError> {
        let path = self.path.join(name);
        match fs::read(&path) {
            Ok(bytes) => parse(&bytes).map(Some).map_err(|message| self.content(name, message)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(PretrainingError::Files { doing: "read", path, cause }),
        }
    }

    fn content(&self, name: &str, message: String) -> PretrainingError {
        PretrainingError::Content { path: self.path.join(name), message }
    }
}

/// The file appears whole or not at all.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), PretrainingError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map(drop).map_err(|error| error.error)
    };
    write().map_err(|cause| PretrainingError::Files { doing: "write", path: path.to_owned(), cause })
}
