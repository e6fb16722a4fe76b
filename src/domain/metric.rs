//! What can be measured of a run, and how it is called on charts and in event files.

use serde::{Deserialize, Serialize};

/// One curve a run draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    ValidAccuracy,
    ValidLoss,
    ValidF1,
    TrainLoss,
    TrainAccuracy,
    LearningRate,
    GradientNorm,
    PairsPerSecond,
}

impl Metric {
    /// In the order in which the `m` key goes through them.
    pub const ALL: [Metric; 8] = [
        Metric::ValidAccuracy,
        Metric::ValidLoss,
        Metric::ValidF1,
        Metric::TrainLoss,
        Metric::TrainAccuracy,
        Metric::LearningRate,
        Metric::GradientNorm,
        Metric::PairsPerSecond,
    ];

    /// Those whose values are part of a run's result. How fast it was trained is not.
    pub const MEASURED: [Metric; 7] = [
        Metric::ValidAccuracy,
        Metric::ValidLoss,
        Metric::ValidF1,
        Metric::TrainLoss,
        Metric::TrainAccuracy,
        Metric::LearningRate,
        Metric::GradientNorm,
    ];

    /// The name a person reads.
    pub fn title(self) -> &'static str {
        match self {
            Metric::ValidAccuracy => "validation accuracy",
            Metric::ValidLoss => "validation loss",
            Metric::ValidF1 => "validation F1",
            Metric::TrainLoss => "training loss",
            Metric::TrainAccuracy => "training accuracy",
            Metric::LearningRate => "learning rate",
            Metric::GradientNorm => "gradient norm",
            Metric::PairsPerSecond => "pairs per second",
        }
    }

    /// The name for a file, as the original experiment named its figure.
    pub fn file_name(self) -> &'static str {
        match self {
            Metric::ValidAccuracy => "valid-accuracy",
            Metric::ValidLoss => "valid-loss",
            Metric::ValidF1 => "valid-f1",
            Metric::TrainLoss => "train-loss",
            Metric::TrainAccuracy => "train-accuracy",
            Metric::LearningRate => "learning-rate",
            Metric::GradientNorm => "gradient-norm",
            Metric::PairsPerSecond => "pairs-per-second",
        }
    }

    /// Whether the metric is a fraction between 0 and 1.
    pub fn is_fraction(self) -> bool {
        matches!(self, Metric::ValidAccuracy | Metric::ValidF1 | Metric::TrainAccuracy)
    }

    /// Whether the validation set is scored for it; the others have a value at every update.
    pub fn is_of_validation(self) -> bool {
        matches!(self, Metric::ValidAccuracy | Metric::ValidLoss | Metric::ValidF1)
    }

    /// Whether a value is that of a single batch: noise at small batch sizes unless smoothed.
    pub fn is_of_a_batch(self) -> bool {
        !self.is_of_validation() && self != Metric::LearningRate
    }

    pub fn next(self) -> Self {
        let place = Self::ALL.iter().position(|metric| *metric == self).unwrap_or(0);
        Self::ALL[(place + 1) % Self::ALL.len()]
    }

    pub fn previous(self) -> Self {
        let place = Self::ALL.iter().position(|metric| *metric == self).unwrap_or(0);
        Self::ALL[(place + Self::ALL.len() - 1) % Self::ALL.len()]
    }
}
