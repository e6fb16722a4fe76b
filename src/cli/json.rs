//! What `run --json` prints around its events: first the plan, last the summary. docs/JSON.md has every key.

use super::exit::Exit;
use crate::domain::ablation::Patch;
use crate::domain::event::SweepEvent;
use crate::domain::glue::task_of;
use crate::domain::history::Progress;
use crate::domain::id::RunId;
use crate::domain::metric::Metric;
use crate::domain::spec::Spec;
use crate::domain::sweep::{Row, Sweep};
use crate::plan::TooFewExamples;
use crate::resolve::Opened;
use crate::stats::Estimate;
use crate::store::Store;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Instant;

/// Raised when a key of the plan or the summary is renamed, removed or means something else. New keys do not raise it.
const VERSION: u32 = 1;

/// Builds the plan, the events and the summary of a sweep.
pub struct Report {
    plan: String,
    cells: Vec<PlannedCell>,
    /// finished before this command began
    reused: HashSet<RunId>,
    began: Instant,
}

/// An arm at a batch size, with its planned runs, some of which may belong to another arm too.
struct PlannedCell {
    arm: String,
    batch_size: u32,
    runs: Vec<RunId>,
}

#[derive(Serialize)]
struct Plan<'p> {
    event: &'static str,
    version: u32,
    experiment: ExperimentName<'p>,
    store: String,
    metric: &'static str,
    workers: usize,
    train_examples: u32,
    validation_examples: u32,
    classes: &'p [String],
    majority_share: f64,
    arms: Vec<ArmRow<'p>>,
    batch_sizes: &'p [u32],
    instances: u32,
    runs: Vec<RunRow>,
}

#[derive(Serialize)]
struct ExperimentName<'p> {
    name: &'p str,
    digest: &'p str,
}

#[derive(Serialize)]
struct ArmRow<'p> {
    name: &'p str,
    changes: &'p Patch,
}

#[derive(Serialize)]
struct RunRow {
    run: RunId,
    arm: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also_in: Vec<String>,
    batch_size: u32,
    iid: u32,
    updates: u64,
    /// its state in the store: finished, failed, interrupted, running (by another process) or waiting
    state: &'static str,
}

#[derive(Serialize)]
struct SweepSummary<'s> {
    event: &'static str,
    version: u32,
    runs: RunCounts,
    seconds: f64,
    cells: Vec<CellSummary<'s>>,
    failures: Vec<FailedRun<'s>>,
    exit: ExitRow,
}

/// Every planned run is counted once, except that reused runs also count as finished.
#[derive(Default, Serialize)]
struct RunCounts {
    planned: usize,
    finished: usize,
    failed: usize,
    interrupted: usize,
    /// not started
    waiting: usize,
    /// trained by another process
    elsewhere: usize,
    reused: usize,
}

#[derive(Serialize)]
struct CellSummary<'s> {
    arm: &'s str,
    batch_size: u32,
    planned: usize,
    finished: usize,
    one_class: usize,
    /// of the final scores, keyed by tag
    #[serde(flatten)]
    scores: BTreeMap<&'static str, Spread>,
}

#[derive(Serialize)]
struct Spread {
    mean: f64,
    /// null for a single run
    sd: Option<f64>,
}

#[derive(Serialize)]
struct FailedRun<'s> {
    run: &'s RunId,
    arm: &'s str,
    batch_size: Option<u32>,
    iid: Option<u32>,
    message: &'s str,
}

#[derive(Serialize)]
struct ExitRow {
    code: u8,
    meaning: String,
}

impl Report {
    /// Reads the state of every planned run from the store.
    pub fn new(opened: &Opened) -> Result<Self, TooFewExamples> {
        let Opened { prepared, store, options, .. } = opened;
        let spec = &prepared.spec;
        let planned = prepared.plan().all()?;
        let (mut runs, mut reused) = (Vec::new(), HashSet::new());
        let mut by_cell: HashMap<(&str, u32), Vec<RunId>> = HashMap::new();
        for (run, arms) in &planned {
            let stored = store.inspect_run(&run.id);
            let state = stored.map_or(Progress::Waiting, |stored| stored.progress);
            if state == Progress::Finished {
                reused.insert(run.id.clone());
            }
            for arm in arms {
                by_cell.entry((arm, run.spec.batch_size)).or_default().push(run.id.clone());
            }
            runs.push(RunRow {
                run: run.id.clone(),
                arm: run.arm.clone(),
                also_in: arms.iter().filter(|arm| **arm != run.arm).cloned().collect(),
                batch_size: run.spec.batch_size,
                iid: run.spec.iid,
                updates: run.spec.updates(),
                state: state.name(),
            });
        }
        let folder = Store::experiment_folder(spec);
        let inputs = prepared.inputs();
        let plan = Plan {
            event: "plan",
            version: VERSION,
            experiment: ExperimentName { name: &spec.name, digest: folder.rsplit('-').next().unwrap_or_default() },
            store: store.root().display().to_string(),
            metric: metric(spec).file_name(),
            workers: options.workers,
            train_examples: prepared.data.train_examples,
            validation_examples: prepared.data.validation_examples,
            classes: &prepared.classes,
            majority_share: inputs.majority_share,
            arms: spec.arms.iter().map(|arm| ArmRow { name: &arm.name, changes: &arm.changes }).collect(),
            batch_sizes: &spec.train.batch_sizes,
            instances: spec.train.instances,
            runs,
        };
        let plan = text(&plan);
        let sizes = || spec.train.batch_sizes.iter();
        let cells = spec.arms.iter().flat_map(|arm| sizes().map(|size| (arm.name.as_str(), *size)));
        let cells = cells.map(|(arm, batch_size)| PlannedCell {
            arm: arm.to_owned(),
            batch_size,
            runs: by_cell.remove(&(arm, batch_size)).unwrap_or_default(),
        });
        Ok(Self { plan, cells: cells.collect(), reused, began: Instant::now() })
    }

    /// The first line.
    pub fn plan(&self) -> String {
        self.plan.clone()
    }

    /// The last line: the state of every planned run and the reason for the exit code.
    pub fn summary(&self, sweep: &Sweep, exit: Exit) -> String {
        let failures = sweep.rows().iter().filter_map(|row| match &row.history.progress {
            Progress::Failed(message) => Some(FailedRun {
                run: &row.id,
                arm: row.label.arm(),
                batch_size: row.label.batch_size.known(),
                iid: row.label.iid,
                message,
            }),
            _ => None,
        });
        text(&SweepSummary {
            event: "summary",
            version: VERSION,
            runs: self.counts(sweep),
            seconds: self.began.elapsed().as_secs_f64(),
            cells: self.cells.iter().map(|cell| cell.row(sweep)).collect(),
            failures: failures.collect(),
            exit: ExitRow { code: exit.code(), meaning: meaning(sweep, exit) },
        })
    }

    fn counts(&self, sweep: &Sweep) -> RunCounts {
        let mut counts = RunCounts { planned: sweep.rows().len(), ..RunCounts::default() };
        for row in sweep.rows() {
            let count = match row.history.progress {
                Progress::Finished => &mut counts.finished,
                Progress::Failed(_) => &mut counts.failed,
                _ if row.elsewhere.is_some() => &mut counts.elsewhere,
                Progress::Running | Progress::Interrupted => &mut counts.interrupted,
                Progress::Waiting => &mut counts.waiting,
            };
            *count += 1;
            counts.reused += usize::from(self.reused.contains(&row.id));
        }
        counts
    }
}

impl PlannedCell {
    fn row(&self, sweep: &Sweep) -> CellSummary<'_> {
        let rows = self.runs.iter().filter_map(|run| sweep.row(run));
        let finished: Vec<&Row> = rows.filter(|row| row.history.progress == Progress::Finished).collect();
        let mut values: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
        for point in finished.iter().filter_map(|row| row.history.last_evaluation()) {
            for (tag, score) in point.scores.by_tag() {
                values.entry(tag).or_default().push(score);
            }
        }
        let spread = |values: Vec<f64>| Estimate::of(&values).map(|found| Spread { mean: found.mean, sd: found.sd });
        CellSummary {
            arm: &self.arm,
            batch_size: self.batch_size,
            planned: self.runs.len(),
            finished: finished.len(),
            one_class: finished.iter().filter(|row| row.history.ends_with_one_class()).count(),
            scores: values.into_iter().filter_map(|(tag, values)| Some((tag, spread(values)?))).collect(),
        }
    }
}

/// A journal entry of this process, with the run that it belongs to.
pub fn event(event: &SweepEvent) -> Option<String> {
    let SweepEvent::Run { run, attempt, entry } = event else { return None };
    let mut value = serde_json::to_value(entry).ok()?;
    value["run"] = run.as_str().into();
    value["attempt"] = (*attempt).into();
    Some(value.to_string())
}

/// The task's main metric: GLUE's own, else accuracy.
fn metric(spec: &Spec) -> Metric {
    let task = task_of(spec.task.name.as_deref());
    task.map_or(Metric::ValidAccuracy, |task| task.scores[0])
}

fn meaning(sweep: &Sweep, exit: Exit) -> String {
    match (&sweep.broken, exit) {
        (Some(message), _) => format!("the sweep stopped with an error: {message}"),
        (None, Exit::Done) => "every run is finished".into(),
        (None, Exit::Failed) => "some runs failed; --retry-failed trains them again".into(),
        (None, Exit::Interrupted) => "interrupted; rerun the same command to resume".into(),
        (None, Exit::BadInput) => "bad input".into(),
    }
}

/// Serialises a struct of numbers and strings, which cannot fail.
fn text(object: &impl Serialize) -> String {
    serde_json::to_string(object).unwrap_or_default()
}
