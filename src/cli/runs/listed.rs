//! A run of a list: its state in the store and its places in experiments.

use crate::cli::exit::BadInput;
use crate::domain::history::Progress;
use crate::domain::id::RunId;
use crate::domain::metric::Metric;
use crate::domain::run::RunSpec;
use crate::domain::scores::Scores;
use crate::domain::spec::NamedSet;
use crate::engine::now;
use crate::store::{Damage, Place, Store, StoreError, StoredRun};
use std::collections::HashMap;

#[derive(Clone, Debug)]
pub struct Listed {
    pub run: StoredRun,
    pub places: Vec<Place>,
    /// updates done
    pub step: u64,
    /// the final scores of a finished run, else the newest
    pub scores: Option<Scores>,
    /// time of the last event, in seconds since 1970
    pub time: Option<f64>,
    /// for a failed run: the message and the update
    pub failure: Option<(u64, String)>,
}

impl Listed {
    /// Every run of a store, in the order of experiments, arms, batch sizes and instances.
    pub fn all(store: &Store) -> Result<Vec<Self>, StoreError> {
        let mut places: HashMap<RunId, Vec<Place>> = HashMap::new();
        for (place, run) in store.places()? {
            places.entry(run).or_default().push(place);
        }
        let runs = store.list()?.into_iter();
        let mut listed: Vec<Self> = runs
            .map(|run| {
                let places = places.remove(&run.id).unwrap_or_default();
                Self::of(run, places)
            })
            .collect();
        listed.sort_by_cached_key(|l| (l.experiments(), l.arms(), l.cell()));
        Ok(listed)
    }

    fn of(run: StoredRun, places: Vec<Place>) -> Self {
        if let Some(result) = run.result.clone() {
            let (step, scores, time) = (result.step, Some(result.scores()), Some(result.finished));
            return Self { run, places, step, scores, time, failure: None };
        }
        let journal = run.journal();
        let history = run.history(&journal);
        let newest = journal.iter().rev().find_map(|(_, entries)| entries.last());
        let failure = match (&run.progress, newest) {
            (Progress::Failed(message), Some(entry)) => Some((entry.event.step(), message.clone())),
            (Progress::Failed(message), None) => Some((0, message.clone())),
            _ => None,
        };
        Self {
            step: history.step,
            scores: history.last_evaluation().map(|point| point.scores),
            time: newest.map(|entry| entry.time),
            failure,
            run,
            places,
        }
    }

    /// The spec of the run, or the reason why its `run.json` cannot be used.
    pub fn spec(&self) -> Result<&RunSpec, BadInput> {
        self.run.spec.as_ref().ok_or_else(|| {
            let reasons: String = self.run.damages.iter().map(|damage| format!("\n  {damage}")).collect();
            let id = &self.run.id;
            BadInput(format!(
                "run {id} is damaged:{reasons}\n`batchscope run` with its spec repairs it, `batchscope runs remove {id}` \
                 removes it"
            ))
        })
    }

    /// Batch size and instance from the spec, else from its place in an experiment.
    pub fn cell(&self) -> Option<(u32, u32)> {
        let spec = self.run.spec.as_ref().map(|spec| (spec.batch_size, spec.iid));
        spec.or_else(|| self.places.first().map(Place::cell))
    }

    /// Its damaged files, on one line.
    pub fn damage(&self) -> Option<String> {
        let folder = self.run.folder.path();
        let inside = |damage: &Damage| {
            let path = damage.path.strip_prefix(folder).ok().filter(|path| !path.as_os_str().is_empty());
            format!("{}: {}", path.unwrap_or(&damage.path).display(), damage.reason)
        };
        let words: Vec<String> = self.run.damages.iter().map(inside).collect();
        (!words.is_empty()).then(|| format!("damaged: {}", words.join("; ")))
    }

    pub fn score(&self, metric: Metric) -> Option<f64> {
        metric.of(self.scores.as_ref()?)
    }

    /// Whether it predicts the same class for every validation example, where that can be known.
    pub fn predicts_one_class(&self) -> Option<bool> {
        self.scores?.predicts_one_class()
    }

    /// Whether it is finished and predicts the same class for every validation example.
    pub fn ends_with_one_class(&self) -> bool {
        self.run.result.is_some() && self.predicts_one_class() == Some(true)
    }

    /// Scores of a finished run on further sets.
    pub fn further_scores(&self) -> &[(NamedSet, Scores)] {
        self.run.result.as_ref().map_or(&[], |result| &result.further_sets)
    }

    pub fn experiments(&self) -> Vec<String> {
        distinct(self.places.iter().map(|place| place.experiment_name()))
    }

    pub fn arms(&self) -> Vec<String> {
        distinct(self.places.iter().map(|place| place.arm.as_str()))
    }

    pub fn state(&self) -> &'static str {
        if self.run.is_damaged() { "damaged" } else { self.run.progress.name() }
    }

    /// Fraction of the updates done.
    pub fn share(&self) -> Option<f64> {
        self.run.spec.as_ref().map(|spec| self.step as f64 / spec.updates().max(1) as f64)
    }

    /// Seconds since the last event.
    pub fn age(&self) -> Option<f64> {
        Some((now() - self.time?).max(0.0))
    }
}

fn distinct<'w>(words: impl Iterator<Item = &'w str>) -> Vec<String> {
    let mut words: Vec<String> = words.map(str::to_owned).collect();
    words.sort();
    words.dedup();
    words
}
