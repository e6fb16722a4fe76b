//! Measures whether the logits of an example depend on the others in its batch.

use crate::domain::batch::Batch;
use crate::domain::choice::Norm;
use crate::domain::invariance::LogitShift;
use crate::domain::run::DropoutRates;
use crate::model::{Bert, Masks, Pass};
use candle_core::Result;

/// Passes every example alone, and all of them together, in training mode with dropout off. `norm` is the model's.
pub fn logit_shift(model: &mut Bert, norm: Norm, alone: &[Batch], together: &Batch) -> Result<LogitShift> {
    let together = logits(model, together)?;
    let (mut difference, mut largest) = (0f64, 0f64);
    for (batch, together) in alone.iter().zip(&together) {
        for (alone, together) in logits(model, batch)?.concat().iter().zip(together) {
            // `max` would drop NaN
            let moved = f64::from(alone - together).abs();
            difference = if moved.is_nan() { f64::INFINITY } else { difference.max(moved) };
            largest = largest.max(f64::from(together.abs()));
        }
    }
    Ok(LogitShift { norm, difference, largest })
}

/// \[B\]\[C\]
fn logits(model: &mut Bert, batch: &Batch) -> Result<Vec<Vec<f32>>> {
    model.logits(batch, Pass::Train(&Masks::new(DropoutRates::OFF, 0, 0, 0)))?.to_vec2()
}
