//! Where things lie in a store.

use super::error::{At, StoreError};
use super::experiment::{INPUTS, INVARIANCE, LOOKS};
use super::files;
use super::identity::experiment_digest;
use crate::domain::arm::Arm;
use crate::domain::id::RunId;
use crate::domain::run::RunSpec;
use crate::domain::spec::Spec;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

const FORMAT: &str = "batchscope-store 1";
const SPEC: &str = "spec.toml";
const ADDED_ARMS: &str = "arms.json";
const ADDED_INSTANCES: &str = "instances.json";
/// What is temporary for so long was left by a kill.
const NOBODYS: Duration = Duration::from_secs(3600);
/// What stands in a store's folder.
const OWN_NAMES: [&str; 3] = ["format", "runs", "experiments"];

/// A folder of experiments and runs.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// Opens a store, making it where there is none.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let format = root.join("format");
        if !format.exists() {
            // two processes may make the store at the same time: what either makes first is not foreign
            let foreign = |name: &String| !files::is_temporary(name) && !OWN_NAMES.contains(&name.as_str());
            if files::names(root)?.iter().any(foreign) {
                return Err(StoreError::NotAStore { path: root.to_owned() });
            }
            fs::create_dir_all(root).at("create", root)?;
            files::create_once(&format, format!("{FORMAT}\n").as_bytes())?;
        }
        // of a newer store nothing is touched
        let store = Self::existing(root)?;
        fs::create_dir_all(root.join("runs")).at("create", root)?;
        fs::create_dir_all(root.join("experiments")).at("create", root)?;
        files::remove_temporary(root, NOBODYS);
        Ok(store)
    }

    /// A store that is there already, to be looked at.
    pub fn existing(root: &Path) -> Result<Self, StoreError> {
        let format = root.join("format");
        let found = match fs::read_to_string(&format) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(StoreError::NoStore { path: root.to_owned() });
            }
            found => found.at("read", &format)?,
        };
        if found.trim_end() != FORMAT {
            let found = found.trim_end().chars().take(60).collect();
            return Err(StoreError::Format { path: format, found, known: FORMAT });
        }
        for folder in ["runs", "experiments"].map(|name| root.join(name)) {
            fs::create_dir_all(&folder).at("create", &folder)?;
        }
        Ok(Self { root: root.to_owned() })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Remembers an experiment's spec. The newest spelling of the same experiment wins.
    pub fn remember(&self, spec: &Spec, toml: &str) -> Result<(), StoreError> {
        let folder = self.experiment(spec);
        fs::create_dir_all(&folder).at("create", &folder)?;
        files::remove_temporary(&folder, NOBODYS);
        files::replace(&folder.join(SPEC), toml.as_bytes())
    }

    /// The newest spelling of every experiment, by the name of its folder.
    pub fn specs(&self) -> Result<Vec<(String, String)>, StoreError> {
        let folders = files::names(&self.experiments())?.into_iter();
        let spec = |name: String| fs::read_to_string(self.experiments().join(&name).join(SPEC)).ok().map(|t| (name, t));
        Ok(folders.filter_map(spec).collect())
    }

    /// Remembers an arm that was added to an experiment while it ran.
    pub fn add_arm(&self, spec: &Spec, arm: &Arm) -> Result<(), StoreError> {
        let mut arms = self.added_arms(spec);
        arms.retain(|known| known.name != arm.name);
        arms.push(arm.clone());
        files::replace_json(&self.experiment(spec).join(ADDED_ARMS), &arms)
    }

    /// The arms that were added to an experiment while it ran.
    pub fn added_arms(&self, spec: &Spec) -> Vec<Arm> {
        files::read_json(&self.experiment(spec).join(ADDED_ARMS)).unwrap_or_default()
    }

    /// Forgets that an arm was added: it does not come back. Says whether it was one of them.
    pub fn drop_arm(&self, spec: &Spec, name: &str) -> Result<bool, StoreError> {
        let mut arms = self.added_arms(spec);
        let before = arms.len();
        arms.retain(|arm| arm.name != name);
        if arms.len() == before {
            return Ok(false);
        }
        files::replace_json(&self.experiment(spec).join(ADDED_ARMS), &arms)?;
        Ok(true)
    }

    /// Remembers how many instances an experiment was given while it ran.
    pub fn add_instances(&self, spec: &Spec, instances: u32) -> Result<(), StoreError> {
        files::replace_json(&self.experiment(spec).join(ADDED_INSTANCES), &instances)
    }

    /// Instances of every cell: the spec's, or more where the experiment was given more while it ran.
    pub fn instances(&self, spec: &Spec) -> u32 {
        let added = files::read_json(&self.experiment(spec).join(ADDED_INSTANCES)).unwrap_or(0);
        spec.train.instances.max(added)
    }

    fn experiment(&self, spec: &Spec) -> PathBuf {
        self.experiments().join(Self::experiment_folder(spec))
    }

    pub(super) fn experiments(&self) -> PathBuf {
        self.root.join("experiments")
    }

    /// The name of an experiment's folder.
    pub fn experiment_folder(spec: &Spec) -> String {
        format!("{}-{}", spec.name, experiment_digest(spec))
    }

    /// What lies in an experiment's folder beside its arms.
    pub(super) fn experiment_files() -> [&'static str; 6] {
        [SPEC, ADDED_ARMS, ADDED_INSTANCES, INPUTS, INVARIANCE, LOOKS]
    }

    /// Every run that somebody began, in the order of their digests. A folder without a `run.json` that parses is
    /// being made at this moment, or was left by a crash: no run yet.
    pub fn runs(&self) -> Result<Vec<(RunFolder, RunSpec)>, StoreError> {
        let folder = self.root.join("runs");
        let folders = files::names(&folder)?.into_iter().map(|name| RunFolder { path: folder.join(name) });
        Ok(folders.filter_map(|run| files::read_json(&run.path.join("run.json")).map(|spec| (run, spec))).collect())
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
        if !path.exists() {
            files::create_once(&path, &files::json(&path, spec)?)?;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_other_files_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.tex"), "years of work").unwrap();
        let error = Store::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("holds other files and is not a store"), "{error}");
        assert_eq!(files::names(folder.path()).unwrap(), ["thesis.tex"]);
    }

    #[test]
    fn a_run_that_is_being_made_is_no_run_yet() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let spec = crate::domain::run::tests::example(8, 30);
        store.run(&super::super::run_id(&spec)).create(&spec).unwrap();
        fs::create_dir_all(folder.path().join("runs/0123456789abcdef0123/attempts")).unwrap();
        let runs = store.runs().unwrap();
        assert_eq!(runs.into_iter().map(|(_, spec)| spec).collect::<Vec<_>>(), [spec]);
    }

    #[test]
    fn looking_at_a_store_makes_none() {
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
        assert_eq!(files::names(folder.path()).unwrap(), ["experiments", "format"], "nothing is touched");
        assert!(error.contains("says `batchscope-store 2`, this program knows `batchscope-store 1`"), "{error}");
    }
}
