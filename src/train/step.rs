//! One optimiser step: forward, loss, backward, clip, update.

use super::optimizer::AdamW;
use crate::domain::batch::Batch;
use crate::model::{Bert, Masks, Pass};
use candle_core::{D, Device, Result, Tensor};

/// What a step tells. Loss and accuracy are of its batch, before the update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepMetrics {
    pub loss: f32,
    pub accuracy: f32,
    /// global norm before clipping
    pub gradient_norm: f32,
}

/// The parts of a step, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Forward,
    Backward,
    Update,
}

pub fn training_step(
    model: &mut Bert,
    optimizer: &mut AdamW,
    batch: &Batch,
    masks: &Masks,
    learning_rate: f64,
    clip_norm: f64,
) -> Result<StepMetrics> {
    training_step_in_parts(model, optimizer, batch, masks, learning_rate, clip_norm, &mut |_| {})
}

/// The same, and tells `done` when each part is.
pub fn training_step_in_parts(
    model: &mut Bert,
    optimizer: &mut AdamW,
    batch: &Batch,
    masks: &Masks,
    learning_rate: f64,
    clip_norm: f64,
    done: &mut dyn FnMut(Part),
) -> Result<StepMetrics> {
    let logits = model.forward(batch, Pass::Train(masks))?.logits; // [B, C]
    let labels = Tensor::from_slice(&batch.labels, batch.len(), &Device::Cpu)?; // [B]
    let loss = candle_nn::loss::cross_entropy(&logits, &labels)?;
    let correct = logits.argmax(D::Minus1)?.eq(&labels)?.to_dtype(candle_core::DType::F32)?.sum_all()?;
    done(Part::Forward);
    loss.backward()?;
    done(Part::Backward);
    let gradient_norm = optimizer.step(&mut model.groups, learning_rate, clip_norm)?;
    done(Part::Update);
    Ok(StepMetrics {
        loss: loss.to_scalar()?,
        accuracy: correct.to_scalar::<f32>()? / batch.len() as f32,
        gradient_norm,
    })
}
