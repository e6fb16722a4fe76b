//! The layout of a store.

use super::damage::Damage;
use super::error::StoreError;
use super::stored::{self, Stored};
use crate::domain::id::RunId;
use crate::domain::identity::{experiment_digest, run_id};
use crate::domain::name::FolderName;
use crate::domain::run::RunSpec;
use crate::domain::spec::Spec;
use crate::files::{EntryKind, FileError, Folder, FolderIdentity, is_temporary};
use std::path::Path;
use std::sync::Arc;

/// The first line of a store's `format` file.
pub const STORE_FORMAT: &str = "batchscope-store 1";
const FORMAT_FILE: &str = "format";
pub(super) const SPEC: &str = "spec.toml";
/// Files of an experiment beside its spec.
pub(super) const CHANGES: &str = "changes";
pub(super) const INPUTS: &str = "inputs.json";
pub(super) const INVARIANCE: &str = "invariance.json";
/// Of earlier versions.
pub(super) const ARMS: &str = "arms.json";
pub(super) const INSTANCES: &str = "instances.json";
pub(super) const LOOKS: &str = "looks.json";
const RUNS: &str = "runs";
const EXPERIMENTS: &str = "experiments";
pub(super) const RUN: &str = "run.json";
pub(super) const ATTEMPTS: &str = "attempts";
/// Upper bound of the size of a spec.
const MOST_SPEC: u64 = 1 << 24;
/// Upper bound of the number of an attempt; larger names are not ours.
const MOST_ATTEMPTS: u32 = 1_000_000;
/// Entries of the store's folder.
const OWN_NAMES: [&str; 3] = [FORMAT_FILE, RUNS, EXPERIMENTS];

/// A folder of experiments and runs.
#[derive(Clone, Debug)]
pub struct Store {
    folder: Folder,
    /// identity of the folder when it was opened
    identity: Arc<FolderIdentity>,
}

impl Store {
    /// Opens a store, creating it if it does not exist.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let folder = Folder::root(root);
        if folder.kind(FORMAT_FILE)?.is_none() {
            // two processes may create the store at the same time, so its first entries are not foreign
            let foreign = |name: &String| !is_temporary(name) && !OWN_NAMES.contains(&name.as_str());
            if root.exists() && folder.names()?.iter().any(foreign) {
                return Err(StoreError::NotAStore { path: root.to_owned() });
            }
            folder.create_root()?;
            folder.create_once(FORMAT_FILE, format!("{STORE_FORMAT}\n").as_bytes())?;
        }
        // a newer store is not modified
        let store = Self::existing(root)?;
        folder.remove_abandoned();
        Ok(store)
    }

    /// Opens an existing store for reading.
    pub fn existing(root: &Path) -> Result<Self, StoreError> {
        let folder = Folder::root(root);
        let Some(found) = folder.read(FORMAT_FILE, 1 << 10)? else {
            return Err(StoreError::NoStore { path: root.to_owned() });
        };
        let found = String::from_utf8_lossy(&found);
        if found.trim_end() != STORE_FORMAT {
            let (path, found) = (root.join(FORMAT_FILE), found.trim_end().chars().take(60).collect());
            return Err(StoreError::Format { path, found, known: STORE_FORMAT });
        }
        [RUNS, EXPERIMENTS].into_iter().try_for_each(|name| folder.folder(name).create())?;
        let identity = Arc::new(folder.identity()?);
        Ok(Self { folder, identity })
    }

    /// Fails if the store was moved or deleted since it was opened.
    pub fn still_there(&self) -> Result<(), StoreError> {
        match self.identity.is_there()? && self.runs_folder().exists()? {
            true => Ok(()),
            false => Err(StoreError::Moved { path: self.root().to_owned() }),
        }
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Records an experiment's spec, replacing an earlier text of the same experiment.
    pub fn remember(&self, spec: &Spec, toml: &str) -> Result<(), StoreError> {
        let folder = self.experiment_of(spec);
        folder.create()?;
        folder.remove_abandoned();
        Ok(folder.replace(SPEC, toml.as_bytes())?)
    }

    /// The names of all experiments' folders.
    pub fn experiments(&self) -> Result<Vec<FolderName>, StoreError> {
        let names = self.experiments_folder().names()?.into_iter().filter_map(|name| FolderName::new(name).ok());
        // an entry with such a name that is not a folder is damaged; other names are ignored
        let is_named_so = |name: &FolderName| name.rsplit_once('-').is_some_and(|(_, digest)| is_digest(digest));
        Ok(names.filter(|name| self.experiment(name).exists().unwrap_or_else(|_| is_named_so(name))).collect())
    }

    /// The latest text of an experiment's spec, if recorded.
    pub fn spec(&self, experiment: &FolderName) -> Result<Option<String>, Damage> {
        let folder = self.experiment(experiment);
        let Some(bytes) = folder.read(SPEC, MOST_SPEC)? else { return Ok(None) };
        String::from_utf8(bytes).map(Some).map_err(|_| Damage::of_content(&folder, SPEC, "is not UTF-8 text"))
    }

    /// The readable specs of all experiments, with the names of their folders.
    pub fn specs(&self) -> Result<Vec<(FolderName, String)>, StoreError> {
        let spec = |name: FolderName| Some((self.spec(&name).ok().flatten()?, name)).map(|(text, name)| (name, text));
        Ok(self.experiments()?.into_iter().filter_map(spec).collect())
    }

    fn experiments_folder(&self) -> Folder {
        self.folder.folder(EXPERIMENTS)
    }

    /// The folder of an experiment, which may not exist yet.
    pub(super) fn experiment(&self, name: &FolderName) -> Folder {
        self.experiments_folder().folder(name)
    }

    pub(super) fn experiment_of(&self, spec: &Spec) -> Folder {
        self.experiment(&Self::experiment_folder(spec))
    }

    /// The name of an experiment's folder.
    pub fn experiment_folder(spec: &Spec) -> FolderName {
        spec.name.with_digest(&experiment_digest(spec))
    }

    /// Entries of an experiment's folder beside its arms.
    pub(super) fn experiment_files() -> [&'static str; 7] {
        [SPEC, CHANGES, ARMS, INSTANCES, LOOKS, INPUTS, INVARIANCE]
    }

    pub(super) fn runs_folder(&self) -> Folder {
        self.folder.folder(RUNS)
    }

    /// All entries named like a run, in the order of their digests.
    pub(super) fn run_folders(&self) -> Result<Vec<RunFolder>, StoreError> {
        let ids = self.runs_folder().names()?.into_iter().filter_map(|name| RunId::parse(&name));
        Ok(ids.map(|id| self.run(&id)).collect())
    }

    /// All runs with a usable `run.json`, in the order of their digests.
    pub fn runs(&self) -> Result<Vec<(RunFolder, RunSpec)>, StoreError> {
        let spec = |run: RunFolder| run.read_spec().ok().flatten().map(|spec| (run, spec));
        Ok(self.run_folders()?.into_iter().filter_map(spec).collect())
    }

    /// All runs whose `run.json` cannot be used.
    pub fn damaged_runs(&self) -> Result<Vec<(RunFolder, Damage)>, StoreError> {
        let damage = |run: RunFolder| run.spec_damage().map(|damage| (run, damage));
        Ok(self.run_folders()?.into_iter().filter_map(damage).collect())
    }

    /// The folder of a run, which may not exist yet.
    pub fn run(&self, id: &RunId) -> RunFolder {
        RunFolder { id: id.clone(), folder: self.runs_folder().folder(id.as_str()) }
    }
}

/// One run's folder: its spec, its attempts, its result.
#[derive(Clone, Debug)]
pub struct RunFolder {
    pub(super) id: RunId,
    pub(super) folder: Folder,
}

impl Stored for RunSpec {
    fn check(&self) -> Result<(), String> {
        RunSpec::check(self)
    }
}

impl RunFolder {
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn id(&self) -> &RunId {
        &self.id
    }

    /// Whether the run was started.
    pub fn exists(&self) -> bool {
        self.folder.exists().unwrap_or(true)
    }

    /// The spec of the run; `None` while it is being created. Its digest must be the name of the folder.
    pub fn read_spec(&self) -> Result<Option<RunSpec>, Damage> {
        let Some(spec) = stored::read::<RunSpec>(&self.folder, RUN)? else { return Ok(None) };
        match run_id(&spec) {
            id if id == self.id => Ok(Some(spec)),
            id => Err(Damage::of_content(&self.folder, RUN, format!("it belongs to run {id}"))),
        }
    }

    /// Creates the folder with its `run.json`.
    pub fn create(&self, spec: &RunSpec) -> Result<(), StoreError> {
        self.attempts_folder().create()?;
        if self.folder.kind(RUN)?.is_none() {
            self.folder.create_once(RUN, &stored::json(&self.folder, RUN, spec)?)?;
        }
        Ok(())
    }

    pub(super) fn attempts_folder(&self) -> Folder {
        self.folder.folder(ATTEMPTS)
    }

    pub(super) fn attempt(&self, number: u32) -> Folder {
        self.attempts_folder().folder(&number.to_string())
    }

    /// Whether the attempt still owns the run. A newer attempt supersedes an owner without heartbeat; a removal deletes the
    /// run's folder.
    pub fn is_newest(&self, attempt: u32) -> Result<bool, StoreError> {
        Ok(self.attempts()?.last() == Some(&attempt))
    }

    /// Numbers of all attempts, ascending.
    pub fn attempts(&self) -> Result<Vec<u32>, StoreError> {
        Ok(self.attempt_numbers()?)
    }

    pub(super) fn attempt_numbers(&self) -> Result<Vec<u32>, FileError> {
        let folder = self.attempts_folder();
        let mut numbers: Vec<u32> = folder.names()?.iter().filter_map(|name| attempt_number(name)).collect();
        numbers.retain(|number| matches!(folder.kind(&number.to_string()), Ok(Some(EntryKind::Folder))));
        numbers.sort_unstable();
        Ok(numbers)
    }
}

/// Whether the text has the form of an [`experiment_digest`].
fn is_digest(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Parses the name of an attempt's folder.
pub(super) fn attempt_number(name: &str) -> Option<u32> {
    let number = name.parse().ok().filter(|number| (1..=MOST_ATTEMPTS).contains(number))?;
    (number.to_string() == name).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_folder_of_other_files_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.tex"), "years of work").unwrap();
        let error = Store::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("contains other files and is not a store"), "{error}");
        assert_eq!(Folder::root(folder.path()).names().unwrap(), ["thesis.tex"]);
    }

    #[test]
    fn a_run_without_a_spec_does_not_exist_yet() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let spec = crate::domain::run::made_up::spec(8, 30);
        store.run(&run_id(&spec)).create(&spec).unwrap();
        fs::create_dir_all(folder.path().join("runs/0123456789abcdef0123/attempts")).unwrap();
        let runs = store.runs().unwrap();
        assert_eq!(runs.into_iter().map(|(_, spec)| spec).collect::<Vec<_>>(), [spec]);
    }

    #[test]
    fn reading_a_store_does_not_create_one() {
        let folder = tempfile::tempdir().unwrap();
        let absent = folder.path().join("absent");
        let error = Store::existing(&absent).unwrap_err().to_string();
        assert!(error.contains("no store at") && error.contains("--store DIR"), "{error}");
        assert!(!absent.exists());
        Store::open(&absent).unwrap();
        assert!(Store::existing(&absent).is_ok());
    }

    #[test]
    fn a_store_of_another_format_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        Store::open(folder.path()).unwrap();
        Store::open(folder.path()).unwrap();
        fs::write(folder.path().join("format"), "batchscope-store 2\n").unwrap();
        fs::remove_dir(folder.path().join("runs")).unwrap();
        let error = Store::open(folder.path()).unwrap_err().to_string();
        assert_eq!(Folder::root(folder.path()).names().unwrap(), ["experiments", "format"], "nothing is touched");
        assert!(error.contains("contains `batchscope-store 2`, this version reads `batchscope-store 1`"), "{error}");
    }
}
