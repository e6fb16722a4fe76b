//! Readable names for runs: `experiments/NAME-DIGEST/ARM/bs8/iid0/` leads to the run and to its curves.
//!
//! A convenience of relative symbolic links that can be rebuilt at any time. No run depends on it, and on a file system
//! without symbolic links it is missing: creating it never fails.
//!
//! TensorBoard names a curve by its folder and follows links. `iid0/train` and `iid0/valid` are real folders with a
//! link to every attempt's event file, so that an interrupted run is one curve, under a name without attempts.
//! A link to the whole folder of the run would show every attempt as a separate curve.

use super::error::StoreError;
use super::layout::{RUN, RunFolder, Store};
use crate::domain::id::RunId;
use crate::domain::name::FolderName;
use crate::domain::run::PlannedRun;
use crate::domain::spec::Spec;
use crate::files::{EntryKind, Folder};
use std::path::Path;

/// From a place to the root of the store.
const UP: &str = "../../../../..";
/// Folders with event files in an attempt.
const SETS: [&str; 2] = ["train", "valid"];
/// Prefix of the names of event files.
const EVENTS: &str = "events.out.tfevents.";

/// The place of a run in an experiment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// folder of the experiment
    pub experiment: FolderName,
    pub arm: FolderName,
    batch_size: u32,
    iid: u32,
}

impl Place {
    /// `None` if the arm's name cannot be the name of a folder.
    pub fn new(spec: &Spec, run: &PlannedRun) -> Option<Self> {
        let arm = FolderName::new(&*run.arm).ok()?;
        let is_free = !Store::experiment_files().contains(&arm.as_str());
        let (batch_size, iid) = (run.spec.batch_size, run.spec.iid);
        is_free.then(|| Self { experiment: Store::experiment_folder(spec), arm, batch_size, iid })
    }

    /// Batch size and instance.
    pub fn cell(&self) -> (u32, u32) {
        (self.batch_size, self.iid)
    }

    /// The experiment's own name, without its digest.
    pub fn experiment_name(&self) -> &str {
        self.experiment.rsplit_once('-').map_or(self.experiment.as_str(), |(name, _)| name)
    }

    /// The folders from the arm's to the run's.
    pub(super) fn folders(&self, store: &Store) -> [Folder; 3] {
        let arm = store.experiment(&self.experiment).folder(&self.arm);
        let batch_size = arm.folder(&format!("bs{}", self.batch_size));
        let iid = batch_size.folder(&format!("iid{}", self.iid));
        [arm, batch_size, iid]
    }

    fn folder(&self, store: &Store) -> Folder {
        let [_, _, iid] = self.folders(store);
        iid
    }
}

impl Store {
    /// Links a run at its place, with its present attempts. Failures are ignored, as nothing depends on the links.
    pub fn show(&self, place: &Place, run: &RunFolder) {
        let _ = self.try_to_show(place, run);
    }

    fn try_to_show(&self, place: &Place, run: &RunFolder) -> Result<(), StoreError> {
        let folder = place.folder(self);
        let to_run = Path::new(UP).join("runs").join(run.id.as_str());
        let target = to_run.join(RUN);
        if folder.link_target(RUN).is_some_and(|found| found != target) {
            // the cell is another run now, with other data or weights
            empty(&folder)?;
        }
        folder.create()?;
        folder.link(RUN, &target)?;
        for attempt in run.attempts()? {
            for set in SETS {
                let Some(events) = run.attempt(attempt).folder(set).names()?.into_iter().next() else { continue };
                let curve = folder.folder(set);
                curve.create()?;
                let inside = Path::new("attempts").join(attempt.to_string()).join(set);
                // TensorBoard reads the files of a curve in the order of their names
                let name = format!("{EVENTS}{attempt:010}");
                curve.link(&name, &Path::new("..").join(&to_run).join(inside).join(events))?;
            }
        }
        Ok(())
    }

    /// All places with their runs, whether these still exist or not.
    pub fn places(&self) -> Result<Vec<(Place, RunId)>, StoreError> {
        let mut found = Vec::new();
        for experiment in self.experiments()? {
            let folder = self.experiment(&experiment);
            for (arm, folder) in folders(&folder, |name| FolderName::new(name).ok())? {
                for (batch_size, folder) in folders(&folder, |name| number(name, "bs"))? {
                    for (iid, folder) in folders(&folder, |name| number(name, "iid"))? {
                        let target = folder.link_target(RUN).unwrap_or_default();
                        let run = target.parent().and_then(Path::file_name).and_then(|name| name.to_str());
                        let Some(run) = run.and_then(RunId::parse) else { continue };
                        let (experiment, arm) = (experiment.clone(), arm.clone());
                        found.push((Place { experiment, arm, batch_size, iid }, run));
                    }
                }
            }
        }
        Ok(found)
    }

    /// Removes the places of runs that no longer exist, and folders that become empty.
    pub fn remove_dangling_places(&self) -> Result<(), StoreError> {
        for (place, run) in self.places()? {
            if self.run(&run).exists() {
                continue;
            }
            let [arm, batch_size, iid] = place.folders(self);
            empty(&iid)?;
            // folders that are not empty stay
            [iid, batch_size, arm].iter().try_for_each(Folder::remove_if_empty)?;
        }
        Ok(())
    }
}

/// Removes the links of a place, and no other files.
fn empty(place: &Folder) -> Result<(), StoreError> {
    place.remove(RUN)?;
    for curve in SETS.map(|set| place.folder(set)) {
        for name in curve.names()?.into_iter().filter(|name| name.starts_with(EVENTS)) {
            curve.remove(&name)?;
        }
        curve.remove_if_empty()?;
    }
    Ok(())
}

/// The subfolders whose names can be parsed, with the parsed names.
fn folders<T>(folder: &Folder, meaning: impl Fn(&str) -> Option<T>) -> Result<Vec<(T, Folder)>, StoreError> {
    let mut found = Vec::new();
    for name in folder.names()? {
        if let (Some(meaning), Ok(Some(EntryKind::Folder))) = (meaning(&name), folder.kind(&name)) {
            found.push((meaning, folder.folder(&name)));
        }
    }
    Ok(found)
}

/// The number after a prefix, in the spelling of this program.
fn number(name: &str, prefix: &str) -> Option<u32> {
    let number = name.strip_prefix(prefix)?.parse::<u32>().ok()?;
    (name == format!("{prefix}{number}")).then_some(number)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::domain::identity::run_id;
    use crate::domain::run::made_up::spec as example;
    use std::fs;

    fn place(arm: &str) -> Place {
        let name = |text: &str| FolderName::new(text).unwrap();
        Place { experiment: name("mine-0123456789ab"), arm: name(arm), batch_size: 8, iid: 0 }
    }

    #[test]
    fn a_place_links_to_the_run_and_the_curves_of_all_attempts() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        let spec = example(8, 30);
        let run = store.run(&run_id(&spec));
        run.create(&spec).unwrap();
        store.show(&place("a"), &run);
        for (attempt, words) in [(1, "first"), (2, "second")] {
            let folder = run.path().join(format!("attempts/{attempt}/train"));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(format!("events.out.tfevents.{}", 9 - attempt)), words).unwrap();
            store.show(&place("a"), &run);
        }
        let shown = root.path().join("experiments/mine-0123456789ab/a/bs8/iid0");
        assert_eq!(fs::read(shown.join("run.json")).unwrap(), fs::read(run.path().join("run.json")).unwrap());
        let curve = Folder::root(&shown.join("train")).names().unwrap();
        let words: Vec<String> =
            curve.iter().map(|name| fs::read_to_string(shown.join("train").join(name)).unwrap()).collect();
        assert_eq!(words, ["first", "second"], "in the order of attempts, whatever their files are called");
        assert_eq!(store.places().unwrap(), [(place("a"), run_id(&spec))]);
        assert_eq!(place("a").experiment_name(), "mine");
    }

    #[test]
    fn places_of_removed_runs_are_removed() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        let specs = [example(8, 30), example(8, 40)];
        for (arm, spec) in ["a", "b"].into_iter().zip(&specs) {
            let run = store.run(&run_id(spec));
            run.create(spec).unwrap();
            store.show(&place(arm), &run);
        }
        fs::remove_dir_all(store.run(&run_id(&specs[0])).path()).unwrap();
        store.remove_dangling_places().unwrap();
        assert_eq!(store.places().unwrap(), [(place("b"), run_id(&specs[1]))]);
        assert_eq!(Folder::root(&root.path().join("experiments/mine-0123456789ab")).names().unwrap(), ["b"]);
    }

    #[test]
    fn a_cell_with_a_new_run_links_to_that_run() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        for spec in [example(8, 30), example(8, 40)] {
            let run = store.run(&run_id(&spec));
            run.create(&spec).unwrap();
            store.show(&place("a"), &run);
        }
        assert_eq!(store.places().unwrap(), [(place("a"), run_id(&example(8, 40)))]);
    }
}
