//! A model with its optimiser, as one unit because rows of the tables may be out of date between two steps.

use super::optimizer::AdamW;
use super::{OwnedSnapshot, Snapshot, TrainError};
use crate::domain::batch::Batch;
use crate::model::{Bert, Group, Masks, Pass, TableRows};
use candle_core::{D, Device, Result, Tensor};

/// A model while it is trained.
pub struct Learner {
    model: Bert,
    optimizer: AdamW,
}

/// Metrics of a step. Loss and accuracy are those of its batch, before the update.
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

    /// Adam's decay rate of the second moment, where it is another.
    pub fn with_beta2(self, beta2: f64) -> Self {
        Self { optimizer: self.optimizer.with_beta2(beta2), ..self }
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

    /// One optimiser step: forward, loss, backward, clip, update. Returns `None`, with unchanged state, if the model was
    /// interrupted in the middle.
    pub fn step(
        &mut self,
        batch: &Batch,
        masks: &Masks,
        learning_rate: f64,
        clip_norm: f64,
    ) -> Result<Option<StepMetrics>> {
        self.step_in_parts(batch, masks, learning_rate, clip_norm, &mut |_| {})
    }

    /// The same, calling `done` after each part.
    pub fn step_in_parts(
        &mut self,
        batch: &Batch,
        masks: &Masks,
        learning_rate: f64,
        clip_norm: f64,
        done: &mut dyn FnMut(StepPart),
    ) -> Result<Option<StepMetrics>> {
        let Self { model, optimizer } = self;
        let rows = TableRows::read_by(batch);
        optimizer.refresh(&mut model.groups, &rows)?;
        let running = model.running.clone();
        let (loss, accuracy) = match pass(model, batch, masks, done) {
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

/// Forward and backward: loss and accuracy of the batch; the gradients are in the model's groups.
fn pass(model: &mut Bert, batch: &Batch, masks: &Masks, done: &mut dyn FnMut(StepPart)) -> Result<(f32, f32)> {
    let logits = model.logits(batch, Pass::Train(masks))?; // [B, C]
    let labels = Tensor::from_slice(&batch.labels, batch.len(), &Device::Cpu)?; // [B]
    let loss = candle_nn::loss::cross_entropy(&logits, &labels)?;
    let correct = logits.argmax(D::Minus1)?.eq(&labels)?.to_dtype(candle_core::DType::F32)?.sum_all()?;
    done(StepPart::Forward);
    loss.backward()?;
    done(StepPart::Backward);
    Ok((loss.to_scalar()?, correct.to_scalar::<f32>()? / batch.len() as f32))
}
