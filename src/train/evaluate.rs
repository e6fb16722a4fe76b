//! The whole of a set, scored.

use crate::domain::batch::Batch;
use crate::domain::metric::Scores;
use crate::model::{Bert, Masks, Pass};
use candle_core::Result;

/// Scores the first `most` examples of the batches' set without touching the model's state, with dropout left on where masks are given. Stops early,
/// with nothing, when `stop` says so between two batches.
pub fn evaluate(
    model: &mut Bert,
    batches: &[Batch],
    masks: Option<&Masks>,
    most: u32,
    stop: &dyn Fn() -> bool,
) -> Result<Option<Scores>> {
    let mut tally = Tally::default();
    for batch in batches {
        if stop() {
            return Ok(None);
        }
        let logits: Vec<Vec<f32>> = model.logits(batch, Pass::Evaluate(masks))?.to_vec2()?; // [B, C]
        for ((logits, label), example) in logits.iter().zip(&batch.labels).zip(&batch.examples) {
            if *example < most {
                tally.add(logits, *label as usize);
            }
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
        let is_binary = self.classes == 2;
        Scores {
            loss: self.loss / examples,
            accuracy: self.correct as f64 / examples,
            f1: is_binary.then(|| self.f1()),
            matthews: is_binary.then(|| self.matthews()),
        }
    }

    fn f1(&self) -> f64 {
        let positives = 2 * self.true_positive + self.false_positive + self.false_negative;
        2.0 * self.true_positive as f64 / positives.max(1) as f64
    }

    /// (TP TN - FP FN) / sqrt((TP + FP) (TP + FN) (TN + FP) (TN + FN))
    fn matthews(&self) -> f64 {
        let [tp, fp, fn_] = [self.true_positive, self.false_positive, self.false_negative].map(|count| count as f64);
        let tn = self.examples as f64 - tp - fp - fn_;
        let product = (tp + fp) * (tp + fn_) * (tn + fp) * (tn + fn_);
        if product > 0.0 { (tp * tn - fp * fn_) / product.sqrt() } else { 0.0 }
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
        assert_eq!((scores.f1, scores.matthews), (Some(0.5), Some(0.0)));
        let loss = |margin: f64| (1.0 + (-margin).exp()).ln();
        let expected = (loss(2.0) + loss(-1.0) + loss(-1.0) + loss(3.0)) / 4.0;
        assert!((scores.loss - expected).abs() < 1e-12);
    }

    #[test]
    fn matthews_is_the_correlation_of_labels_and_predictions() {
        let of = |cases: &[(usize, usize, u64)]| {
            let mut tally = Tally::default();
            for (predicted, label, count) in cases {
                let logits: [f32; 2] = if *predicted == 1 { [0.0, 1.0] } else { [1.0, 0.0] };
                (0..*count).for_each(|_| tally.add(&logits, *label));
            }
            tally.scores().matthews.unwrap()
        };
        // sklearn.metrics.matthews_corrcoef of 6 TP, 3 TN, 1 FP, 2 FN
        assert!((of(&[(1, 1, 6), (0, 0, 3), (1, 0, 1), (0, 1, 2)]) - 0.478_091_443_733_757_45).abs() < 1e-12);
        assert_eq!(of(&[(0, 1, 4), (1, 0, 4)]), -1.0);
        assert_eq!(of(&[(1, 1, 4), (1, 0, 4)]), 0.0, "what is always the same correlates with nothing");
    }

    #[test]
    fn three_classes_have_neither_f1_nor_matthews() {
        let mut tally = Tally::default();
        tally.add(&[0.0, 1.0, 0.5], 1);
        tally.add(&[0.0, 1.0, 0.5], 2);
        let scores = tally.scores();
        assert_eq!((scores.accuracy, scores.f1, scores.matthews), (0.5, None, None));
    }
}
