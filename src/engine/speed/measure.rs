//! Measures all batch sizes in several rounds, every worker busy, and reports medians over the rounds.

use super::limit::limit;
use super::peak::peak;
use super::workload::{ROWS, Workload};
use crate::domain::choice::{Norm, Precision};
use crate::domain::model::ModelConfig;
use crate::domain::run::DropoutRates;
use crate::engine::priority;
use crate::model::{Bert, Masks, TensorResult as Result, Weights};
use crate::store::Owner;
pub use crate::train::StepPart;
use crate::train::{Learner, UpdateInput, evaluate};
use serde::Serialize;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// Rounds over the batch sizes. A disturbance of the machine then affects all sizes of a round.
const ROUNDS: usize = 5;
/// Share of the time spent on measuring the peak, once before and once after.
const PEAK_SHARE: f64 = 0.04;
/// Rounds or peaks that differ by more than this share are reported as noise.
const NOISE: f64 = 0.15;
/// Pairs that are scored at once.
const EVALUATION_BATCH: u32 = 64;

/// What to measure.
#[derive(Clone, Debug)]
pub struct Measurement {
    pub batch_sizes: Vec<u32>,
    pub norm: Norm,
    pub precision: Precision,
    pub workers: usize,
    /// of the whole measurement
    pub seconds: f64,
}

/// How fast the whole machine trains.
#[derive(Clone, Debug, Serialize)]
pub struct Speed {
    pub workers: usize,
    /// widest vector instructions of the processor
    pub simd: String,
    pub norm: Norm,
    pub precision: Precision,
    /// speed of matrix products in this precision, billions of floating-point operations a second: before and after
    pub peak_gflops: [f64; 2],
    /// the same of their instructions on registers alone; nothing where they are not known
    pub limit_gflops: Option<f64>,
    pub rows: Vec<BatchSizeSpeed>,
    pub evaluation_pairs_per_second: f64,
    /// what made the machine too noisy to judge, if anything did
    pub noise: Vec<String>,
}

/// One batch size, the whole machine with all workers busy. Medians of the rounds.
#[derive(Clone, Debug, Serialize)]
pub struct BatchSizeSpeed {
    pub batch_size: u32,
    pub pairs_per_second: f64,
    pub tokens_per_second: f64,
    /// billions of operations a second that the model needs: 3 times those of a forward pass, unused rows not counted
    pub gflops: f64,
    /// model operations over what matrix products in this precision reach in the same time (Chowdhery et al. 2022,
    /// appendix B); not measurable where it would exceed 1: the machine was slower while those were measured
    pub mfu: Option<f64>,
    pub ms_per_step: MillisecondsPerStep,
}

/// Where the time of one worker's step goes.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct MillisecondsPerStep {
    pub whole: f64,
    pub forward: f64,
    pub backward: f64,
    pub update: f64,
}

/// A worker's model and its batches.
struct Trainee {
    learner: Learner,
    workload: Workload,
}

/// What a worker did in one slot of a round.
#[derive(Clone, Copy, Default)]
struct Done {
    steps: f64,
    pairs: f64,
    tokens: f64,
    operations: f64,
    seconds: f64,
    parts: [f64; 3],
}

/// Measures, and reports the share that is done from time to time.
pub fn measure(measurement: &Measurement, told: &mut dyn FnMut(f64)) -> Result<Speed> {
    let Measurement { batch_sizes, norm, precision, workers, seconds } = measurement;
    let config = ModelConfig::bert_mini(ROWS);
    let weights = Weights::random(&config, 0);
    let words: Vec<u32> = (0..ROWS as u32).collect();
    let mut trainees = (0..*workers)
        .map(|worker| {
            let model = Bert::new(&config, *norm, &weights, &words, 2, 0, worker as u32)?.with_precision(*precision);
            Ok(Trainee { learner: Learner::new(model, 0.01), workload: Workload::new(worker) })
        })
        .collect::<Result<Vec<_>>>()?;
    let slots = ROUNDS * (batch_sizes.len() + 1);
    let slot = Duration::from_secs_f64(seconds * (1.0 - 2.0 * PEAK_SHARE) / slots as f64);
    let time_of_peak = Duration::from_secs_f64(seconds * PEAK_SHARE);

    let limit_gflops = limit(*precision, *workers, time_of_peak / 4).map(|limit| limit / 1e9);
    let before = peak(*precision, *workers, time_of_peak);
    let mut training = vec![Vec::new(); batch_sizes.len()];
    let mut evaluation = Vec::new();
    let mut slots_done = 0;
    for _ in 0..ROUNDS {
        for (number, batch_size) in batch_sizes.iter().enumerate() {
            training[number].push(together(&mut trainees, |trainee| trainee.step(&config, *norm, *batch_size), slot)?);
            slots_done += 1;
            told(f64::from(slots_done) / slots as f64);
        }
        evaluation.push(together(&mut trainees, Trainee::evaluate, slot)?);
        slots_done += 1;
        told(f64::from(slots_done) / slots as f64);
    }
    let after = peak(*precision, *workers, time_of_peak);

    let mut noise = Vec::new();
    if (before - after).abs() > NOISE * before.max(after) {
        noise.push(format!("matrix products ran at {:.0} GFLOP/s before and {:.0} after", before / 1e9, after / 1e9));
    }
    let peak = before.max(after);
    let rows = batch_sizes.iter().zip(&training).map(|(batch_size, rounds)| {
        let speeds: Vec<f64> = rounds.iter().map(|workers| rate(workers, |done| done.pairs)).collect();
        let (low, high) = (speeds.iter().copied().fold(f64::MAX, f64::min), speeds.iter().copied().fold(0.0, f64::max));
        if high - low > NOISE * median(&speeds) {
            noise.push(format!("batch size {batch_size} ran at {low:.0} to {high:.0} pairs a second"));
        }
        row(*batch_size, rounds, peak)
    });
    let rows = rows.collect();
    let evaluation: Vec<f64> = evaluation.iter().map(|workers| rate(workers, |done| done.pairs)).collect();
    Ok(Speed {
        workers: *workers,
        simd: Owner::this_process().simd,
        norm: *norm,
        precision: *precision,
        peak_gflops: [before / 1e9, after / 1e9],
        limit_gflops,
        rows,
        evaluation_pairs_per_second: median(&evaluation),
        noise,
    })
}

/// Has all trainees do the same, simultaneously, for this time.
fn together(
    trainees: &mut [Trainee],
    act: impl Fn(&mut Trainee) -> Result<Done> + Sync,
    time: Duration,
) -> Result<Vec<Done>> {
    let (barrier, act) = (&Barrier::new(trainees.len()), &act);
    thread::scope(|scope| {
        let threads: Vec<_> = trainees
            .iter_mut()
            .map(|trainee| {
                scope.spawn(move || {
                    priority::lower();
                    // once to allocate buffers and warm caches
                    let warm = act(trainee);
                    barrier.wait();
                    warm?;
                    let (begun, mut sum) = (Instant::now(), Done::default());
                    while begun.elapsed() < time {
                        sum.add(act(trainee)?);
                    }
                    sum.seconds = begun.elapsed().as_secs_f64();
                    Ok(sum)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Ok(Done::default()))).collect()
    })
}

impl Trainee {
    fn step(&mut self, config: &ModelConfig, norm: Norm, batch_size: u32) -> Result<Done> {
        let batch = self.workload.batch(batch_size);
        let rates = DropoutRates { hidden: 0.1, attention: 0.1, classifier: 0.1 };
        let masks = Masks::new(rates, 0, 0, 0);
        let (mut lap, mut parts) = (Instant::now(), [0.0; 3]);
        let mut told = |part: StepPart| {
            parts[part as usize] += lap.elapsed().as_secs_f64();
            lap = Instant::now();
        };
        let input = UpdateInput { batches: std::slice::from_ref(&batch), weights: None, masks: &masks };
        self.learner.update(input, 2e-5, 1.0, &mut told)?;
        let operations = batch.sequences().map(|tokens| config.training_operations(norm, tokens.len(), 2)).sum();
        let (pairs, tokens) = (batch.len() as f64, batch.token_count() as f64);
        Ok(Done { steps: 1.0, pairs, tokens, operations, seconds: 0.0, parts })
    }

    fn evaluate(&mut self) -> Result<Done> {
        let batch = self.workload.batch(EVALUATION_BATCH);
        evaluate(self.learner.model()?, std::slice::from_ref(&batch), None, u32::MAX, &|| false)?;
        Ok(Done { steps: 1.0, pairs: batch.len() as f64, ..Done::default() })
    }
}

impl Done {
    fn add(&mut self, other: Done) {
        self.steps += other.steps;
        self.pairs += other.pairs;
        self.tokens += other.tokens;
        self.operations += other.operations;
        for (sum, part) in self.parts.iter_mut().zip(other.parts) {
            *sum += part;
        }
    }
}

/// Of all workers together, a second.
fn rate(workers: &[Done], of: impl Fn(&Done) -> f64) -> f64 {
    workers.iter().map(|done| of(done) / done.seconds.max(f64::MIN_POSITIVE)).sum()
}

/// Of one worker's step, in milliseconds.
fn milliseconds(workers: &[Done], of: impl Fn(&Done) -> f64) -> f64 {
    let steps: f64 = workers.iter().map(|done| done.steps).sum();
    1e3 * workers.iter().map(of).sum::<f64>() / steps.max(1.0)
}

fn row(batch_size: u32, rounds: &[Vec<Done>], peak: f64) -> BatchSizeSpeed {
    let over_rounds = |of: &dyn Fn(&[Done]) -> f64| median(&rounds.iter().map(|done| of(done)).collect::<Vec<_>>());
    let part = |part: StepPart| over_rounds(&|done| milliseconds(done, |done| done.parts[part as usize]));
    let operations = over_rounds(&|done| rate(done, |done| done.operations));
    BatchSizeSpeed {
        batch_size,
        pairs_per_second: over_rounds(&|done| rate(done, |done| done.pairs)),
        tokens_per_second: over_rounds(&|done| rate(done, |done| done.tokens)),
        gflops: operations / 1e9,
        mfu: Some(operations / peak).filter(|mfu| *mfu <= 1.0),
        ms_per_step: MillisecondsPerStep {
            whole: over_rounds(&|done| milliseconds(done, |done| done.seconds)),
            forward: part(StepPart::Forward),
            backward: part(StepPart::Backward),
            update: part(StepPart::Update),
        },
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}
