//! What can be measured of a run: one table of metrics, from which charts, columns, filters and files take their names,
//! units, order and values.

use super::point::{GradientPoint, UpdatePoint};
use super::scores::Scores;
use super::symbol::Symbol;
use serde::{Deserialize, Serialize};

/// One curve of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    ValidAccuracy,
    ValidLoss,
    ValidF1,
    ValidMacroF1,
    ValidMatthews,
    /// validation accuracy less that of the baseline's run of the same batch size and instance
    AccuracyDifference,
    LossDifference,
    TrainLoss,
    TrainAccuracy,
    LearningRate,
    GradientNorm,
    PairsPerSecond,
    NoiseScale,
    SignalShare,
    ClippedShare,
    UpdateRatio,
    Distance,
    /// what another program calls so
    #[serde(skip)]
    Logged(Symbol),
}

use Metric::*;

/// Which of two values is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    Higher,
    Lower,
    /// neither is
    None,
}

/// What the values of a metric are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// of examples
    Fraction,
    /// a score from 0 to 1 that is no share of anything
    Score,
    Nats,
    /// its name says it, or there is none
    None,
}

/// Where a value comes from.
#[derive(Clone, Copy)]
pub enum Source {
    /// every evaluation; nothing where it does not fit the number of classes
    Evaluation(fn(&Scores) -> Option<f64>),
    /// every update
    Update(fn(&UpdatePoint) -> f64),
    /// every evaluation but the first: of the updates before it
    Gradient(fn(&GradientPoint) -> Option<f64>),
    /// every evaluation of two runs: this metric of one less that of the other
    Difference(Metric),
    /// the time between updates
    Time,
    /// what another program has logged under this name
    Series(Symbol),
}

#[derive(Clone, Copy)]
struct Entry {
    metric: Metric,
    /// for a person, where the set it is measured on is known
    label: &'static str,
    /// the name of its column
    column: &'static str,
    /// the name of its value in JSON, CSV and event files
    tag: &'static str,
    /// for a person
    title: &'static str,
    /// for a file, as the original experiment named its figure
    file_name: &'static str,
    unit: Unit,
    better: Better,
    source: Source,
}

const fn entry(
    metric: Metric,
    [label, column, tag]: [&'static str; 3],
    [title, file_name]: [&'static str; 2],
    unit: Unit,
    better: Better,
    source: Source,
) -> Entry {
    Entry { metric, label, column, tag, title, file_name, unit, better, source }
}

/// In the order of [`Metric`], which is that of the `m` key.
#[rustfmt::skip]
const METRICS: [Entry; 17] = [
    entry(ValidAccuracy, ["accuracy", "acc", "accuracy"], ["validation accuracy", "valid-accuracy"],
        Unit::Fraction, Better::Higher, Source::Evaluation(|scores| Some(scores.accuracy))),
    entry(ValidLoss, ["loss", "loss", "loss"], ["validation loss", "valid-loss"],
        Unit::Nats, Better::Lower, Source::Evaluation(|scores| Some(scores.loss))),
    entry(ValidF1, ["F1", "f1", "f1"], ["validation F1", "valid-f1"],
        Unit::Score, Better::Higher, Source::Evaluation(|scores| scores.f1)),
    entry(ValidMacroF1, ["macro F1", "macro_f1", "macro_f1"], ["validation macro F1", "valid-macro-f1"],
        Unit::Score, Better::Higher, Source::Evaluation(|scores| scores.macro_f1)),
    entry(ValidMatthews, ["Matthews", "matthews", "matthews"], ["validation Matthews correlation", "valid-matthews"],
        Unit::None, Better::Higher, Source::Evaluation(|scores| scores.matthews)),
    entry(AccuracyDifference, ["accuracy minus baseline", "diff", "accuracy_difference"],
        ["validation accuracy minus baseline", "valid-accuracy-difference"],
        Unit::Fraction, Better::Higher, Source::Difference(ValidAccuracy)),
    entry(LossDifference, ["loss minus baseline", "loss_diff", "loss_difference"],
        ["validation loss minus baseline", "valid-loss-difference"],
        Unit::Nats, Better::Lower, Source::Difference(ValidLoss)),
    entry(TrainLoss, ["loss", "train_loss", "loss"], ["training loss", "train-loss"],
        Unit::Nats, Better::Lower, Source::Update(|point| point.loss.into())),
    entry(TrainAccuracy, ["accuracy", "train_acc", "accuracy"], ["training accuracy", "train-accuracy"],
        Unit::Fraction, Better::Higher, Source::Update(|point| point.accuracy.into())),
    entry(LearningRate, ["learning rate", "lr", "learning_rate"], ["learning rate", "learning-rate"],
        Unit::None, Better::None, Source::Update(|point| point.learning_rate)),
    entry(GradientNorm, ["gradient norm", "norm", "gradient_norm"], ["gradient norm", "gradient-norm"],
        Unit::None, Better::None, Source::Update(|point| point.gradient_norm.into())),
    entry(PairsPerSecond, ["pairs per second", "pairs/s", "pairs_per_second"], ["pairs per second", "pairs-per-second"],
        Unit::None, Better::Higher, Source::Time),
    entry(NoiseScale, ["noise scale", "noise", "noise_scale"], ["gradient noise scale", "noise-scale"],
        Unit::None, Better::None, Source::Gradient(|point| point.noise_scale)),
    entry(SignalShare, ["signal share", "signal", "signal_share"], ["signal share of the gradient", "signal-share"],
        Unit::Fraction, Better::None, Source::Gradient(|point| point.signal_share)),
    entry(ClippedShare, ["clipped updates", "clipped", "clipped_share"], ["share of clipped updates", "clipped-share"],
        Unit::Fraction, Better::None, Source::Gradient(|point| Some(point.clipped_share))),
    entry(UpdateRatio, ["update ratio", "update_ratio", "update_ratio"], ["update-to-weight ratio", "update-ratio"],
        Unit::None, Better::None, Source::Gradient(|point| Some(point.update_ratio))),
    entry(Distance, ["distance", "distance", "distance"], ["distance from the start", "distance"],
        Unit::None, Better::None, Source::Gradient(|point| Some(point.distance))),
];

/// A metric of another program, of which only the name is known.
fn logged(name: Symbol) -> Entry {
    let metric = Logged(name);
    let source = Source::Series(name);
    entry(metric, [name.as_str(); 3], [name.as_str(); 2], Unit::None, Better::None, source)
}

/// Names of sets that are scored rather than trained on, as they occur in names of metrics.
const SCORED_SETS: [&str; 7] = ["eval", "evaluation", "valid", "validation", "val", "dev", "test"];

impl Metric {
    /// All of our own, in the order in which the `m` key goes through them.
    pub const ALL: [Metric; METRICS.len()] = {
        let mut all = [ValidAccuracy; METRICS.len()];
        let mut place = 0;
        while place < METRICS.len() {
            all[place] = METRICS[place].metric;
            place += 1;
        }
        all
    };

    /// What scoring a set gives.
    pub const SCORES: [Metric; 5] = [ValidAccuracy, ValidLoss, ValidF1, ValidMacroF1, ValidMatthews];

    fn entry(self) -> Entry {
        match self {
            Logged(name) => logged(name),
            // all of them are in the table
            known => METRICS[METRICS.iter().position(|entry| entry.metric == known).unwrap_or_default()],
        }
    }

    /// The name a person reads.
    pub fn title(self) -> &'static str {
        self.entry().title
    }

    /// The name a person reads beside the set that it is measured on.
    pub fn label(self) -> &'static str {
        self.entry().label
    }

    /// The name of its column, and the one that is its key in JSON, CSV and event files: a filter knows both.
    pub fn names(self) -> [&'static str; 2] {
        [self.entry().column, self.tag()]
    }

    pub fn tag(self) -> &'static str {
        self.entry().tag
    }

    /// The name for a file, as the original experiment named its figure.
    pub fn file_name(self) -> &'static str {
        match self {
            Logged(name) => {
                let plain = name.as_str().replace(|c: char| !c.is_alphanumeric() && c != '_', "-");
                Symbol::of(&plain).as_str()
            }
            known => known.entry().file_name,
        }
    }

    /// The metric of this name for a file.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.file_name() == name)
    }

    /// What its values are counted in, where its name does not say it.
    pub fn unit(self) -> Option<&'static str> {
        match self.entry().unit {
            Unit::Fraction => Some("fraction"),
            Unit::Nats => Some("nats"),
            Unit::Score | Unit::None => None,
        }
    }

    /// Whether its values lie between 0 and 1.
    pub fn is_fraction(self) -> bool {
        matches!(self.entry().unit, Unit::Fraction | Unit::Score) && self.compared().is_none()
    }

    pub fn better(self) -> Better {
        self.entry().better
    }

    pub fn source(self) -> Source {
        self.entry().source
    }

    /// Its value among scores; nothing where it is not one of them.
    pub fn of(self, scores: &Scores) -> Option<f64> {
        match self.source() {
            Source::Evaluation(value) => value(scores),
            _ => None,
        }
    }

    /// What a difference to the baseline is the difference of; nothing for what is measured itself.
    pub fn compared(self) -> Option<Metric> {
        match self.source() {
            Source::Difference(of) => Some(of),
            _ => None,
        }
    }

    /// Whether it is a part of a run's result. How fast it was trained is not, nor is another run.
    pub fn is_measured(self) -> bool {
        matches!(self.source(), Source::Evaluation(_) | Source::Update(_) | Source::Gradient(_) | Source::Series(_))
    }

    /// Whether the validation set is scored for it.
    pub fn is_of_validation(self) -> bool {
        match self.source() {
            Source::Evaluation(_) | Source::Difference(_) => true,
            Source::Series(name) => {
                let mut words = name.as_str().split(|c: char| !c.is_alphanumeric());
                words.any(|word| SCORED_SETS.iter().any(|set| word.eq_ignore_ascii_case(set)))
            }
            Source::Update(_) | Source::Gradient(_) | Source::Time => false,
        }
    }

    /// Whether a value is that of a single batch: noise at small batch sizes unless smoothed. What another program logs
    /// between evaluations is taken to be so, but for a learning rate.
    pub fn is_of_a_batch(self) -> bool {
        match self {
            LearningRate => false,
            Logged(name) if name.as_str().ends_with("learning_rate") || name.as_str().ends_with("lr") => false,
            _ => !self.is_of_validation() && !matches!(self.source(), Source::Gradient(_)),
        }
    }
}

impl Scores {
    /// Those that are there.
    pub fn named(&self) -> impl Iterator<Item = (Metric, f64)> {
        Metric::SCORES.into_iter().filter_map(|metric| Some((metric, metric.of(self)?)))
    }

    /// Those that are there, by their tags and in their order in files: the loss stands first there.
    pub fn by_tag(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let mut scores = Metric::SCORES;
        scores.swap(0, 1);
        scores.into_iter().filter_map(|metric| Some((metric.tag(), metric.of(self)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_metrics_and_names_each_once() {
        assert!(METRICS.is_sorted_by_key(|entry| entry.metric));
        for (place, metric) in Metric::ALL.into_iter().enumerate() {
            assert_eq!(metric.title(), METRICS[place].title, "{metric:?}");
            assert_eq!(Metric::named(metric.file_name()), Some(metric));
        }
        let names: Vec<_> = Metric::SCORES.iter().flat_map(|metric| metric.names()).collect();
        assert_eq!(
            names,
            ["acc", "accuracy", "loss", "loss", "f1", "f1", "macro_f1", "macro_f1", "matthews", "matthews"]
        );
    }

    #[test]
    fn a_metric_of_another_program_goes_by_its_name() {
        let of = |name: &str| Logged(Symbol::of(name));
        assert_eq!((of("eval/accuracy").title(), of("eval/accuracy").file_name()), ("eval/accuracy", "eval-accuracy"));
        for scored in ["eval/accuracy", "eval_loss", "val_acc", "Test/F1"] {
            assert!(of(scored).is_of_validation() && !of(scored).is_of_a_batch(), "{scored}");
        }
        for trained in ["loss", "train/loss", "evaluated"] {
            assert!(!of(trained).is_of_validation() && of(trained).is_of_a_batch(), "{trained}");
        }
        assert!(!of("train/learning_rate").is_of_a_batch());
    }

    #[test]
    fn scores_that_are_not_there_have_no_tag() {
        let scores = Scores { matthews: Some(-0.5), ..Scores::of(0.6, 0.5) };
        assert_eq!(scores.by_tag().collect::<Vec<_>>(), [("loss", 0.6), ("accuracy", 0.5), ("matthews", -0.5)]);
        assert_eq!((ValidF1.of(&scores), TrainLoss.of(&scores)), (None, None));
    }
}
