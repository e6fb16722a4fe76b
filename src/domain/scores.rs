//! What scoring a set gives, and what follows from it.

use super::value::number;
use serde::{Deserialize, Serialize};

/// What the scoring of a whole set gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// mean cross-entropy, in nats
    pub loss: f64,
    /// fraction of examples
    pub accuracy: f64,
    /// of class 1, where there are two classes; 0 when class 1 is neither there nor predicted
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub f1: Option<f64>,
    /// mean of the F1 of every class, where there are more than two; a class that is neither there nor predicted counts
    /// as 0
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub macro_f1: Option<f64>,
    /// correlation of labels and predictions (Matthews 1975; Gorodkin 2004 for more than two classes); 0 when either is
    /// always the same. Absent in files from before it was measured
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matthews: Option<f64>,
    /// how many classes were predicted for at least one example; absent in what was stored before it was counted
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicted_classes: Option<u32>,
}

impl Scores {
    /// Without those that depend on the number of classes.
    pub fn of(loss: f64, accuracy: f64) -> Self {
        Self { loss, accuracy, ..Self::default() }
    }

    /// Score by score, over those that have it; nothing of none. Predicted classes have no mean.
    pub fn mean(all: impl Iterator<Item = Scores>) -> Option<Self> {
        let all: Vec<Scores> = all.collect();
        let mean = |score: fn(&Scores) -> Option<f64>| {
            let values: Vec<f64> = all.iter().filter_map(score).collect();
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        Some(Self {
            loss: mean(|scores| Some(scores.loss))?,
            accuracy: mean(|scores| Some(scores.accuracy))?,
            f1: mean(|scores| scores.f1),
            macro_f1: mean(|scores| scores.macro_f1),
            matthews: mean(|scores| scores.matthews),
            predicted_classes: None,
        })
    }

    /// What is wrong with scores that were read, where no scoring can have given them.
    pub fn check(&self) -> Result<(), String> {
        number("loss", self.loss, 0.0, f64::MAX)?;
        number("accuracy", self.accuracy, 0.0, 1.0)?;
        self.f1.map_or(Ok(()), |f1| number("f1", f1, 0.0, 1.0))?;
        self.macro_f1.map_or(Ok(()), |f1| number("macro_f1", f1, 0.0, 1.0))?;
        // a quotient of a product and a root, which may round beyond 1
        let within = |matthews: f64| matthews.clamp(-1.0, 1.0) - matthews;
        match self.matthews {
            Some(matthews) if within(matthews).abs() < 1e-9 => Ok(()),
            Some(matthews) => number("matthews", matthews, -1.0, 1.0),
            None => Ok(()),
        }
    }

    /// Whether every example was predicted to be of the same class; nothing where that cannot be known. The accuracy is
    /// then that class's share of the set, whatever the model learned.
    ///
    /// The predicted classes were counted, or there are two, whose scores tell it. Where both are there they must agree:
    /// of a set that has one class only, scores say nothing.
    pub fn predicts_one_class(&self) -> Option<bool> {
        let counted = self.predicted_classes.map(|classes| classes == 1);
        match (counted, self.one_class_by_scores()) {
            (Some(counted), Some(by_scores)) => Some(counted && by_scores),
            (counted, by_scores) => counted.or(by_scores),
        }
    }

    /// With both of two classes in the set, a correlation of 0 and no true positive (F1 = 0) mean that class 1 was never
    /// predicted, and a correlation of 0 and no true negative (F1 = 2 a / (1 + a) at accuracy a) that class 0 never was.
    fn one_class_by_scores(&self) -> Option<bool> {
        let (f1, matthews, accuracy) = (self.f1?, self.matthews?, self.accuracy);
        let no_true_negative = (f1 * (1.0 + accuracy) - 2.0 * accuracy).abs() < 1e-9;
        Some(matthews == 0.0 && (f1 == 0.0 || no_true_negative))
    }
}

/// What is said of a run whose scores are [`Scores::predicts_one_class`].
pub const ONE_CLASS: &str = "predicts one class only";
/// What follows from it.
pub const ONE_CLASS_MEANS: &str = "the accuracy is that class's share: the rate may be too low, or updates too few";

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores of a set with so many true and false positives and negatives, as they were stored before predicted
    /// classes were counted.
    fn scores([tp, fp, fn_, tn]: [f64; 4]) -> Scores {
        let product = (tp + fp) * (tp + fn_) * (tn + fp) * (tn + fn_);
        let matthews = if product > 0.0 { (tp * tn - fp * fn_) / product.sqrt() } else { 0.0 };
        let f1 = 2.0 * tp / (2.0 * tp + fp + fn_).max(1.0);
        let accuracy = (tp + tn) / (tp + fp + fn_ + tn);
        Scores { f1: Some(f1), matthews: Some(matthews), ..Scores::of(0.5, accuracy) }
    }

    #[test]
    fn two_classes_tell_by_their_scores_whether_one_alone_was_predicted() {
        for positives in 1..30 {
            for negatives in 1..30 {
                for (tp, tn) in (0..=positives).flat_map(|tp| (0..=negatives).map(move |tn| (tp, tn))) {
                    let counts = [tp, negatives - tn, positives - tp, tn].map(f64::from);
                    let one_class = tp + negatives - tn == 0 || tn + positives - tp == 0;
                    assert_eq!(scores(counts).predicts_one_class(), Some(one_class), "{counts:?}");
                }
            }
        }
    }

    #[test]
    fn predicted_classes_decide_where_they_were_counted() {
        let of = |predicted_classes| Scores { f1: None, matthews: None, predicted_classes, ..scores([1.0; 4]) };
        assert_eq!(
            [None, Some(1), Some(2)].map(|classes| of(classes).predicts_one_class()),
            [None, Some(true), Some(false)]
        );
    }
}
