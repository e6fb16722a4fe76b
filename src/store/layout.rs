//! Where things lie in a store.

use super::error::{At, StoreError};
use super::files;
use super::identity::experiment_digest;
use crate::domain::id::RunId;
use crate::domain::run::RunSpec;
use crate::domain::spec::Spec;
use std::fs;
use std::path::{Path, PathBuf};

const FORMAT: &str = "batchscope-store 1";

/// A folder of experiments and runs.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// Opens a store, making it where there is none.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(root.join("runs")).at("create", root)?;
        fs::create_dir_all(root.join("experiments")).at("create", root)?;
        let format = root.join("format");
        files::create_once(&format, format!("{FORMAT}\n").as_bytes())?;
        let found = fs::read_to_string(&format).at("read", &format)?;
        if found.trim_end() != FORMAT {
            let found = found.trim_end().chars().take(60).collect();
            return Err(StoreError::Format { path: format, found, known: FORMAT });
        }
        Ok(Self { root: root.to_owned() })
    }

    /// Remembers an experiment's spec. The newest spelling of the same experiment wins.
    pub fn remember(&self, spec: &Spec, toml: &str) -> Result<PathBuf, StoreError> {
        let folder = self.root.join("experiments").join(format!("{}-{}", spec.name, experiment_digest(spec)));
        fs::create_dir_all(&folder).at("create", &folder)?;
        files::replace(&folder.join("spec.toml"), toml.as_bytes())?;
        Ok(folder)
    }

    /// The folder of a run, which may not exist yet.
    pub fn run(&self, id: &RunId) -> RunFolder {
        RunFolder { path: self.root.join("runs").join(id.as_str()) }
    }
}

/// One run's folder: its spec, its attempts, its result.
#[derive(Clone, Debug)]
pub struct RunFolder {
    pub(super) path: PathBuf,
}

impl RunFolder {
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the folder with its `run.json`.
    pub fn create(&self, spec: &RunSpec) -> Result<(), StoreError> {
        let attempts = self.path.join("attempts");
        fs::create_dir_all(&attempts).at("create", &attempts)?;
        let path = self.path.join("run.json");
        files::create_once(&path, &files::json(&path, spec)?)?;
        Ok(())
    }

    pub(super) fn attempt(&self, number: u32) -> PathBuf {
        self.path.join("attempts").join(number.to_string())
    }

    /// Numbers of all attempts, ascending.
    pub fn attempts(&self) -> Result<Vec<u32>, StoreError> {
        let names = files::names(&self.path.join("attempts"))?;
        let mut numbers: Vec<u32> = names.iter().filter_map(|name| name.parse().ok()).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }
}
