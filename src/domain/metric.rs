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
}

impl Metric {
    /// In the order in which the `m` key goes through them.
    pub const ALL: [Metric; 7] = [
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
        }
    }

    /// Whether the metric is a fraction between 0 and 1.
    pub fn is_fraction(self) -> bool {
        matches!(self, Metric::ValidAccuracy | Metric::ValidF1 | Metric::TrainAccuracy)
    }

    pub fn next(self) -> Self {
        let place = Self::ALL.iter().position(|metric| *metric == self).unwrap_or(0);
        Self::ALL[(place + 1) % Self::ALL.len()]
    }
}
