//! One run: one instance of one cell, and everything that determines its result.

use super::choice::{ClipNorm, Evaluation, Norm, Precision};
use super::id::RunId;
use super::model::ModelConfig;
use super::numbers::Numbers;
use super::schedule::LinearSchedule;
use super::spec::NamedSet;
use super::value::{number, whole};
use serde::{Deserialize, Serialize};

/// Pairs that a run can see: as many as a chart's axis can tell apart.
const MOST_PAIRS: u64 = 1 << 53;

/// Raised whenever the same spec would give other numbers than before.
///
/// 4: tokens are those of transformers 5.24 (all files of a tokenizer, special tokens in a text, pairs cut longest-first),
/// and heads of checkpoints are kept only where they fit.
pub const NUMERICS: u32 = 4;

/// All that determines a run's result, and nothing else: not the host, the time or the number of workers.
/// Its canonical JSON is what a [`RunId`] is a digest of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunSpec {
    pub numerics: u32,
    pub batch_size: u32,
    /// which instance of its cell
    pub iid: u32,
    pub seed: u32,
    pub data: DataIdentity,
    pub model: ModelIdentity,
    pub epochs: u32,
    /// where they are not those of the epochs, which then only say how often the validation set is scored
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updates: Option<u64>,
    /// peak rate, scaled to the batch size where it is
    pub learning_rate: f64,
    pub warmup_ratio: f64,
    pub weight_decay: f64,
    pub clip_norm: ClipNorm,
    pub evaluations_per_epoch: u32,
    pub shuffle: bool,
    pub dropout: DropoutRates,
    /// absent from the digest where it is false, as in nearly every run
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dropout_at_evaluation: bool,
    /// absent from the digest where it is the whole set, as in nearly every run
    #[serde(default, skip_serializing_if = "is_whole")]
    pub evaluation: Evaluation,
    pub norm: Norm,
    /// absent from the digest where it is float32, as in nearly every run
    #[serde(default, skip_serializing_if = "is_f32")]
    pub precision: Precision,
    /// batches of an update; absent from the digest where it is 1
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub accumulate: u32,
    /// the batch size whose gradient noise it has; absent from the digest where it is its own
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise_of: Option<u32>,
    /// the seed of the head, which is then that of instance 0; absent from the digest where it is the run's own
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_seed: Option<u32>,
    /// the same of the order of the pairs
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_seed: Option<u32>,
    /// the same of the dropout masks
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropout_seed: Option<u32>,
    /// what was added later: absent from the digest where it is the default
    #[serde(flatten)]
    pub numbers: Numbers,
}

fn one() -> u32 {
    1
}

fn is_one(count: &u32) -> bool {
    *count == 1
}

fn is_f32(precision: &Precision) -> bool {
    *precision == Precision::F32
}

fn is_whole(evaluation: &Evaluation) -> bool {
    *evaluation == Evaluation::Whole
}

/// The examples as the model sees them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataIdentity {
    /// digest of the encoded training examples
    pub train: String,
    pub train_examples: u32,
    /// digest of the encoded validation examples
    pub validation: String,
    pub validation_examples: u32,
    pub classes: u32,
    /// further sets that are scored at the end; absent from the digest where there are none, as in most runs
    #[serde(rename = "also", default, skip_serializing_if = "Vec::is_empty")]
    pub further_sets: Vec<SetIdentity>,
}

impl DataIdentity {
    pub fn check(&self) -> Result<(), String> {
        whole("train_examples", self.train_examples, 1, u32::MAX)?;
        whole("validation_examples", self.validation_examples, 1, u32::MAX)?;
        whole("classes", self.classes, 1, u32::MAX)
    }
}

/// A set that is scored at the end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetIdentity {
    pub set: NamedSet,
    /// digest of the encoded examples
    pub digest: String,
    pub examples: u32,
}

/// The weights a run starts from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelIdentity {
    pub config: ModelConfig,
    /// digest of the weights; "random-SEED" where they are drawn
    pub weights: String,
}

/// Probabilities of dropping a value while training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DropoutRates {
    /// after the embeddings and before both residual additions of a layer
    pub hidden: f64,
    pub attention: f64,
    pub classifier: f64,
}

impl DropoutRates {
    pub const OFF: DropoutRates = DropoutRates { hidden: 0.0, attention: 0.0, classifier: 0.0 };

    /// The model's own.
    pub fn of(config: &ModelConfig) -> Self {
        Self {
            hidden: config.hidden_dropout_prob,
            attention: config.attention_probs_dropout_prob,
            classifier: config.classifier_dropout.unwrap_or(config.hidden_dropout_prob),
        }
    }
}

impl RunSpec {
    /// What is wrong with a run that was read, and no spec can have planned: what the numbers below rely on.
    pub fn check(&self) -> Result<(), String> {
        self.data.check()?;
        self.model.config.check()?;
        let examples = self.data.train_examples;
        whole("batch_size", self.batch_size, 1, examples)?;
        whole("accumulate", self.accumulate, 1, examples / self.batch_size)?;
        whole("noise_of", self.noise_of.unwrap_or(1), 1, self.pairs_per_update())?;
        whole("iid", self.iid, 0, 9_999)?;
        whole("epochs", self.epochs, 1, 1_000_000)?;
        whole("updates", self.updates(), 1, MOST_PAIRS / u64::from(self.pairs_per_update()))?;
        whole("evaluations_per_epoch", self.evaluations_per_epoch, 1, 1_000_000)?;
        if self.evaluation == Evaluation::FullBatches {
            whole("batch_size", self.batch_size, 1, self.data.validation_examples)?;
        }
        number("learning_rate", self.learning_rate, f64::MIN_POSITIVE, f64::MAX)?;
        number("warmup_ratio", self.warmup_ratio, 0.0, 1.0)?;
        number("weight_decay", self.weight_decay, 0.0, f64::MAX)?;
        if let ClipNorm::At(norm) = self.clip_norm {
            number("clip_norm", norm, f64::MIN_POSITIVE, f64::MAX)?;
        }
        let DropoutRates { hidden, attention, classifier } = self.dropout;
        let rates = [("dropout.hidden", hidden), ("dropout.attention", attention), ("dropout.classifier", classifier)];
        rates.into_iter().try_for_each(|(name, rate)| number(name, rate, 0.0, 1.0))
    }

    /// Pairs that an update averages over.
    pub fn pairs_per_update(&self) -> u32 {
        self.batch_size.saturating_mul(self.accumulate)
    }

    /// Updates of one epoch; pairs that do not fill one are left out of that epoch.
    pub fn updates_per_epoch(&self) -> u64 {
        u64::from(self.data.train_examples / self.pairs_per_update())
    }

    /// Seed and instance that the head is drawn from.
    pub fn head_source(&self) -> (u32, u32) {
        self.source(self.head_seed)
    }

    /// Those of the order of the pairs.
    pub fn order_source(&self) -> (u32, u32) {
        self.source(self.order_seed)
    }

    /// Those of the dropout masks.
    pub fn dropout_source(&self) -> (u32, u32) {
        self.source(self.dropout_seed)
    }

    /// A seed of its own is the same for every instance.
    fn source(&self, own: Option<u32>) -> (u32, u32) {
        own.map_or((self.seed, self.iid), |seed| (seed, 0))
    }

    /// Updates of the whole run.
    pub fn updates(&self) -> u64 {
        self.updates.unwrap_or_else(|| self.updates_per_epoch() * u64::from(self.epochs))
    }

    /// The learning rate of each update.
    pub fn schedule(&self) -> LinearSchedule {
        LinearSchedule::new(self.learning_rate, self.warmup_ratio, self.updates())
    }

    /// Epochs that the run begins; fewer or more than `epochs` where the updates are given.
    pub fn epochs_begun(&self) -> u64 {
        self.updates().div_ceil(self.updates_per_epoch().max(1))
    }

    /// The run that ends with the same weights and scores them plainly, where this one scores otherwise. Not with batch
    /// norm, whose running statistics are no part of kept weights.
    pub fn scored_plainly(&self) -> Option<RunSpec> {
        let otherwise = self.dropout_at_evaluation || self.evaluation != Evaluation::Whole;
        let plain = || RunSpec { dropout_at_evaluation: false, evaluation: Evaluation::Whole, ..self.clone() };
        (otherwise && self.norm != Norm::Batch).then(plain)
    }

    /// Validation examples that the run is scored on, from the first on.
    pub fn scored_examples(&self) -> u32 {
        let examples = self.data.validation_examples;
        match self.evaluation {
            Evaluation::Whole => examples,
            Evaluation::FullBatches => examples - examples % self.batch_size,
        }
    }

    /// `on` where the rates are the model's own, `off`, or the rates.
    pub fn dropout_in_words(&self) -> String {
        let DropoutRates { hidden, attention, classifier } = self.dropout;
        match self.dropout {
            DropoutRates::OFF => "off".into(),
            rates if rates == DropoutRates::of(&self.model.config) => "on".into(),
            _ if hidden == attention && hidden == classifier => hidden.to_string(),
            _ => format!("hidden {hidden}, attention {attention}, classifier {classifier}"),
        }
    }

    /// Training pairs that went through the model when `step` updates are done.
    pub fn pairs_seen(&self, step: u64) -> u64 {
        step * u64::from(self.pairs_per_update())
    }

    /// Evaluations of the whole run, the one before the first update included.
    pub fn evaluations(&self) -> u64 {
        1 + self.evaluations_while_training()
    }

    /// More than one an update would be the same ones.
    fn evaluations_while_training(&self) -> u64 {
        (u64::from(self.epochs) * u64::from(self.evaluations_per_epoch)).min(self.updates())
    }

    /// Whether the validation set is scored after `step` updates: before the first, and then evenly up to the last.
    pub fn evaluates_after(&self, step: u64) -> bool {
        let [step, updates, evaluations] = [step, self.updates(), self.evaluations_while_training()].map(u128::from);
        if step == 0 || evaluations == 0 {
            return step == 0;
        }
        // the k-th is after round(k U / e) updates, here rounded once, and without floats: the smallest k that may hit
        let k = (evaluations * (2 * step - 1)).div_ceil(2 * updates);
        k <= evaluations && (2 * k * updates + evaluations) / (2 * evaluations) == step
    }
}

/// A run with its place in the sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedRun {
    pub id: RunId,
    /// the first arm that asked for it
    pub arm: String,
    pub spec: RunSpec,
    /// whether the store keeps its final weights
    pub keep_weights: bool,
}

impl PlannedRun {
    /// Instance after instance. What only scores otherwise comes an instance later, when the weights are there.
    pub fn turn(&self) -> u32 {
        self.spec.iid + u32::from(self.spec.scored_plainly().is_some())
    }
}

#[cfg(test)]
#[path = "../../tests/it/support/made_up.rs"]
pub(crate) mod made_up;

#[cfg(test)]
mod tests {
    use super::made_up::spec as example;
    use super::{Precision, RunSpec};

    #[test]
    fn the_last_partial_batch_is_dropped() {
        assert_eq!(example(8, 30).updates(), 6);
        assert_eq!(example(8, 30).pairs_seen(6), 48);
    }

    #[test]
    fn only_a_precision_other_than_float32_is_part_of_what_is_hashed() {
        let mut spec = example(8, 30);
        let keys = |spec: &RunSpec| serde_json::to_value(spec).unwrap();
        assert_eq!(keys(&spec).get("precision"), None);
        spec.precision = Precision::Bf16;
        assert_eq!(keys(&spec)["precision"], "bf16");
        assert_eq!(serde_json::from_value::<RunSpec>(keys(&spec)).unwrap(), spec);
    }

    #[test]
    fn evaluations_come_first_and_at_every_epoch_end() {
        let spec = example(8, 30);
        let steps: Vec<u64> = (0..=spec.updates()).filter(|step| spec.evaluates_after(*step)).collect();
        assert_eq!(steps, [0, 3, 6]);
    }

    #[test]
    fn evaluations_within_an_epoch_are_even_and_never_more_than_its_updates() {
        let mut spec = example(3, 30);
        spec.evaluations_per_epoch = 3;
        let steps: Vec<u64> = (0..=10).filter(|step| spec.evaluates_after(*step)).collect();
        assert_eq!(steps, [0, 3, 7, 10]);
        spec.evaluations_per_epoch = 100;
        assert_eq!((0..=20).filter(|step| spec.evaluates_after(*step)).count(), 21);
        assert_eq!(spec.evaluations(), 21);
    }

    /// Runs that were trained when evaluations were still counted epoch by epoch keep their steps.
    #[test]
    fn evaluations_are_the_same_in_every_epoch() {
        for (batch_size, per_epoch) in [(1, 4), (2, 7), (3, 3), (7, 2), (4, 100)] {
            let mut spec = example(batch_size, 30);
            spec.epochs = 3;
            spec.evaluations_per_epoch = per_epoch;
            let updates = spec.updates_per_epoch();
            let e = u64::from(per_epoch).min(updates);
            for step in 1..=spec.updates() {
                let within = (step - 1) % updates + 1;
                let expected = (0..=e).any(|k| (2 * k * updates + e) / (2 * e) == within);
                assert_eq!(spec.evaluates_after(step), expected, "{batch_size} {per_epoch} {step}");
            }
        }
    }

    #[test]
    fn given_updates_are_scored_at_the_same_fractions() {
        let mut spec = example(8, 80);
        spec.evaluations_per_epoch = 2;
        for (updates, expected) in [(100, vec![0, 25, 50, 75, 100]), (5, vec![0, 1, 3, 4, 5]), (2, vec![0, 1, 2])] {
            spec.updates = Some(updates);
            let steps: Vec<u64> = (0..=updates).filter(|step| spec.evaluates_after(*step)).collect();
            assert_eq!(steps, expected);
            assert_eq!(spec.evaluations(), expected.len() as u64);
        }
        spec.updates = Some(21);
        assert_eq!(spec.epochs_begun(), 3);
    }
}
