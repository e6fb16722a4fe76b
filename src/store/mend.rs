//! Finds, reports and repairs damaged files of a run.
//!
//! Nothing is removed: unusable files are renamed. `run.json` is restored from the planned spec, and a result from the
//! journal of the attempt that finished the run.

use super::attempt::{BEAT, Beat, ENDED, Ended, OWNER};
use super::changes::WrittenArm;
use super::checkpoint::WEIGHTS;
use super::damage::Damage;
use super::error::StoreError;
use super::journal::read_journals;
use super::layout::{ARMS, ATTEMPTS, INPUTS, INSTANCES, INVARIANCE, RUN, RunFolder, SPEC, Store, attempt_number};
use super::owner::Owner;
use super::result::{RESULT, RunResult};
use super::set_aside::set_aside;
use super::stored;
use crate::domain::event::RunEvent;
use crate::domain::run::RunSpec;
use crate::domain::spec::Spec;
use crate::files::EntryKind;

impl Store {
    /// Sets aside unusable files of an experiment, so that they are not overwritten, and reports them. Looks stay in place,
    /// so that their count cannot restart by accident.
    pub fn mend_experiment(
        &self,
        spec: &Spec,
        is_spec: impl Fn(&str) -> Result<(), String>,
    ) -> Result<Vec<String>, StoreError> {
        let (name, folder) = (Self::experiment_folder(spec), self.experiment_of(spec));
        let of_spec = self.spec(&name).and_then(|text| match text.map(|text| is_spec(&text)) {
            Some(Err(reason)) => Err(Damage::of_content(&folder, SPEC, reason)),
            _ => Ok(()),
        });
        let read = [
            (SPEC, of_spec),
            (ARMS, stored::read::<Vec<WrittenArm>>(&folder, ARMS).map(drop)),
            (INSTANCES, stored::read::<u32>(&folder, INSTANCES).map(drop)),
            (INPUTS, self.inputs(&name).map(drop)),
            (INVARIANCE, self.invariance(&name).map(drop)),
        ];
        let damaged = read.into_iter().filter_map(|(file, read)| Some((file, read.err()?)));
        damaged.map(|(file, damage)| set_aside(&folder, file, damage)).collect()
    }
}

/// A run after its repair.
#[derive(Debug, Default)]
pub struct Mended {
    /// the repairs, in words
    pub done: Vec<String>,
    /// whether it has a folder
    pub is_begun: bool,
    pub result: Option<RunResult>,
}

impl RunFolder {
    /// All damaged files of the run, with what was read of its spec and its result.
    pub(super) fn damages(
        &self,
        spec: &Result<Option<RunSpec>, Damage>,
        result: &Result<Option<RunResult>, Damage>,
        with_journals: bool,
    ) -> Vec<Damage> {
        match self.folder.exists() {
            Ok(true) => {}
            Ok(false) => return Vec::new(),
            Err(error) => return vec![error.into()],
        }
        let mut damages = Vec::new();
        damages.extend(self.damage_of_spec(spec));
        let mut note = |read: Result<(), Damage>| damages.extend(read.err());
        note(result.as_ref().map(drop).map_err(Clone::clone));
        for number in self.attempts().unwrap_or_default() {
            let attempt = self.attempt(number);
            note(stored::read::<Owner>(&attempt, OWNER).and_then(|owner| match owner {
                None => Err(Damage::of_content(&attempt, OWNER, "is missing")),
                Some(_) => Ok(()),
            }));
            note(attempt.open(WEIGHTS).map(drop).map_err(Damage::from));
            note(stored::read::<Beat>(&attempt, BEAT).map(drop));
            note(stored::read::<Ended>(&attempt, ENDED).map(drop));
        }
        self.checkpoints().unwrap_or_default().iter().for_each(|checkpoint| note(checkpoint.check()));
        if with_journals {
            damages.extend(read_journals(self).1);
        }
        damages.extend(self.misplaced_attempts().into_iter().map(|(_, damage)| damage));
        damages.extend(self.folder.other_entries().into_iter().map(Damage::from));
        damages.sort_by(|a, b| a.path.cmp(&b.path));
        damages.dedup_by(|a, b| a.path == b.path);
        damages
    }

    /// Why `run.json` cannot be used. It counts as missing only if there is an attempt: otherwise the run is being created,
    /// or its creation was cut off.
    pub(super) fn spec_damage(&self) -> Option<Damage> {
        self.damage_of_spec(&self.read_spec())
    }

    fn damage_of_spec(&self, read: &Result<Option<RunSpec>, Damage>) -> Option<Damage> {
        let is_begun = || self.attempts().map_or(true, |attempts| !attempts.is_empty());
        match read {
            Ok(None) if is_begun() => Some(Damage::of_content(&self.folder, RUN, "is missing")),
            read => read.as_ref().err().cloned(),
        }
    }

    /// Entries named like an attempt that are not folders.
    fn misplaced_attempts(&self) -> Vec<(String, Damage)> {
        let attempts = self.attempts_folder();
        let names = attempts.names().unwrap_or_default().into_iter().filter(|name| attempt_number(name).is_some());
        let wrong = |name: String| match attempts.kind(&name) {
            Ok(Some(EntryKind::Folder) | None) | Err(_) => None,
            Ok(Some(found)) => {
                let damage =
                    Damage::of_content(&attempts, &name, format!("is {found} where {} is expected", EntryKind::Folder));
                Some((name, damage))
            }
        };
        names.filter_map(wrong).collect()
    }

    /// Repairs a run with this spec as far as possible. A run that was never started needs no repair.
    pub fn mend(&self, spec: &RunSpec) -> Result<Mended, StoreError> {
        let mut done = Vec::new();
        if let Some(runs) = self.folder.around()
            && let Some(found) = runs.kind(self.folder.name())?.filter(|found| *found != EntryKind::Folder)
        {
            let reason = format!("is {found} where {} is expected", EntryKind::Folder);
            done.push(set_aside(&runs, self.folder.name(), Damage::of_content(&runs, self.folder.name(), reason))?);
        }
        if !self.folder.exists()? {
            return Ok(Mended { done, ..Mended::default() });
        }
        if let Some(found) = self.folder.kind(ATTEMPTS)?.filter(|found| *found != EntryKind::Folder) {
            let reason = format!("is {found} where {} is expected", EntryKind::Folder);
            done.push(set_aside(&self.folder, ATTEMPTS, Damage::of_content(&self.folder, ATTEMPTS, reason))?);
        }
        for (name, damage) in self.misplaced_attempts() {
            done.push(set_aside(&self.attempts_folder(), &name, damage)?);
        }
        match self.read_spec() {
            Ok(Some(_)) => {}
            Ok(None) if self.attempts()?.is_empty() => {}
            Ok(None) => {
                self.create(spec)?;
                done.push(format!("{}; restored", Damage::of_content(&self.folder, RUN, "was missing")));
            }
            Err(damage) => {
                let aside = set_aside(&self.folder, RUN, damage)?;
                self.create(spec)?;
                done.push(format!("{aside} and restored"));
            }
        }
        let result = match self.read_result_of(Some(spec)) {
            Ok(result) => result,
            Err(damage) => {
                let aside = set_aside(&self.folder, RESULT, damage)?;
                let result = self.result_of_journal(spec);
                done.push(match &result {
                    Some(result) => {
                        self.commit_result(result)?;
                        format!("{aside} and restored from the journal of attempt {}", result.attempt)
                    }
                    None => format!("{aside}; the run counts as unfinished"),
                });
                result
            }
        };
        Ok(Mended { done, is_begun: true, result })
    }

    /// The result according to the journal of the attempt that finished the run, if that journal is intact.
    fn result_of_journal(&self, spec: &RunSpec) -> Option<RunResult> {
        let (journals, damages) = read_journals(self);
        let updates = spec.updates();
        for (attempt, entries) in journals.into_iter().rev() {
            let is_damaged = damages.iter().any(|damage| damage.path.starts_with(self.attempt(attempt).path()));
            let Some(last) = entries.last().filter(|_| !is_damaged) else { continue };
            if last.event != (RunEvent::Finished { step: updates }) {
                continue;
            }
            let mut scored = entries.iter().rev().filter(|entry| entry.event.step() == updates);
            let Some(scores) = scored.find_map(|entry| entry.event.scores()) else { continue };
            let further_sets = entries.iter().filter_map(|entry| match entry.event {
                RunEvent::AlsoEvaluated { set, scores, .. } => Some((set, scores)),
                _ => None,
            });
            let further_sets = further_sets.collect();
            return Some(RunResult::of(self.id.clone(), attempt, updates, scores, further_sets, last.time));
        }
        None
    }
}
