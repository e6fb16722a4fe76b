//! From a spec to everything its runs read. Errors of a sweep are found here, before the first update.

use super::error::PrepareError;
use super::sets::read_sets;
use super::sources::Sources;
use crate::data::{Examples, PairTokenizer, WordRows, evaluation_batches, files_of, split};
use crate::domain::arm::Arm;
use crate::domain::batch::Batch;
use crate::domain::classifier::{Classifier, HeadChoice};
use crate::domain::model::ModelConfig;
use crate::domain::run::{DataIdentity, ModelIdentity, SetIdentity};
use crate::domain::spec::{EMBEDDED, EMBEDDED_LEARNING_RATE, EMBEDDED_RANDOM, Model, NamedSet, Spec, Validation};
use crate::domain::train::Train;
use crate::model::{self, ModelRequest, Pretrained, Weights};
use crate::plan::SweepPlan;
use crate::spec_file::add_arms;
use crate::store::ExperimentInputs;
use std::path::Path;

/// Examples scored at once. More would cost memory and not be faster.
const EVALUATION_BATCH: usize = 64;

/// Everything the runs of a sweep share.
pub struct Prepared {
    pub spec: Spec,
    pub train: Examples,
    pub validation: Vec<Batch>,
    /// further sets, to be scored at the end
    pub further_sets: Vec<(NamedSet, Vec<Batch>)>,
    /// names of the classes in the order of their numbers
    pub classes: Vec<String>,
    /// remarks about the data and the model, for people
    pub notes: Vec<String>,
    /// \[V\] word of each row of the word table
    pub words: Vec<u32>,
    pub weights: Weights,
    pub data: DataIdentity,
    pub model: ModelIdentity,
    /// where the classifier comes from
    pub classifier: Classifier,
}

/// Reads, checks and encodes what a spec names.
pub fn prepare(spec: Spec, sources: &Sources) -> Result<Prepared, PrepareError> {
    let (place, sets) = read_sets(&spec.task, &|| sources.hub())?;
    let classes = sets.classes.names().to_vec();
    let folder = sources.model(&spec.model.source)?;
    let (tokenizer, pretrained) = read_model(&spec, folder.as_deref(), classes.len(), &classes)?;
    let Pretrained { config, weights, classifier, notes: of_model } = pretrained;
    let (found, positions) = (spec.task.max_length, config.max_position_embeddings);
    if found > positions {
        return Err(PrepareError::TooLong { found, positions });
    }
    let mut train = Examples::encode(&sets.train, &tokenizer)?;
    let mut validation = match (spec.task.validation, sets.validation) {
        (Validation::Fraction(share), _) => {
            let (rest, chosen) = split(&train, share, spec.train.seed)?;
            train = rest;
            chosen
        }
        (Validation::Set(_), Some(examples)) => Examples::encode(&examples, &tokenizer)?,
        (Validation::Set(set), None) => return Err(PrepareError::NoSet { place, names: files_of(set) }),
    };
    let mut further_sets = Vec::new();
    for (set, examples) in &sets.further_sets {
        further_sets.push((*set, Examples::encode(examples, &tokenizer)?));
    }
    let further_examples = || further_sets.iter().map(|(_, examples)| examples);
    for examples in [&train, &validation].into_iter().chain(further_examples()) {
        check(examples, &config)?;
    }
    let identity = |(set, examples): &(NamedSet, Examples)| SetIdentity {
        set: *set,
        digest: examples.digest(),
        examples: examples.len() as u32,
    };
    let data = DataIdentity {
        train: train.digest(),
        train_examples: train.len() as u32,
        validation: validation.digest(),
        validation_examples: validation.len() as u32,
        classes: classes.len() as u32,
        further_sets: further_sets.iter().map(identity).collect(),
    };
    let rows = WordRows::used_by(&[&train, &validation].into_iter().chain(further_examples()).collect::<Vec<_>>());
    for examples in
        [&mut train, &mut validation].into_iter().chain(further_sets.iter_mut().map(|(_, examples)| examples))
    {
        rows.renumber(examples);
    }
    let mut notes = sets.notes;
    notes.extend(of_model);
    notes.push(format!("classifier: {classifier}"));
    notes.extend(tokenizer.notes().iter().cloned());
    if weights.lacks_pooler() && spec.model.reinitialize.is_none() {
        let source = &spec.model.source;
        notes.push(format!(
            "{source} has no pooler, as models of other tasks often have none: it is drawn like the classifier"
        ));
    }
    if spec.model.source == EMBEDDED && spec.train.learning_rate <= Train::default().learning_rate {
        notes.push(format!(
            "train.learning_rate is {:e}, which is low for the embedded model: its runs may end predicting one class only. \
             {EMBEDDED_LEARNING_RATE:e} suits it",
            spec.train.learning_rate
        ));
    }
    let model = ModelIdentity { config, weights: weights.identity.clone() };
    let batches = |examples: &Examples| evaluation_batches(examples, EVALUATION_BATCH);
    let prepared = Prepared {
        spec,
        validation: batches(&validation),
        further_sets: further_sets.iter().map(|(set, examples)| (*set, batches(examples))).collect(),
        train,
        words: rows.words().to_vec(),
        weights,
        data,
        model,
        classifier,
        classes,
        notes,
    };
    for arm in &prepared.spec.arms {
        prepared.plan().runs(arm)?;
    }
    Ok(prepared)
}

/// The `vocab.txt` that is compiled into the program.
pub fn embedded_vocabulary() -> &'static [u8] {
    include_bytes!("../../data/demo/vocab.txt")
}

/// The model that a spec names, for so many classes of these names (see [`ModelRequest`]), in its folder if it has one, and the
/// tokenizer that goes with it.
pub fn read_model(
    spec: &Spec,
    folder: Option<&Path>,
    classes: usize,
    names: &[String],
) -> Result<(PairTokenizer, Pretrained), PrepareError> {
    let max_length = spec.task.max_length;
    let wanted = ModelRequest { classes, names, head: spec.model.head };
    let Some(folder) = folder else {
        let place = "embedded vocab.txt";
        let tokenizer = PairTokenizer::from_vocabulary(place, embedded_vocabulary(), true, max_length)?;
        let pretrained = match spec.model.source.as_str() {
            EMBEDDED_RANDOM => model::draw_embedded(wanted, spec.train.seed)?,
            _ => model::read_embedded(wanted)?,
        };
        return Ok((tokenizer, part(spec, pretrained)?));
    };
    let pretrained = part(spec, model::read_folder(folder, wanted)?)?;
    Ok((PairTokenizer::from_folder(folder, max_length)?, pretrained))
}

/// What `[model]` takes of a checkpoint.
fn part(spec: &Spec, mut pretrained: Pretrained) -> Result<Pretrained, PrepareError> {
    if let Some(given) = spec.model.layers {
        let wrong = |cause| PrepareError::Layers { key: "layers", given, cause };
        pretrained = pretrained.with_layers(given as usize).map_err(wrong)?;
    }
    if let Some(given) = spec.model.reinitialize {
        if spec.model.head == Some(HeadChoice::Keep) {
            return Err(PrepareError::HeadWithoutPooler);
        }
        if Model::is_embedded(&spec.model.source) {
            // its own is that of a classifier on a pooler that is kept (data/README.md)
            pretrained.config.initializer_range = ModelConfig::BERT_INITIALIZER_RANGE;
        }
        let wrong = |cause| PrepareError::Layers { key: "reinitialize", given, cause };
        pretrained = pretrained.reinitialized(given as usize).map_err(wrong)?;
    }
    Ok(pretrained)
}

fn check(examples: &Examples, config: &ModelConfig) -> Result<(), PrepareError> {
    if let Some(kind) = examples.token_types().iter().find(|kind| **kind as usize >= config.type_vocab_size) {
        if config.type_vocab_size == 1 {
            return Err(PrepareError::Pairs);
        }
        return Err(PrepareError::TokenType { kind: *kind, types: config.type_vocab_size });
    }
    match examples.tokens().iter().max() {
        Some(token) if *token as usize >= config.vocab_size => {
            Err(PrepareError::Vocabulary { token: *token, rows: config.vocab_size })
        }
        _ => Ok(()),
    }
}

impl Prepared {
    /// The data and weights of the runs, as the store records them.
    pub fn inputs(&self) -> ExperimentInputs {
        let labels = || self.validation.iter().flat_map(|batch| &batch.labels);
        let of_class = |class: u32| labels().filter(|label| **label == class).count();
        let most_frequent = (0..self.data.classes).map(of_class).max().unwrap_or(0);
        let majority_share = most_frequent as f64 / labels().count().max(1) as f64;
        let (data, model, classes) = (self.data.clone(), self.model.clone(), self.classes.clone());
        let (classifier, notes) = (Some(self.classifier.clone()), self.notes.clone());
        ExperimentInputs { data, model, majority_share, classes, classifier, notes }
    }

    /// Adds arms of an earlier session, except those that the spec has by now or that can no longer be planned.
    pub fn add_arms(&mut self, mut arms: Vec<Arm>) {
        arms.retain(|arm| self.plan().runs(arm).is_ok());
        add_arms(&mut self.spec, arms);
    }

    /// The runs of its arms.
    pub fn plan(&self) -> SweepPlan<'_> {
        SweepPlan { spec: &self.spec, data: &self.data, model: &self.model }
    }
}
