//! Pre-training on several threads: each update is the mean of a fixed number of batches, whoever computes them.

use crate::data::Masked;
use crate::domain::model::ModelConfig;
use crate::domain::run::DropoutRates;
use crate::model::{Bert, Masks, TableRows, TensorResult};
use crate::train::{AdamW, OwnedSnapshot, PretrainingTally, Snapshot, TrainError, pretraining_pass};

/// A model in training, and a copy of it for every further thread.
pub struct Pretrainer {
    /// all with the same parameters
    models: Vec<Bert>,
    optimizer: AdamW,
    clip_norm: f64,
}

/// Losses and gradients of one batch.
struct BatchGradients {
    number: usize,
    tally: PretrainingTally,
    /// of every group
    gradients: Vec<Vec<f32>>,
}

impl Pretrainer {
    /// A model drawn from the seed, to be trained by this many threads.
    pub fn new(
        config: &ModelConfig,
        seed: u32,
        weight_decay: f64,
        clip_norm: f64,
        workers: usize,
    ) -> Result<Self, TrainError> {
        let models =
            (0..workers.max(1)).map(|_| Bert::for_pretraining(config, seed)).collect::<TensorResult<Vec<Bert>>>()?;
        let optimizer = AdamW::new(&models[0].groups, weight_decay);
        Ok(Self { models, optimizer, clip_norm })
    }

    /// Resumes from a snapshot.
    pub fn restore(&mut self, snapshot: OwnedSnapshot) -> Result<(), TrainError> {
        snapshot.restore(&mut self.models[0], &mut self.optimizer)?;
        self.spread()
    }

    pub fn snapshot(&self) -> Result<Snapshot<'_>, TrainError> {
        Snapshot::take(&self.models[0], &self.optimizer)
    }

    pub fn model(&self) -> &Bert {
        &self.models[0]
    }

    /// Updates done.
    pub fn steps(&self) -> u64 {
        self.optimizer.steps
    }

    /// One update by the mean gradient of some batches. Gradients are summed in the order of the batches, so the
    /// number of threads does not affect the result.
    pub fn update(&mut self, batches: &[Masked], learning_rate: f64) -> Result<PretrainingTally, TrainError> {
        let workers = self.models.len();
        let computed: Vec<Result<Vec<BatchGradients>, TrainError>> = std::thread::scope(|scope| {
            let threads: Vec<_> = self
                .models
                .iter_mut()
                .enumerate()
                .map(|(worker, model)| {
                    let mine = batches.iter().enumerate().skip(worker).step_by(workers);
                    scope.spawn(move || mine.map(|(number, batch)| part(model, number, batch)).collect())
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(TrainError::Panicked))).collect()
        });
        let mut parts: Vec<BatchGradients> =
            computed.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        parts.sort_by_key(|part| part.number);

        let mut tally = PretrainingTally::default();
        for part in &parts {
            tally.add(part.tally);
        }
        let (step, loss) = (self.optimizer.steps + 1, tally.loss());
        if !loss.is_finite() {
            return Err(TrainError::NotFinite { step, what: "loss", value: loss });
        }
        let share = 1.0 / batches.len().max(1) as f32;
        for (number, group) in self.models[0].groups.iter_mut().enumerate() {
            group.update(|_, gradient| {
                for part in &parts {
                    for (sum, value) in gradient.iter_mut().zip(&part.gradients[number]) {
                        *sum += share * value;
                    }
                }
            })?;
        }
        // the masked-token head has a gradient for every row of the word table, so no row is ever behind
        let rows = TableRows::all(&self.models[0].groups);
        self.optimizer.step(&mut self.models[0].groups, &rows, learning_rate, self.clip_norm)?;
        self.spread()?;
        Ok(tally)
    }

    /// Gives the parameters of the first model to the others.
    fn spread(&mut self) -> Result<(), TrainError> {
        let Some((first, others)) = self.models.split_first_mut() else { return Ok(()) };
        for (number, group) in first.groups.iter().enumerate() {
            let newest = group.values()?;
            for other in &mut *others {
                other.groups[number].update(|values, _| values.copy_from_slice(&newest))?;
            }
        }
        Ok(())
    }
}

/// Moves the gradient of one batch out of the model. No dropout: no batch is seen twice, so overfitting is no concern.
fn part(model: &mut Bert, number: usize, batch: &Masked) -> Result<BatchGradients, TrainError> {
    let tally = pretraining_pass(model, batch, &Masks::new(DropoutRates::OFF, 0, 0, 0))?;
    let mut gradients = Vec::new();
    for group in &mut model.groups {
        gradients.push(group.gradient());
        group.clear_gradient();
    }
    Ok(BatchGradients { number, tally, gradients })
}
