//! Scores a set.

use crate::domain::batch::Batch;
use crate::domain::scores::Scores;
use crate::model::{Bert, Masks, Pass};
use candle_core::Result;

/// What scoring a set gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    pub scores: Scores,
    /// whether each example is classified correctly, in the order of the set
    pub correct: Vec<bool>,
}

/// Scores the first `most` examples of the batches' set without touching the model's state, with dropout left on where masks are given. Returns
/// `None` if `stop` requests it between two batches.
pub fn evaluate(
    model: &mut Bert,
    batches: &[Batch],
    masks: Option<&Masks>,
    most: u32,
    stop: &dyn Fn() -> bool,
) -> Result<Option<Scored>> {
    let (mut tally, mut correct) = (Confusion::default(), Vec::new());
    for batch in batches {
        if stop() {
            return Ok(None);
        }
        let logits: Vec<Vec<f32>> = model.logits(batch, Pass::Evaluate(masks))?.to_vec2()?; // [B, C]
        for ((logits, label), example) in logits.iter().zip(&batch.labels).zip(&batch.examples) {
            if *example < most {
                let place = *example as usize;
                correct.resize(correct.len().max(place + 1), false);
                correct[place] = tally.add(logits, *label as usize);
            }
        }
    }
    Ok(Some(Scored { scores: tally.scores(), correct }))
}

/// The confusion matrix and the loss of a scored set.
#[derive(Default)]
struct Confusion {
    classes: usize,
    examples: u64,
    /// \[C * C\] of each label, then of each prediction
    confusion: Vec<u64>,
    loss: f64,
}

impl Confusion {
    /// Whether the prediction is correct.
    fn add(&mut self, logits: &[f32], label: usize) -> bool {
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let predicted = logits.iter().position(|logit| *logit == largest).unwrap_or(0);
        // log of the sum of exponentials, shifted for range
        let sum: f64 = logits.iter().map(|logit| f64::from(logit - largest).exp()).sum();
        self.loss += sum.ln() + f64::from(largest) - f64::from(logits[label]);
        self.classes = logits.len();
        self.confusion.resize(self.classes * self.classes, 0);
        self.confusion[label * self.classes + predicted] += 1;
        self.examples += 1;
        predicted == label
    }

    fn scores(&self) -> Scores {
        let counts: Vec<Counts> = (0..self.classes).map(|class| self.counts(class)).collect();
        let correct: u64 = counts.iter().map(|class| class.correct).sum();
        let f1 = || counts.get(1).map_or(0.0, Counts::f1);
        let macro_f1 = || counts.iter().map(Counts::f1).sum::<f64>() / counts.len() as f64;
        Scores {
            loss: self.loss / self.examples.max(1) as f64,
            accuracy: correct as f64 / self.examples.max(1) as f64,
            f1: (self.classes == 2).then(f1),
            macro_f1: (self.classes > 2).then(macro_f1),
            matthews: (self.classes > 1).then(|| self.matthews(&counts, correct)),
            predicted_classes: Some(counts.iter().filter(|class| class.predicted > 0).count() as u32),
        }
    }

    fn counts(&self, class: usize) -> Counts {
        let cell = |label: usize, predicted: usize| self.confusion[label * self.classes + predicted];
        Counts {
            correct: cell(class, class),
            labelled: (0..self.classes).map(|predicted| cell(class, predicted)).sum(),
            predicted: (0..self.classes).map(|label| cell(label, class)).sum(),
        }
    }

    /// R_K of Gorodkin (2004): the covariance of labels and predictions over all classes, divided by the square root of
    /// the product of their variances. Of two classes it is (TP TN - FP FN) / sqrt((TP + FP) (TP + FN) (TN + FP) (TN + FN)).
    fn matthews(&self, counts: &[Counts], correct: u64) -> f64 {
        let sum = |term: fn(&Counts) -> f64| counts.iter().map(term).sum::<f64>();
        let (examples, correct) = (self.examples as f64, correct as f64);
        let covariance = correct * examples - sum(|class| class.labelled as f64 * class.predicted as f64);
        let of_labels = examples * examples - sum(|class| (class.labelled as f64).powi(2));
        let of_predictions = examples * examples - sum(|class| (class.predicted as f64).powi(2));
        let product = of_labels * of_predictions;
        if product > 0.0 { covariance / product.sqrt() } else { 0.0 }
    }
}

/// How often a class was predicted correctly, was the label, and was predicted.
struct Counts {
    correct: u64,
    labelled: u64,
    predicted: u64,
}

impl Counts {
    /// The harmonic mean of precision and recall; 0 for a class that is neither there nor predicted.
    fn f1(&self) -> f64 {
        2.0 * self.correct as f64 / (self.labelled + self.predicted).max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_match_their_definitions() {
        let mut tally = Confusion::default();
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
            let mut tally = Confusion::default();
            for (predicted, label, count) in cases {
                let logits: [f32; 2] = if *predicted == 1 { [0.0, 1.0] } else { [1.0, 0.0] };
                for _ in 0..*count {
                    tally.add(&logits, *label);
                }
            }
            tally.scores().matthews.unwrap()
        };
        // sklearn.metrics.matthews_corrcoef of 6 TP, 3 TN, 1 FP, 2 FN
        assert!((of(&[(1, 1, 6), (0, 0, 3), (1, 0, 1), (0, 1, 2)]) - 0.478_091_443_733_757_45).abs() < 1e-12);
        assert_eq!(of(&[(0, 1, 4), (1, 0, 4)]), -1.0);
        assert_eq!(of(&[(1, 1, 4), (1, 0, 4)]), 0.0, "what is always the same correlates with nothing");
    }

    #[test]
    fn more_classes_have_the_mean_of_their_f1_and_gorodkins_correlation() {
        let mut tally = Confusion::default();
        // labels 0, 0, 1, 1, 1, 2, 2, 3 against predictions 0, 1, 1, 1, 2, 2, 0, 2
        for (label, predicted) in [(0, 0), (0, 1), (1, 1), (1, 1), (1, 2), (2, 2), (2, 0), (3, 2)] {
            let mut logits = [0.0; 4];
            logits[predicted] = 1.0;
            tally.add(&logits, label);
        }
        let scores = tally.scores();
        assert_eq!((scores.accuracy, scores.f1), (0.5, None));
        // sklearn.metrics.f1_score(average="macro") and matthews_corrcoef of the same
        assert!((scores.macro_f1.unwrap() - 0.391_666_666_666_666_6).abs() < 1e-12);
        assert!((scores.matthews.unwrap() - 0.295_760_240_875_638_6).abs() < 1e-12);
    }

    #[test]
    fn predicted_classes_are_counted_whatever_the_labels_are() {
        let predicted = |logits: &[[f32; 3]]| {
            let mut tally = Confusion::default();
            logits.iter().enumerate().for_each(|(place, logits)| {
                tally.add(logits, place % 3);
            });
            tally.scores().predicted_classes
        };
        assert_eq!(predicted(&[[0.0, 1.0, 0.5]; 4]), Some(1));
        assert_eq!(predicted(&[[0.0, 1.0, 0.5], [2.0, 1.0, 0.5], [0.0, 1.0, 0.5]]), Some(2));
    }
}
