//! What a sweep costs before it starts, from a few updates that are timed here with every worker busy.

use super::priority;
use crate::data::gather;
use crate::domain::id::RunId;
use crate::domain::spec::Spec;
use crate::model::{Bert, Masks, TensorError, TensorResult};
use crate::plan::{Availability, CostEstimate, Price, Reference, Timing, TooFewExamples, dropout_rates, estimate};
use crate::resolve::{Opened, Prepared, Sources, prepare};
use crate::spec_file::{parse, preset};
use crate::train::{Learner, evaluate};
use std::thread;
use std::time::Instant;

/// Larger batches are not timed: the time of an update is linearly extrapolated from smaller ones.
const LARGEST_TIMED: u32 = 16;
/// Updates of each size that are timed.
const TIMED: u32 = 2;

/// What is left to train of a sweep. Times a few updates of the baseline where anything is.
pub fn price(opened: &Opened) -> Result<Price, TooFewExamples> {
    let Opened { prepared, store, options, .. } = opened;
    let remaining = prepared.plan().remaining(|run: &RunId| {
        let folder = store.run(run);
        Availability { is_finished: folder.result().is_some(), has_weights: folder.kept_weights().is_some() }
    })?;
    let timing = if remaining.is_nothing() { None } else { measure(prepared, options.workers).ok() };
    Ok(remaining.price(timing.as_ref(), options.workers))
}

/// What each spec costs with a model of BERT-mini's size. Takes a few seconds: the machine is timed on the embedded
/// corpus.
pub fn estimates(specs: &[Spec], workers: usize) -> Vec<CostEstimate> {
    let reference = reference(workers);
    specs.iter().map(|spec| estimate(spec, reference.as_ref(), workers)).collect()
}

fn reference(workers: usize) -> Option<Reference> {
    let spec = parse("preset demo", preset("demo")?, &[]).ok()?;
    let demo = prepare(spec, &Sources::cached()).ok()?;
    Some(Reference {
        timing: measure(&demo, workers).ok()?,
        train_examples: demo.data.train_examples,
        validation_examples: demo.data.validation_examples,
        mean_tokens: demo.train.mean_length(),
    })
}

/// Measures it now, which takes a few seconds.
fn measure(prepared: &Prepared, workers: usize) -> TensorResult<Timing> {
    let timed: Vec<TensorResult<Timing>> = thread::scope(|threads| {
        let workers: Vec<_> = (0..workers.max(1)).map(|_| threads.spawn(|| time(prepared))).collect();
        workers.into_iter().filter_map(|worker| worker.join().ok()).collect()
    });
    let timed = timed.into_iter().collect::<TensorResult<Vec<_>>>()?;
    // the slowest worker is closest to the speed with all of them busy
    let slowest = timed.into_iter().max_by(|a, b| total(a).total_cmp(&total(b)));
    slowest.ok_or_else(|| TensorError::Msg("no worker could be timed".into()))
}

fn time(prepared: &Prepared) -> TensorResult<Timing> {
    priority::lower();
    let train = &prepared.spec.train;
    let classes = prepared.data.classes as usize;
    let model =
        Bert::new(&prepared.model.config, train.norm, &prepared.weights, &prepared.words, classes, train.seed, 0)?
            .with_precision(train.precision);
    let mut learner = Learner::new(model, train.weight_decay);
    let rates = dropout_rates(train.dropout, &prepared.model.config);
    let masks = Masks::new(rates, train.seed, 0, 0);
    let mut sizes = [train.batch_sizes.iter().min(), train.batch_sizes.iter().max()].map(Option::<&u32>::copied);
    sizes[1] = sizes[1].map(|size| size.min(LARGEST_TIMED));
    let mut sizes: Vec<u32> = sizes.into_iter().flatten().collect();
    sizes.sort_unstable();
    sizes.dedup();
    let mut updates = Vec::new();
    for size in sizes {
        let batch = gather(&prepared.train, &(0..size).collect::<Vec<_>>());
        // one step to allocate buffers and warm caches
        learner.step(&batch, &masks, train.learning_rate, train.clip_norm.limit())?;
        let begun = Instant::now();
        for _ in 0..TIMED {
            learner.step(&batch, &masks, train.learning_rate, train.clip_norm.limit())?;
        }
        updates.push((f64::from(size), begun.elapsed().as_secs_f64() / f64::from(TIMED)));
    }
    let scored = prepared.validation.get(prepared.validation.len() / 2..).and_then(<[_]>::first);
    let begun = Instant::now();
    let evaluation = match scored {
        None => 0.0,
        Some(batch) => {
            evaluate(learner.model()?, std::slice::from_ref(batch), None, u32::MAX, &|| false)?;
            let share = f64::from(prepared.data.validation_examples) / batch.len() as f64;
            begun.elapsed().as_secs_f64() * share
        }
    };
    Ok(Timing { updates, evaluation })
}
fn total(timing: &Timing) -> f64 {
    timing.updates.iter().map(|(_, seconds)| seconds).sum()
}
