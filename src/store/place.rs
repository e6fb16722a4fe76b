//! Readable names for runs: `experiments/NAME-DIGEST/ARM/bs8/iid0/` leads to the run and to its curves.
//!
//! A convenience that can be rebuilt at any time, made of relative symbolic links. Nothing is read from here that a run
//! depends on, and a file system without symbolic links goes without: making them never fails.
//!
//! TensorBoard names a curve by its folder and follows links. `iid0/train` and `iid0/valid` are real folders with a
//! link to every attempt's event file, so that a run that was interrupted is one curve, under a name without attempts.
//! A link to the run's whole folder would show every attempt as a curve of its own.

use super::error::{At, StoreError};
use super::files;
use super::layout::{RunFolder, Store};
use crate::domain::id::RunId;
use crate::domain::run::PlannedRun;
use crate::domain::spec::Spec;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Tells which run it is; TensorBoard does not look at it.
const RUN: &str = "run.json";
/// From a place to the root of the store.
const UP: &str = "../../../../..";
/// Folders of an attempt with event files.
const SETS: [&str; 2] = ["train", "valid"];

/// Where an experiment shows a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// folder of the experiment
    pub experiment: String,
    pub arm: String,
    batch_size: String,
    iid: String,
}

impl Place {
    /// Nothing for an arm whose name cannot be a folder's.
    pub fn new(spec: &Spec, run: &PlannedRun) -> Option<Self> {
        let arm = run.arm.clone();
        let is_free = !arm.starts_with('.') && !Store::experiment_files().contains(&arm.as_str());
        is_free.then(|| Self {
            experiment: Store::experiment_folder(spec),
            arm,
            batch_size: format!("bs{}", run.spec.batch_size),
            iid: format!("iid{}", run.spec.iid),
        })
    }

    /// The experiment's own name, without its digest.
    pub fn experiment_name(&self) -> &str {
        self.experiment.rsplit_once('-').map_or(&self.experiment, |(name, _)| name)
    }

    fn path(&self, store: &Store) -> PathBuf {
        store.experiments().join(&self.experiment).join(&self.arm).join(&self.batch_size).join(&self.iid)
    }
}

impl Store {
    /// Shows a run at its place, with the attempts that there are by now. Fails silently: nobody depends on it.
    pub fn show(&self, place: &Place, run: &RunFolder) {
        let _ = self.try_to_show(place, run);
    }

    fn try_to_show(&self, place: &Place, run: &RunFolder) -> Result<(), StoreError> {
        let folder = place.path(self);
        let to_run = Path::new(UP).join("runs").join(run.path().file_name().unwrap_or_default());
        let (link, target) = (folder.join(RUN), to_run.join(RUN));
        if fs::read_link(&link).is_ok_and(|found| found != target) {
            // the same cell is another run by now: its data or weights are other ones
            fs::remove_dir_all(&folder).at("remove", &folder)?;
        }
        fs::create_dir_all(&folder).at("create", &folder)?;
        point(&link, &target)?;
        for attempt in run.attempts()? {
            for set in SETS {
                let inside = Path::new("attempts").join(attempt.to_string()).join(set);
                let Some(events) = files::names(&run.path().join(&inside))?.into_iter().next() else { continue };
                let curve = folder.join(set);
                fs::create_dir_all(&curve).at("create", &curve)?;
                // TensorBoard reads the files of a curve in the order of their names
                let name = format!("events.out.tfevents.{attempt:010}");
                point(&curve.join(name), &Path::new("..").join(&to_run).join(inside).join(events))?;
            }
        }
        Ok(())
    }

    /// Every place with the run it shows, whether that is still there or not.
    pub fn places(&self) -> Result<Vec<(Place, RunId)>, StoreError> {
        let mut found = Vec::new();
        for experiment in files::names(&self.experiments())? {
            for arm in folders(&self.experiments().join(&experiment))? {
                let arm_folder = self.experiments().join(&experiment).join(&arm);
                for batch_size in folders(&arm_folder)? {
                    for iid in folders(&arm_folder.join(&batch_size))? {
                        let (experiment, arm, batch_size) = (experiment.clone(), arm.clone(), batch_size.clone());
                        let place = Place { experiment, arm, batch_size, iid };
                        let target = fs::read_link(place.path(self).join(RUN)).unwrap_or_default();
                        let run = target.parent().and_then(Path::file_name).and_then(|name| name.to_str());
                        found.extend(run.map(|run| (place, RunId::from_digest(run))));
                    }
                }
            }
        }
        Ok(found)
    }

    /// Removes the places of runs that are gone, and the folders that this empties.
    pub fn remove_dangling_places(&self) -> Result<(), StoreError> {
        for (place, run) in self.places()? {
            if self.run(&run).path().exists() {
                continue;
            }
            let folder = place.path(self);
            fs::remove_dir_all(&folder).at("remove", &folder)?;
            // those that still hold something stay
            let _ = folder.ancestors().skip(1).take(2).try_for_each(fs::remove_dir);
        }
        Ok(())
    }
}

/// Folders in a folder.
fn folders(folder: &Path) -> Result<Vec<String>, StoreError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut names = files::names(folder)?;
    names.retain(|name| folder.join(name).is_dir());
    Ok(names)
}

/// Makes a link, unless somebody made it already.
fn point(link: &Path, target: &Path) -> Result<(), StoreError> {
    match symlink(target, link) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.at("link", link),
    }
}

#[cfg(unix)]
use std::os::unix::fs::symlink;
#[cfg(windows)]
use std::os::windows::fs::symlink_file as symlink;

#[cfg(not(any(unix, windows)))]
fn symlink(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(all(test, unix))]
mod tests {
    use super::super::run_id;
    use super::*;
    use crate::domain::run::tests::example;

    fn place(arm: &str) -> Place {
        Place { experiment: "mine-0123456789ab".into(), arm: arm.into(), batch_size: "bs8".into(), iid: "iid0".into() }
    }

    #[test]
    fn a_place_leads_to_the_run_and_to_the_curves_of_all_attempts() {
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
        let curve = files::names(&shown.join("train")).unwrap();
        let words: Vec<String> =
            curve.iter().map(|name| fs::read_to_string(shown.join("train").join(name)).unwrap()).collect();
        assert_eq!(words, ["first", "second"], "in the order of attempts, whatever their files are called");
        assert_eq!(store.places().unwrap(), [(place("a"), run_id(&spec))]);
        assert_eq!(place("a").experiment_name(), "mine");
    }

    #[test]
    fn places_of_removed_runs_go_and_others_stay() {
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
        assert_eq!(files::names(&root.path().join("experiments/mine-0123456789ab")).unwrap(), ["b"]);
    }

    #[test]
    fn a_cell_that_is_another_run_by_now_shows_that_one() {
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
