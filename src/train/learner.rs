//! A model with its optimiser, as one unit because rows of the tables may be out of date between two steps.

use super::optimizer::AdamW;
use super::{OwnedSnapshot, Snapshot, TrainError};
use crate::domain::batch::Batch;
use crate::domain::numbers::Numbers;
use crate::domain::point::GradientPoint;
use crate::domain::run::RunSpec;
use crate::model::{Bert, Group, Masks, Pass, TableRows};
use candle_core::{D, Device, Result, Tensor};

/// A model while it is trained.
pub struct Learner {
    model: Bert,
    optimizer: AdamW,
}

/// The examples of an update.
#[derive(Clone, Copy)]
pub struct UpdateInput<'u> {
    /// of equal size; the update is by their mean gradient
    pub batches: &'u [Batch],
    /// of each example's loss in that mean, batch after batch; nothing: 1 each
    pub weights: Option<&'u [f32]>,
    pub masks: &'u Masks,
}

/// Metrics of a step. Loss and accuracy are those of its examples, before the update and without weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepMetrics {
    pub loss: f32,
    pub accuracy: f32,
    /// global norm before clipping
    pub gradient_norm: f32,
}

/// The parts of a step, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepPart {
    Forward,
    Backward,
    Update,
}

impl Learner {
    pub fn new(model: Bert, weight_decay: f64) -> Self {
        let optimizer = AdamW::new(&model.groups, weight_decay);
        Self { model, optimizer }
    }

    /// With these constants of Adam.
    pub fn with(self, numbers: &Numbers) -> Self {
        Self { optimizer: self.optimizer.with(numbers), ..self }
    }

    /// Updates done.
    pub fn steps(&self) -> u64 {
        self.optimizer.steps
    }

    /// The model after the last step, with all rows up to date.
    pub fn model(&mut self) -> Result<&mut Bert> {
        self.optimizer.settle(&mut self.model.groups)?;
        Ok(&mut self.model)
    }

    /// Ends training and returns the model.
    pub fn finish(mut self) -> Result<Bert> {
        self.model()?;
        Ok(self.model)
    }

    /// One optimiser step by one batch.
    pub fn step(
        &mut self,
        batch: &Batch,
        masks: &Masks,
        learning_rate: f64,
        clip_norm: f64,
    ) -> Result<Option<StepMetrics>> {
        let input = UpdateInput { batches: std::slice::from_ref(batch), weights: None, masks };
        self.update(input, learning_rate, clip_norm, &mut |_| {})
    }

    /// One optimiser step: forward, loss and backward of every batch, clip, update; `done` is called after each part.
    /// Returns `None`, with unchanged state, if the model was interrupted in the middle.
    pub fn update(
        &mut self,
        input: UpdateInput<'_>,
        learning_rate: f64,
        clip_norm: f64,
        done: &mut dyn FnMut(StepPart),
    ) -> Result<Option<StepMetrics>> {
        let Self { model, optimizer } = self;
        let rows = TableRows::read_by_all(input.batches);
        optimizer.refresh(&mut model.groups, &rows)?;
        let running = model.running.clone();
        let (loss, accuracy) = match passes(model, input, done) {
            Err(_) if model.is_interrupted() => {
                model.running = running;
                model.groups.iter_mut().for_each(Group::clear_gradient);
                return Ok(None);
            }
            passed => passed?,
        };
        let gradient_norm = optimizer.step(&mut model.groups, &rows, learning_rate, clip_norm)?;
        done(StepPart::Update);
        Ok(Some(StepMetrics { loss, accuracy, gradient_norm }))
    }

    /// What the updates since the last evaluation say of the gradient, at this distance from the start; nothing where there
    /// were none.
    pub fn gradient(&self, spec: &RunSpec, distance: f64) -> Option<GradientPoint> {
        self.optimizer.meter.read(spec, self.optimizer.steps, distance)
    }

    /// Whether the next update is measured against the weights, which costs a little.
    pub fn measure_update(&mut self, is_measured: bool) {
        self.optimizer.measures_update = is_measured;
    }

    /// What the gradient is like counts from the next update on.
    pub fn restart_gradient(&mut self) {
        self.optimizer.meter.restart();
    }

    /// All state after the last step.
    pub fn snapshot(&mut self) -> std::result::Result<Snapshot<'_>, TrainError> {
        self.model()?;
        Snapshot::take(&self.model, &self.optimizer)
    }

    /// Restores the state. The model must be of the same shape as the one it was taken from.
    pub fn restore(&mut self, snapshot: OwnedSnapshot) -> std::result::Result<(), TrainError> {
        snapshot.restore(&mut self.model, &mut self.optimizer)
    }
}

/// Forward and backward of every batch: loss and accuracy of all examples; the gradients are in the model's groups.
fn passes(model: &mut Bert, input: UpdateInput<'_>, done: &mut dyn FnMut(StepPart)) -> Result<(f32, f32)> {
    let UpdateInput { batches, weights, masks } = input;
    let (mut losses, mut correct, mut begin) = (0f32, 0f32, 0);
    for batch in batches {
        let examples = begin..begin + batch.len();
        begin = examples.end;
        let logits = model.logits(batch, Pass::Train(masks))?; // [B, C]
        let labels = Tensor::from_slice(&batch.labels, batch.len(), &Device::Cpu)?; // [B]
        let mean = candle_nn::loss::cross_entropy(&logits, &labels)?;
        let right = logits.argmax(D::Minus1)?.eq(&labels)?.to_dtype(candle_core::DType::F32)?.sum_all()?;
        losses += mean.to_scalar::<f32>()?;
        correct += right.to_scalar::<f32>()?;
        let weighted = match weights {
            None => mean,
            Some(weights) => weighted_cross_entropy(&logits, &labels, &weights[examples])?,
        };
        let share = if batches.len() == 1 { weighted } else { (weighted / batches.len() as f64)? };
        done(StepPart::Forward);
        share.backward()?;
        done(StepPart::Backward);
    }
    Ok((losses / batches.len() as f32, correct / begin as f32))
}

/// Logits \[B, C\] and B labels and weights -> the mean of the weighted losses.
fn weighted_cross_entropy(logits: &Tensor, labels: &Tensor, weights: &[f32]) -> Result<Tensor> {
    let weights = Tensor::from_slice(weights, weights.len(), &Device::Cpu)?; // [B]
    let of_labels = candle_nn::ops::log_softmax(logits, D::Minus1)?.gather(&labels.unsqueeze(1)?, 1)?.squeeze(1)?;
    (of_labels * weights)?.mean_all()?.neg()
}
