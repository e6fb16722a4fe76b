//! An experiment in a store: which runs belong to which arm.
//!
//! Arms are planned again from the spec and matched with what each run says of itself, so neither the data nor the
//! model needs to be available any longer.

use super::error::RequestError;
use super::prepare::prepare;
use super::proof::ProofError;
use super::request::{Request, store_folder};
use super::sources::Sources;
use crate::domain::classifier::Classifier;
use crate::domain::history::History;
use crate::domain::identity::run_id;
use crate::domain::invariance::Invariance;
use crate::domain::name::FolderName;
use crate::domain::point::EvaluationPoint;
use crate::domain::run::{DataIdentity, ModelIdentity, NUMERICS, RunSpec};
use crate::domain::spec::Spec;
use crate::plan::{Background, Matching, PlannedArm};
use crate::spec_file::{SpecError, add_arms, parse};
use crate::stats::{Look, Question};
use crate::store::{Damage, ExperimentInputs, RunFolder, RunResult, Store, StoreError, read_journal, read_journals};

#[derive(Debug, thiserror::Error)]
pub enum ExperimentError {
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error(transparent)]
    Spec(#[from] SpecError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(
        "{0}\nit counts the verdicts that were shown, and no further one is shown without it: put the file back as it was, or \
         move it away to count anew"
    )]
    Looks(Damage),
    #[error("no experiment in {0} yet; `batchscope run` makes one")]
    None(String),
    #[error("several experiments are in the store; choose one with --experiment NAME:{}", lines(.0))]
    Several(Vec<String>),
    #[error("no experiment `{wanted}` in the store; there are:{}", lines(.known))]
    Unknown { wanted: String, known: Vec<String> },
    #[error(
        "the store has runs of {count} different data sets or models that `{name}` could mean, and what it names now \
         cannot be read to tell: {cause}"
    )]
    Ambiguous { name: String, count: usize, cause: String },
}

fn lines(names: &[String]) -> String {
    names.iter().map(|name| format!("\n  {name}")).collect()
}

/// Which experiment of a store is meant.
#[derive(Clone, Copy, Debug)]
pub enum Which<'n> {
    /// the one of the request's spec
    Requested,
    /// the one of this name
    Named(&'n str),
    /// the only one there is
    Only,
}

/// An experiment, its arms, and what the store has of their runs.
pub struct Experiment {
    pub store: Store,
    /// name of its folder in the store
    pub folder: FolderName,
    /// with the arms that were added while it ran
    pub spec: Spec,
    pub arms: Vec<ArmRuns>,
    /// version of the numerics of its runs: the newest that any has. Runs of older versions are left out, as their results
    /// differ
    pub numerics: u32,
    /// what the runs read, where it is known
    pub(super) inputs: Option<ExperimentInputs>,
    invariance: Option<Invariance>,
    validation_examples: Option<u32>,
    /// files that cannot be used
    pub damages: Vec<Damage>,
}

/// An arm with those of its planned runs that the store has.
pub struct ArmRuns {
    pub planned: PlannedArm,
    pub runs: Vec<(RunFolder, RunSpec)>,
}

impl Experiment {
    /// Finds an experiment and its runs in the store of a request.
    pub fn find(request: &Request, which: Which<'_>) -> Result<Self, ExperimentError> {
        let store = Store::existing(&store_folder(request.store.as_deref())?)?;
        let name = match which {
            Which::Requested => {
                let spec = request.read_spec()?;
                return Self::open(store, Store::experiment_folder(&spec), spec);
            }
            Which::Named(name) => Some(name),
            Which::Only => None,
        };
        let (folder, text) = choose(&store, name)?;
        let spec = parse(&format!("experiment {folder}"), &text, &[])?;
        Self::open(store, folder, spec)
    }

    fn open(store: Store, folder: FolderName, mut spec: Spec) -> Result<Self, ExperimentError> {
        let mut damages = Vec::new();
        let added = sound(store.added_arms(&spec), &mut damages).unwrap_or_default();
        add_arms(&mut spec, added);
        spec.train.instances = sound(store.instances(&spec), &mut damages).unwrap_or(spec.train.instances);
        let mut arms = Vec::new();
        for arm in &spec.arms {
            arms.push(ArmRuns { planned: PlannedArm::of(arm, &spec.train), runs: Vec::new() });
        }
        let stored = store.runs()?;
        for ArmRuns { planned, runs } in &mut arms {
            let mut matching = Matching::new(planned);
            runs.extend(stored.iter().filter(|(_, run)| matching.plans(run)).cloned());
        }
        let known = sound(store.inputs(&folder), &mut damages).flatten();
        let inputs = inputs(known, &spec, &arms)?;
        let read = inputs.as_ref().map(|inputs| (&inputs.data, &inputs.model));
        for arm in &mut arms {
            arm.runs.retain(|(_, run)| read.is_none_or(|read| read == (&run.data, &run.model)));
        }
        find_damaged(&store, &spec, read, &mut arms, &mut damages)?;
        let numerics = arms.iter().flat_map(|arm| &arm.runs).map(|(_, run)| run.numerics).max().unwrap_or(NUMERICS);
        for arm in &mut arms {
            arm.runs.retain(|(_, run)| run.numerics == numerics);
        }
        let first = arms.iter().flat_map(|arm| &arm.runs).map(|(_, run)| run.data.validation_examples).next();
        let validation_examples = inputs.as_ref().map(|inputs| inputs.data.validation_examples).or(first);
        let of_these = |found: &Invariance| read.is_none_or(|(data, model)| found.is_of(data, model));
        let invariance = sound(store.invariance(&folder), &mut damages).flatten().filter(of_these);
        Ok(Self { store, folder, spec, arms, numerics, inputs, invariance, validation_examples, damages })
    }

    /// The question that the next look puts to the finished runs.
    pub fn question(&self) -> Result<Question, ExperimentError> {
        let background = Background {
            looks: self.store.looks(&self.folder).map_err(ExperimentError::Looks)?,
            invariance: self.invariance.clone(),
            majority_share: self.inputs.as_ref().map(|inputs| inputs.majority_share),
            validation_examples: self.validation_examples,
        };
        let arms = self.arms.iter().enumerate();
        let results: Vec<(usize, &RunSpec, RunResult)> = arms
            .flat_map(|(number, arm)| {
                arm.runs.iter().filter_map(move |(folder, run)| Some((number, run, folder.result()?)))
            })
            .collect();
        let finished: Vec<_> = results.iter().map(|(_, run, result)| (*run, result.scores())).collect();
        let mut question = background.question(&self.spec, self.arms.iter().map(|arm| &arm.planned), &finished);
        for (arm, run, result) in &results {
            if let (Some(outcomes), Some(correct)) = (question.outcomes_mut(*arm), &result.correct) {
                outcomes.mark(run.batch_size, run.iid, correct.bits());
            }
        }
        Ok(question)
    }

    /// Makes the invariance check, unless its outcome is known, so that the next question has it.
    pub fn prove(&mut self) -> Result<(), ProofError> {
        if self.invariance.is_some() {
            return Ok(());
        }
        let prepared = prepare(self.spec.clone(), &Sources::cached())?;
        let inputs = self.inputs.as_ref();
        if inputs.is_some_and(|known| (&known.data, &known.model) != (&prepared.data, &prepared.model)) {
            return Err(ProofError::Changed);
        }
        let invariance = prepared.invariance()?;
        // where the store cannot be written the check is repeated next time
        let _ = self.store.remember_invariance(&self.folder, &invariance);
        self.invariance = Some(invariance);
        Ok(())
    }

    /// Where the initial classifier of its runs comes from, if known.
    pub fn classifier(&self) -> Option<&Classifier> {
        self.inputs.as_ref()?.classifier.as_ref()
    }

    /// Finished runs, and planned ones.
    pub fn progress(&self) -> (usize, usize) {
        let finished = self.arms.iter().flat_map(|arm| &arm.runs).filter(|(folder, _)| folder.result().is_some());
        let train = &self.spec.train;
        (finished.count(), self.arms.len() * train.batch_sizes.len() * train.instances as usize)
    }

    /// Records that a verdict was shown.
    pub fn remember_look(&self, look: Look) -> Result<(), StoreError> {
        self.store.remember_look(&self.folder, look)
    }
}

/// The experiment of this name in the store: its folder, its spec's own name, or the only one.
fn choose(store: &Store, name: Option<&str>) -> Result<(FolderName, String), ExperimentError> {
    let names = |folders: &[FolderName]| folders.iter().map(FolderName::to_string).collect();
    let mut folders = store.experiments()?;
    // one without a spec was left by a kill right after its folder was made; one with a damaged spec counts
    folders.retain(|folder| !matches!(store.spec(folder), Ok(None)));
    if let Some(wanted) = name {
        let known: Vec<String> = names(&folders);
        let own_name = |folder: &str| folder.rsplit_once('-').is_some_and(|(name, _)| name == wanted);
        match folders.iter().position(|folder| folder.as_str() == wanted) {
            Some(place) => folders = vec![folders.swap_remove(place)],
            None => folders.retain(|folder| own_name(folder)),
        }
        if folders.is_empty() {
            return Err(ExperimentError::Unknown { wanted: wanted.to_owned(), known });
        }
    }
    match &folders[..] {
        [] => Err(ExperimentError::None(store.root().display().to_string())),
        [only] => match store.spec(only).map_err(StoreError::from)? {
            Some(text) => Ok((only.clone(), text)),
            None => Err(ExperimentError::None(store.root().display().to_string())),
        },
        several => Err(ExperimentError::Several(names(several))),
    }
}

/// Adds the runs whose `run.json` is damaged, where an arm plans a run of that digest, and lists all damage of the
/// experiment's runs.
fn find_damaged(
    store: &Store,
    spec: &Spec,
    read: Option<(&DataIdentity, &ModelIdentity)>,
    arms: &mut [ArmRuns],
    damages: &mut Vec<Damage>,
) -> Result<(), StoreError> {
    let unknown: Vec<(RunFolder, Damage)> = store.damaged_runs()?;
    for arm in &mut *arms {
        let (Some((data, model)), false) = (read, unknown.is_empty()) else { break };
        for planned in arm.planned.runs(spec.train.instances, data, model) {
            let id = run_id(&planned);
            let found = unknown.iter().find(|(folder, _)| *folder.id() == id);
            arm.runs.extend(found.map(|(folder, _)| (folder.clone(), planned)));
        }
    }
    damages.extend(unknown.into_iter().map(|(_, damage)| damage));
    for (folder, _) in arms.iter().flat_map(|arm| &arm.runs) {
        damages.extend(folder.read_result().err());
        damages.extend(read_journals(folder).1);
    }
    damages.sort_by(|a, b| a.path.cmp(&b.path));
    damages.dedup();
    Ok(())
}

/// The value, or nothing where it is damaged, which is added to the list.
fn sound<T>(read: Result<T, Damage>, damages: &mut Vec<Damage>) -> Option<T> {
    read.map_err(|damage| damages.push(damage)).ok()
}

/// The data and weights of the experiment's runs: as the store has them, else as the spec's data says, which is read only
/// where the runs disagree. Nothing where the data is gone and the runs agree.
fn inputs(
    known: Option<ExperimentInputs>,
    spec: &Spec,
    arms: &[ArmRuns],
) -> Result<Option<ExperimentInputs>, ExperimentError> {
    if known.is_some() {
        return Ok(known);
    }
    let mut found: Vec<(&DataIdentity, &ModelIdentity)> = Vec::new();
    for (_, run) in arms.iter().flat_map(|arm| &arm.runs) {
        if !found.contains(&(&run.data, &run.model)) {
            found.push((&run.data, &run.model));
        }
    }
    if found.is_empty() {
        return Ok(None);
    }
    match prepare(spec.clone(), &Sources::cached()).map(|prepared| prepared.inputs()) {
        Ok(inputs) if found.len() > 1 || found.contains(&(&inputs.data, &inputs.model)) => Ok(Some(inputs)),
        Err(cause) if found.len() > 1 => {
            let (name, count) = (spec.name.to_string(), found.len());
            Err(ExperimentError::Ambiguous { name, count, cause: cause.to_string() })
        }
        // gone or changed since, but all runs agree on what they read
        _ => Ok(None),
    }
}

/// Everything a run measured. Its last evaluation is that of its result, which is what verdicts are made of.
pub fn history(folder: &RunFolder) -> Result<History, StoreError> {
    let journal = read_journal(folder)?;
    let entries = journal.iter().flat_map(|(_, entries)| entries);
    let mut history = History::replay(entries.map(|entry| &entry.event));
    if let Some(result) = folder.result() {
        history.evaluations.retain(|point| point.step < result.step);
        history.evaluations.push(EvaluationPoint { step: result.step, scores: result.scores() });
        history.further_sets = result.further_sets;
    }
    Ok(history)
}
