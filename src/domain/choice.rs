//! Settings of training that are one of several words.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// Dropout while training: the model's own rates, none, or one rate everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Dropout {
    #[default]
    On,
    Off,
    Rate(f64),
}

impl Serialize for Dropout {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Dropout::On => serializer.serialize_str("on"),
            Dropout::Off => serializer.serialize_str("off"),
            Dropout::Rate(rate) => serializer.serialize_f64(*rate),
        }
    }
}

impl<'de> Deserialize<'de> for Dropout {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Dropout;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("\"on\", \"off\" or a rate of at least 0 and below 1")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Dropout, E> {
                match text {
                    "on" => Ok(Dropout::On),
                    "off" => Ok(Dropout::Off),
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
            fn visit_f64<E: de::Error>(self, rate: f64) -> Result<Dropout, E> {
                if (0.0..1.0).contains(&rate) {
                    Ok(Dropout::Rate(rate))
                } else {
                    Err(E::invalid_value(de::Unexpected::Float(rate), &self))
                }
            }
            fn visit_i64<E: de::Error>(self, rate: i64) -> Result<Dropout, E> {
                self.visit_f64(rate as f64)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// The global norm at which gradients are clipped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ClipNorm {
    At(f64),
    Off,
}

impl ClipNorm {
    /// No gradient is clipped at an infinite norm.
    pub fn limit(self) -> f64 {
        match self {
            ClipNorm::At(norm) => norm,
            ClipNorm::Off => f64::INFINITY,
        }
    }
}

impl Serialize for ClipNorm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            ClipNorm::At(norm) => serializer.serialize_f64(*norm),
            ClipNorm::Off => serializer.serialize_str("off"),
        }
    }
}

impl<'de> Deserialize<'de> for ClipNorm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Norm(f64),
            Word(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Norm(norm) => Ok(ClipNorm::At(norm)),
            Written::Word(word) if word == "off" => Ok(ClipNorm::Off),
            Written::Word(word) => Err(de::Error::custom(format!("`{word}`, expected a number or \"off\""))),
        }
    }
}

/// What normalizes the hidden states. Gains and biases always start from LayerNorm's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Norm {
    /// over the features of one token (Ba, Kiros, Hinton 2016)
    #[default]
    Layer,
    /// over all real tokens of the batch, feature by feature (Ioffe, Szegedy 2015)
    Batch,
    /// by the root mean square of one token's features (Zhang, Sennrich 2019)
    Rms,
    /// gain and bias alone
    None,
}

impl Norm {
    pub const ALL: [Norm; 4] = [Norm::Layer, Norm::Batch, Norm::Rms, Norm::None];

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|norm| norm.name() == name)
    }

    /// As in a spec.
    pub fn name(self) -> &'static str {
        match self {
            Norm::Layer => "layer",
            Norm::Batch => "batch",
            Norm::Rms => "rms",
            Norm::None => "none",
        }
    }
}

/// In what the operands of the encoder layers' products are multiplied, forward and backward. Sums, and everything that is
/// kept, are float32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    #[default]
    F32,
    /// rounded to nearest, ties to even
    Bf16,
}

impl Precision {
    pub const ALL: [Precision; 2] = [Precision::F32, Precision::Bf16];

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|precision| precision.name() == name)
    }

    /// As in a spec.
    pub fn name(self) -> &'static str {
        match self {
            Precision::F32 => "f32",
            Precision::Bf16 => "bf16",
        }
    }
}

/// How the peak rate follows the batch size, against that of the reference batch size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LearningRateScaling {
    #[default]
    None,
    /// by the square root (Krizhevsky 2014, section 5)
    Sqrt,
    /// in proportion (Goyal et al. 2017)
    Linear,
    /// by the square root, and Adam's decay rates and epsilon with it (Malladi et al. 2022)
    #[serde(rename = "adam-sqrt")]
    AdamSqrt,
}

impl LearningRateScaling {
    pub const ALL: [LearningRateScaling; 4] = [
        LearningRateScaling::None,
        LearningRateScaling::Linear,
        LearningRateScaling::Sqrt,
        LearningRateScaling::AdamSqrt,
    ];

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scaling| scaling.name() == name)
    }

    /// As in a spec.
    pub fn name(self) -> &'static str {
        match self {
            LearningRateScaling::None => "none",
            LearningRateScaling::Sqrt => "sqrt",
            LearningRateScaling::Linear => "linear",
            LearningRateScaling::AdamSqrt => "adam-sqrt",
        }
    }

    /// What the rate is multiplied with. 1 at the reference.
    pub fn factor(self, batch_size: u32, reference: u32) -> f64 {
        let ratio = f64::from(batch_size) / f64::from(reference);
        match self {
            LearningRateScaling::None => 1.0,
            LearningRateScaling::Sqrt | LearningRateScaling::AdamSqrt => ratio.sqrt(),
            LearningRateScaling::Linear => ratio,
        }
    }
}

/// How much of the validation set a run is scored on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evaluation {
    #[default]
    Whole,
    /// as many full batches of the run's size as there are, in the order of the file: larger batches see fewer pairs
    FullBatches,
}

impl Evaluation {
    pub const ALL: [Evaluation; 2] = [Evaluation::Whole, Evaluation::FullBatches];

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|evaluation| evaluation.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Evaluation::Whole => "whole",
            Evaluation::FullBatches => "full-batches",
        }
    }
}
