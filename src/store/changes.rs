//! Changes to an experiment, possibly by several processes at once: arms and instances added from the keyboard, and looks
//! at its verdicts.
//!
//! An append-only list: entry N is the file `changes/N.json`, created atomically. A process that finds the name taken reads
//! the new entry, decides again and tries the next number. So no process undoes what another adds, also on a shared file
//! system without locks.
//!
//! Earlier versions rewrote three files instead. These are read as the oldest changes.

use super::damage::Damage;
use super::error::StoreError;
use super::layout::{ARMS, CHANGES, INSTANCES, LOOKS, Store};
use super::stored::{self, Stored};
use crate::domain::ablation::{Patch, Value};
use crate::domain::arm::Arm;
use crate::domain::name::FolderName;
use crate::domain::spec::Spec;
use crate::files::Folder;
use crate::stats::Look;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An arm as it is written. Another version of the program may have written it, with keys and values that are not known
/// here: such an arm is left alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct WrittenArm {
    name: String,
    changes: BTreeMap<String, Value>,
}

impl WrittenArm {
    fn of(arm: &Arm) -> Self {
        let changes = arm.changes.iter().map(|(ablation, value)| (ablation.key.to_owned(), value.clone()));
        Self { name: arm.name.clone(), changes: changes.collect() }
    }

    fn check(&self) -> Result<(), String> {
        FolderName::new(&*self.name).map(drop).map_err(|error| error.to_string())
    }

    fn read(self) -> Option<Arm> {
        Some(Arm { changes: Patch::try_from(self.changes).ok()?, name: self.name })
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
enum Change {
    ArmAdded {
        arm: WrittenArm,
    },
    ArmDropped {
        name: String,
    },
    /// of every cell, where these are more than the spec's
    Instances {
        instances: u32,
    },
    /// a verdict was displayed
    Look(Look),
}

impl Stored for Change {
    fn check(&self) -> Result<(), String> {
        match self {
            Change::ArmAdded { arm } => arm.check(),
            Change::ArmDropped { .. } => Ok(()),
            Change::Instances { instances } => instances.check(),
            Change::Look(look) => check_look(look),
        }
    }
}

/// The number of instances set for an experiment.
impl Stored for u32 {
    fn check(&self) -> Result<(), String> {
        match self {
            0..=10_000 => Ok(()),
            _ => Err(format!("it is {self}, expected a number of instances from 0 to 10000")),
        }
    }
}

/// The arms added to an experiment.
impl Stored for Vec<WrittenArm> {
    const MOST: u64 = 1 << 24;

    fn check(&self) -> Result<(), String> {
        self.iter().try_for_each(WrittenArm::check)
    }
}

impl Stored for Vec<Look> {
    fn check(&self) -> Result<(), String> {
        self.iter().try_for_each(check_look)
    }
}

fn check_look(look: &Look) -> Result<(), String> {
    match look {
        Look { instances: 0, .. } => Err("`instances` of a look is 0, expected a number from 1".into()),
        Look { causes, changes, .. } if !changes.is_empty() && changes.len() != *causes => {
            Err(format!("`changes` of a look are of {} causes, `causes` is {causes}", changes.len()))
        }
        _ => Ok(()),
    }
}

impl Store {
    /// Records an arm that was added to a running experiment.
    pub fn add_arm(&self, spec: &Spec, arm: &Arm) -> Result<(), StoreError> {
        let arm = WrittenArm::of(arm);
        let added = || Change::ArmAdded { arm: arm.clone() };
        append(&self.experiment_of(spec), old_arms, |changes| (!arms(changes).contains(&arm)).then(added))?;
        Ok(())
    }

    /// The arms that were added to a running experiment.
    pub fn added_arms(&self, spec: &Spec) -> Result<Vec<Arm>, Damage> {
        Ok(arms(&changes(&self.experiment_of(spec), old_arms)?.0).into_iter().filter_map(WrittenArm::read).collect())
    }

    /// Removes an added arm for good. Returns whether it had been added.
    pub fn drop_arm(&self, spec: &Spec, name: &str) -> Result<bool, StoreError> {
        let dropped = || Change::ArmDropped { name: name.to_owned() };
        append(&self.experiment_of(spec), old_arms, |changes| {
            arms(changes).iter().any(|arm| arm.name == name).then(dropped)
        })
    }

    /// Records the number of instances set while the experiment ran.
    pub fn add_instances(&self, spec: &Spec, wanted: u32) -> Result<(), StoreError> {
        append(&self.experiment_of(spec), old_instances, |changes| {
            (instances(changes) < wanted).then_some(Change::Instances { instances: wanted })
        })?;
        Ok(())
    }

    /// Instances per cell: the spec's, or more if more were set while it ran.
    pub fn instances(&self, spec: &Spec) -> Result<u32, Damage> {
        Ok(spec.train.instances.max(instances(&changes(&self.experiment_of(spec), old_instances)?.0)))
    }

    /// All displayed verdicts, oldest first. Unreadable looks are an error: they must not count as none.
    pub fn looks(&self, experiment: &FolderName) -> Result<Vec<Look>, Damage> {
        Ok(looks(&changes(&self.experiment(experiment), old_looks)?.0))
    }

    /// Records a look, unless it is recorded already.
    pub fn remember_look(&self, experiment: &FolderName, look: Look) -> Result<(), StoreError> {
        append(&self.experiment(experiment), old_looks, |changes| {
            (!looks(changes).contains(&look)).then(|| Change::Look(look.clone()))
        })?;
        Ok(())
    }
}

fn arms(changes: &[Change]) -> Vec<WrittenArm> {
    let mut arms: Vec<WrittenArm> = Vec::new();
    for change in changes {
        match change {
            Change::ArmAdded { arm } => {
                arms.retain(|known| known.name != arm.name);
                arms.push(arm.clone());
            }
            Change::ArmDropped { name } => arms.retain(|known| known.name != *name),
            _ => {}
        }
    }
    arms
}

fn instances(changes: &[Change]) -> u32 {
    let given = changes.iter().filter_map(|change| match change {
        Change::Instances { instances } => Some(*instances),
        _ => None,
    });
    given.max().unwrap_or(0)
}

fn looks(changes: &[Change]) -> Vec<Look> {
    let shown = changes.iter().filter_map(|change| match change {
        Change::Look(look) => Some(look.clone()),
        _ => None,
    });
    shown.collect()
}

/// Reads one kind of changes from the files of an earlier version.
type Old = fn(&Folder) -> Result<Vec<Change>, Damage>;

fn old_arms(experiment: &Folder) -> Result<Vec<Change>, Damage> {
    let arms: Option<Vec<WrittenArm>> = stored::read(experiment, ARMS)?;
    Ok(arms.into_iter().flatten().map(|arm| Change::ArmAdded { arm }).collect())
}

fn old_instances(experiment: &Folder) -> Result<Vec<Change>, Damage> {
    let instances: Option<u32> = stored::read(experiment, INSTANCES)?;
    Ok(instances.into_iter().map(|instances| Change::Instances { instances }).collect())
}

fn old_looks(experiment: &Folder) -> Result<Vec<Change>, Damage> {
    let looks: Option<Vec<Look>> = stored::read(experiment, LOOKS)?;
    Ok(looks.into_iter().flatten().map(Change::Look).collect())
}

/// The changes of an experiment, the oldest first, and the number of the newest in the list.
fn changes(experiment: &Folder, old: Old) -> Result<(Vec<Change>, u64), Damage> {
    let mut changes = old(experiment)?;
    let folder = experiment.folder(CHANGES);
    let mut numbers: Vec<u64> = folder.names()?.iter().filter_map(|name| number(name)).collect();
    numbers.sort_unstable();
    for number in &numbers {
        changes.extend(stored::read::<Change>(&folder, &name(*number))?);
    }
    Ok((changes, numbers.last().copied().unwrap_or(0)))
}

/// Appends the change that `decide` returns for all earlier ones. Returns whether there was one.
fn append(experiment: &Folder, old: Old, decide: impl Fn(&[Change]) -> Option<Change>) -> Result<bool, StoreError> {
    let folder = experiment.folder(CHANGES);
    loop {
        let (changes, newest) = changes(experiment, old)?;
        let Some(change) = decide(&changes) else { return Ok(false) };
        folder.create()?;
        folder.remove_abandoned();
        let name = name(newest + 1);
        if folder.create_once(&name, &stored::json(&folder, &name, &change)?)? {
            return Ok(true);
        }
    }
}

fn name(number: u64) -> String {
    format!("{number}.json")
}

fn number(file: &str) -> Option<u64> {
    let number = file.strip_suffix(".json")?.parse().ok()?;
    (name(number) == file && number < u64::MAX).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ablation::LEARNING_RATE;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    fn store(root: &Path) -> (Store, Spec, FolderName) {
        let spec = serde_json::json!({
            "name": "mine", "task": {}, "model": { "source": "embedded" }, "train": {}, "store": {}, "arms": [],
        });
        let spec: Spec = serde_json::from_value(spec).unwrap();
        let experiment = Store::experiment_folder(&spec);
        (Store::open(root).unwrap(), spec, experiment)
    }

    fn arm(name: &str, rate: f64) -> Arm {
        let mut changes = Patch::default();
        assert!(changes.set(LEARNING_RATE, Value::Number(rate)));
        Arm { name: name.into(), changes }
    }

    #[test]
    fn looks_are_counted_once_and_never_forgotten() {
        let root = tempfile::tempdir().unwrap();
        let (store, _, mine) = store(root.path());
        assert!(store.looks(&mine).unwrap().is_empty());
        let look = |instances, changes: [&str; 2], batch_sizes: &[u32]| Look {
            instances,
            causes: 2,
            batch_sizes: batch_sizes.to_vec(),
            changes: changes.map(str::to_owned).to_vec(),
        };
        let first = look(5, ["dropout=off", "norm=rms"], &[2, 8]);
        let second = look(5, ["dropout=off", "norm=rms"], &[2, 64]);
        let third = look(5, ["dropout=off", "norm=batch"], &[2, 64]);
        for look in [&first, &first, &second, &third, &first] {
            store.remember_look(&mine, look.clone()).unwrap();
        }
        assert_eq!(store.looks(&mine).unwrap(), [first.clone(), second, third]);
        let list = root.path().join("experiments").join(mine.as_str()).join("changes");
        fs::write(list.join("4.json"), "{").unwrap();
        assert!(store.looks(&mine).is_err(), "unreadable looks are not none");
        assert!(store.remember_look(&mine, first).is_err());
    }

    #[test]
    fn an_arm_added_again_is_replaced_and_a_dropped_arm_is_gone() {
        let root = tempfile::tempdir().unwrap();
        let (store, spec, _) = store(root.path());
        for added in [arm("a", 1e-3), arm("b", 1e-3), arm("a", 2e-3), arm("a", 2e-3)] {
            store.add_arm(&spec, &added).unwrap();
        }
        assert_eq!(store.added_arms(&spec).unwrap(), [arm("b", 1e-3), arm("a", 2e-3)]);
        assert!(store.drop_arm(&spec, "b").unwrap() && !store.drop_arm(&spec, "b").unwrap());
        assert_eq!(store.added_arms(&spec).unwrap(), [arm("a", 2e-3)]);
    }

    #[test]
    fn changes_of_earlier_versions_come_first() {
        let root = tempfile::tempdir().unwrap();
        let (store, spec, mine) = store(root.path());
        let folder = root.path().join("experiments").join(mine.as_str());
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(ARMS), serde_json::to_vec(&[arm("a", 1e-3), arm("b", 1e-3)]).unwrap()).unwrap();
        fs::write(folder.join(INSTANCES), "17").unwrap();
        fs::write(folder.join(LOOKS), r#"[{"instances":5,"causes":2}]"#).unwrap();
        let look = |instances| Look { instances, causes: 2, ..Look::default() };
        for instances in [5, 6] {
            store.remember_look(&mine, look(instances)).unwrap();
        }
        store.drop_arm(&spec, "a").unwrap();
        store.add_instances(&spec, 16).unwrap();
        assert_eq!(store.looks(&mine).unwrap(), [look(5), look(6)]);
        assert_eq!(store.added_arms(&spec).unwrap(), [arm("b", 1e-3)]);
        assert_eq!(store.instances(&spec).unwrap(), 17);
        store.add_instances(&spec, 18).unwrap();
        assert_eq!(store.instances(&spec).unwrap(), 18);
        assert_eq!(
            fs::read_to_string(folder.join(INSTANCES)).unwrap(),
            "17",
            "a file of another version is left alone"
        );
    }

    #[test]
    fn concurrent_additions_are_all_kept() {
        const EACH: usize = 12;
        let root = tempfile::tempdir().unwrap();
        let (store, spec, mine) = store(root.path());
        std::thread::scope(|threads| {
            for writer in 1..=8usize {
                let (store, spec, mine) = (&store, &spec, &mine);
                threads.spawn(move || {
                    for round in 1..=EACH {
                        // half of the looks are shared with another writer
                        let look = Look { instances: writer.div_ceil(2), causes: round, ..Look::default() };
                        store.remember_look(mine, look).unwrap();
                        store.add_arm(spec, &arm(&format!("{writer}-{round}"), 1e-3)).unwrap();
                        store.add_instances(spec, (writer * round) as u32).unwrap();
                    }
                });
            }
        });
        let looks: Vec<(usize, usize)> =
            store.looks(&mine).unwrap().iter().map(|look| (look.instances, look.causes)).collect();
        let expected: BTreeSet<(usize, usize)> = (1..=4).flat_map(|i| (1..=EACH).map(move |c| (i, c))).collect();
        assert_eq!((looks.len(), looks.into_iter().collect::<BTreeSet<_>>()), (expected.len(), expected));
        assert_eq!(store.added_arms(&spec).unwrap().len(), 8 * EACH);
        assert_eq!(store.instances(&spec).unwrap(), 8 * EACH as u32);
    }
}
