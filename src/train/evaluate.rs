//! The whole of a set, scored.

use crate::domain::batch::Batch;
use crate::model::{Bert, Masks, Pass};
use candle_core::Result;

/// Scores over every example of a set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scores {
    /// mean cross-entropy, in nats
    pub loss: f64,
    /// fraction of examples
    pub accuracy: f64,
    /// of class 1, where there are two classes; 0 when class 1 is neither there nor predicted
    pub f1: Option<f64>,
}

/// Scores the batches without touching the model's state, with dropout left on where masks are given. Stops early,
/// with nothing, when `stop` says so between two batches.
pub fn evaluate(
    model: &mut Bert,
    batches: &[Batch],
    masks: Option<&Masks>,
    stop: &dyn Fn() -> bool,
) -> Result<Option<Scores>> {
    let mut tally = Tally::default();
    for batch in batches {
        if stop() {
            return Ok(None);
        }
        let logits: Vec<Vec<f32>> = model.logits(batch, Pass::Evaluate(masks))?.to_vec2()?; // [B, C]
        for (logits, label) in logits.iter().zip(&batch.labels) {
            tally.add(logits, *label as usize);
        }
    }
    Ok(Some(tally.scores()))
}

#[derive(Default)]
struct Tally {
    classes: usize,
    examples: u64,
    correct: u64,
    true_positive: u64,
    false_positive: u64,
    false_negative: u64,
    loss: f64,
}

impl Tally {
    fn add(&mut self, logits: &[f32], label: usize) {
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let predicted = logits.iter().position(|logit| *logit == largest).unwrap_or(0);
        // log of the sum of exponentials, shifted for range
        let sum: f64 = logits.iter().map(|logit| f64::from(logit - largest).exp()).sum();
        self.loss += sum.ln() + f64::from(largest) - f64::from(logits[label]);
        self.classes = logits.len();
        self.examples += 1;
        self.correct += u64::from(predicted == label);
        self.true_positive += u64::from(predicted == 1 && label == 1);
        self.false_positive += u64::from(predicted == 1 && label != 1);
        self.false_negative += u64::from(predicted != 1 && label == 1);
    }

    fn scores(&self) -> Scores {
        let examples = self.examples.max(1) as f64;
        let positives = 2 * self.true_positive + self.false_positive + self.false_negative;
        let f1 = 2.0 * self.true_positive as f64 / positives.max(1) as f64;
        Scores {
            loss: self.loss / examples,
            accuracy: self.correct as f64 / examples,
            f1: (self.classes == 2).then_some(f1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_of_the_textbook() {
        let mut tally = Tally::default();
        // predictions 1, 1, 0, 0 against labels 1, 0, 1, 0
        for (logits, label) in [([0.0, 2.0], 1), ([0.0, 1.0], 0), ([1.0, 0.0], 1), ([3.0, 0.0], 0)] {
            tally.add(&logits, label);
        }
        let scores = tally.scores();
        assert_eq!(scores.accuracy, 0.5);
        assert_eq!(scores.f1, Some(0.5));
        let loss = |margin: f64| (1.0 + (-margin).exp()).ln();
        let expected = (loss(2.0) + loss(-1.0) + loss(-1.0) + loss(3.0)) / 4.0;
        assert!((scores.loss - expected).abs() < 1e-12);
    }
}
