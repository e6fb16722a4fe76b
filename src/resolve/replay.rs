//! A sweep as the dashboard shows it, from the store alone: every run is planned again and its journal replayed.

use super::experiment::Experiment;
use crate::domain::event::{JournalEntry, SweepEvent};
use crate::domain::id::RunId;
use crate::domain::identity::run_id;
use crate::domain::run::{PlannedRun, RunSpec};
use crate::domain::sweep::Sweep;
use crate::export::SavedRun;
use crate::store::{RunFolder, StoreError, read_journal};
use std::collections::{HashMap, HashSet};

/// Runs named in a message when several are missing.
const NAMED: usize = 5;

#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{count} of its runs are not in the store, and no longer planned in its experiment:{}", lines(.missing))]
    Missing { count: usize, missing: Vec<String> },
    #[error(
        "it was made of {wanted} entries of the journal of run {run}, which has {found} by now: the run was begun anew"
    )]
    Shorter { run: RunId, wanted: u64, found: u64 },
}

fn lines(names: &[String]) -> String {
    names.iter().map(|name| format!("\n  {name}")).collect()
}

impl Experiment {
    /// As a dashboard that starts now shows it.
    pub fn sweep(&self) -> Result<Sweep, StoreError> {
        let planned = self.planned();
        let mut sweep = Sweep::default();
        sweep.apply(SweepEvent::Planned(planned.clone()));
        for run in planned {
            let entries = entries(&self.store.run(&run.id))?;
            sweep.apply(SweepEvent::Replayed { run: run.id, entries });
        }
        Ok(sweep)
    }

    /// As a dashboard showed it that knew this many entries of each of these runs.
    pub fn sweep_of(&self, runs: &[SavedRun]) -> Result<Sweep, ReplayError> {
        let mut specs: HashMap<RunId, PlannedRun> = HashMap::new();
        for (_, spec) in self.store.runs()? {
            let id = run_id(&spec);
            specs.insert(id.clone(), PlannedRun { id, arm: String::new(), spec, keep_weights: false });
        }
        let begun: HashSet<RunId> = specs.keys().cloned().collect();
        specs.extend(self.planned().into_iter().map(|run| (run.id.clone(), run)));
        let is_there = |run: &&SavedRun| specs.contains_key(&run.run) && (run.entries == 0 || begun.contains(&run.run));
        let missing: Vec<&SavedRun> = runs.iter().filter(|run| !is_there(run)).collect();
        if !missing.is_empty() {
            let names = missing.iter().take(NAMED).map(|run| format!("{} of arm {}", run.run, run.arm));
            return Err(ReplayError::Missing { count: missing.len(), missing: names.collect() });
        }
        let planned =
            runs.iter().filter_map(|run| Some(PlannedRun { arm: run.arm.clone(), ..specs.remove(&run.run)? }));
        let mut sweep = Sweep::default();
        sweep.apply(SweepEvent::Planned(planned.collect()));
        for SavedRun { run, entries: wanted, .. } in runs.iter().filter(|run| run.entries > 0) {
            let mut entries = entries(&self.store.run(run))?;
            let (run, wanted, found) = (run.clone(), *wanted, entries.len() as u64);
            if found < wanted {
                return Err(ReplayError::Shorter { run, wanted, found });
            }
            entries.truncate(wanted as usize);
            sweep.apply(SweepEvent::Replayed { run, entries });
        }
        Ok(sweep)
    }

    /// Every run of every arm, in the order of training. A run that several arms plan belongs to the first.
    fn planned(&self) -> Vec<PlannedRun> {
        let begun = self.arms.iter().flat_map(|arm| &arm.runs).map(|(_, spec)| (&spec.data, &spec.model)).next();
        let read = self.inputs.as_ref().map(|inputs| (&inputs.data, &inputs.model)).or(begun);
        let Some((data, model)) = read else { return Vec::new() };
        let mut known = HashSet::new();
        let mut runs: Vec<PlannedRun> = Vec::new();
        for arm in &self.arms {
            for spec in arm.planned.runs(self.spec.train.instances, data, model) {
                let spec = RunSpec { numerics: self.numerics, ..spec };
                let (id, arm) = (run_id(&spec), arm.planned.arm.name.clone());
                runs.extend(known.insert(id.clone()).then_some(PlannedRun { id, arm, spec, keep_weights: false }));
            }
        }
        runs.sort_by_key(PlannedRun::turn);
        runs
    }
}

/// The entries of all attempts. A run that was never begun has none.
fn entries(folder: &RunFolder) -> Result<Vec<JournalEntry>, StoreError> {
    Ok(read_journal(folder)?.into_iter().flat_map(|(_, entries)| entries).collect())
}
