//! What a sweep costs before it starts: its runs, and their time by a few updates timed here.

use super::priority;
use crate::data::gather;
use crate::domain::arm::{BASELINE, Changes};
use crate::domain::id::RunId;
use crate::domain::pace::{along, last_done};
use crate::domain::run::RunSpec;
use crate::model::{Bert, Masks};
use crate::plan::{rates, tested};
use crate::resolve::{PrepareError, Prepared};
use crate::spec_file::train_of;
use crate::store::{Store, run_id};
use crate::train::{Learner, evaluate};
use candle_core::Result;
use std::collections::HashSet;
use std::thread;
use std::time::Instant;

/// Larger batches are not timed: an update of many is a straight line away from those of few.
const LARGEST_TIMED: u32 = 16;
/// Updates of each size that are timed.
const TIMED: u32 = 2;

/// What is left to train.
pub struct Price {
    pub arms: Vec<ArmPrice>,
    /// of everything, by this many workers; nothing where not even one update could be timed
    pub seconds: Option<f64>,
}

/// An arm's part of it. A run that several arms share is the first one's.
pub struct ArmPrice {
    pub name: String,
    pub changes: Changes,
    /// what it tests: the keys of its changes, and whether it takes the suspect away; nothing for the baseline
    pub tested: Option<(String, bool)>,
    /// not done yet
    pub runs: usize,
    /// of them: those that would only score weights again, had they been kept
    pub without_weights: usize,
    pub seconds: Option<f64>,
}

/// Seconds of one worker while all of them work.
pub(super) struct Speed {
    /// of an update, by batch size
    pub updates: Vec<(f64, f64)>,
    /// of scoring the validation set
    pub evaluation: f64,
}

impl Prepared {
    /// Counts what the store does not have yet, and times a few updates of the baseline with every worker busy.
    pub fn price(&self, store: &Store, workers: usize) -> std::result::Result<Price, PrepareError> {
        let mut known = HashSet::new();
        let mut unfinished = Vec::new();
        for arm in &self.spec.arms {
            let mut runs = self.plan(arm)?;
            runs.retain(|run| known.insert(run.id.clone()) && store.run(&run.id).result().is_none());
            let train = train_of("the sweep", &self.spec.train, arm)?;
            let tested = (arm.name != BASELINE).then(|| tested(&arm.changes, &self.spec.train, &train));
            unfinished.push((arm, tested, runs));
        }
        let nothing_left = unfinished.iter().all(|(_, _, runs)| runs.is_empty());
        let speed = if nothing_left { None } else { self.speed(workers).ok() };
        let kept: HashSet<RunId> = self.kept()?;
        // finished or still to come, with its weights kept
        let scored_again = |spec: &RunSpec| {
            let plain = run_id(&spec.scored_plainly()?);
            let folder = store.run(&plain);
            Some(folder.kept_weights().is_some() || (folder.result().is_none() && kept.contains(&plain)))
        };
        let seconds_of = |spec: &RunSpec| match (scored_again(spec), &speed) {
            (Some(true), Some(speed)) => Some(speed.evaluation),
            (_, speed) => speed.as_ref()?.seconds(spec),
        };
        let mut all = Vec::new();
        let mut arms = Vec::new();
        for (arm, tested, runs) in unfinished {
            let each: Option<Vec<f64>> = runs.iter().map(|run| seconds_of(&run.spec)).collect();
            let seconds = each.as_ref().map(|each| each.iter().sum::<f64>() / workers.max(1) as f64);
            arms.push(ArmPrice {
                name: arm.name.clone(),
                changes: arm.changes.clone(),
                tested,
                runs: runs.len(),
                without_weights: runs.iter().filter(|run| scored_again(&run.spec) == Some(false)).count(),
                seconds,
            });
            all.extend(runs.into_iter().zip(each.unwrap_or_default()));
        }
        // in the order of the queue; what was timed with all workers busy has their sharing of cores in it
        all.sort_by_key(|(run, _)| run.turn());
        let seconds = last_done(workers, None, Vec::new(), all.into_iter().map(|(_, seconds)| seconds));
        Ok(Price { arms, seconds: speed.is_some().then_some(seconds) })
    }

    /// Training examples that all runs go through, those that are done already included.
    pub fn examples_to_train(&self) -> u64 {
        let runs = self.spec.arms.iter().filter_map(|arm| self.plan(arm).ok()).flatten();
        runs.map(|run| run.spec.pairs_seen(run.spec.updates())).sum()
    }

    /// Runs whose final weights stay.
    fn kept(&self) -> std::result::Result<HashSet<RunId>, PrepareError> {
        let mut kept = HashSet::new();
        for arm in &self.spec.arms {
            kept.extend(self.plan(arm)?.into_iter().filter(|run| run.keep_weights).map(|run| run.id));
        }
        Ok(kept)
    }

    /// As it is measured now, in a few seconds.
    pub(super) fn speed(&self, workers: usize) -> Result<Speed> {
        let timed: Vec<Result<Speed>> = thread::scope(|threads| {
            let workers: Vec<_> = (0..workers.max(1)).map(|_| threads.spawn(|| self.time())).collect();
            workers.into_iter().filter_map(|worker| worker.join().ok()).collect()
        });
        let timed = timed.into_iter().collect::<Result<Vec<_>>>()?;
        // the slowest of them is nearest to how it will be when all are busy
        let slowest = timed.into_iter().max_by(|a, b| a.total().total_cmp(&b.total()));
        slowest.ok_or_else(|| candle_core::Error::Msg("no worker could be timed".into()))
    }

    fn time(&self) -> Result<Speed> {
        priority::lower();
        let train = &self.spec.train;
        let classes = self.data.classes as usize;
        let model = Bert::new(&self.model.config, train.norm, &self.weights, &self.words, classes, train.seed, 0)?;
        let mut learner = Learner::new(model, train.weight_decay);
        let rates = rates(train.dropout, &self.model.config);
        let masks = Masks::new(rates, train.seed, 0, 0);
        let mut sizes = [train.batch_sizes.iter().min(), train.batch_sizes.iter().max()].map(Option::<&u32>::copied);
        sizes[1] = sizes[1].map(|size| size.min(LARGEST_TIMED));
        let mut sizes: Vec<u32> = sizes.into_iter().flatten().collect();
        sizes.sort_unstable();
        sizes.dedup();
        let mut updates = Vec::new();
        for size in sizes {
            let batch = gather(&self.train, &(0..size).collect::<Vec<_>>());
            // buffers grow and caches fill before the clock starts
            learner.step(&batch, &masks, train.learning_rate, train.clip_norm)?;
            let begun = Instant::now();
            for _ in 0..TIMED {
                learner.step(&batch, &masks, train.learning_rate, train.clip_norm)?;
            }
            updates.push((f64::from(size), begun.elapsed().as_secs_f64() / f64::from(TIMED)));
        }
        let scored = self.validation.get(self.validation.len() / 2..).and_then(<[_]>::first);
        let begun = Instant::now();
        let evaluation = match scored {
            None => 0.0,
            Some(batch) => {
                evaluate(learner.model()?, std::slice::from_ref(batch), None, u32::MAX, &|| false)?;
                let share = f64::from(self.data.validation_examples) / batch.len() as f64;
                begun.elapsed().as_secs_f64() * share
            }
        };
        Ok(Speed { updates, evaluation })
    }
}

impl Speed {
    pub fn seconds(&self, run: &RunSpec) -> Option<f64> {
        let update = along(&self.updates, run.batch_size.into())?;
        Some(run.updates() as f64 * update + run.evaluations() as f64 * self.evaluation)
    }

    fn total(&self) -> f64 {
        self.updates.iter().map(|(_, seconds)| seconds).sum()
    }
}
