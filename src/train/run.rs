//! The training loop.

use super::{Learner, OwnedSnapshot, Scored, Snapshot, TrainError, UpdateInput, evaluate, loss_weights};
use crate::data::{Examples, epoch_order, gather};
use crate::domain::batch::Batch;
use crate::domain::event::RunEvent;
use crate::domain::random::{Key, Purpose};
use crate::domain::run::RunSpec;
use crate::domain::scores::Scores;
use crate::domain::spec::NamedSet;
use crate::model::{Bert, Interrupt, Masks, Weights};

/// The inputs of a run. All but the spec are shared by the runs of a sweep.
pub struct RunInputs<'i> {
    pub spec: &'i RunSpec,
    pub weights: &'i Weights,
    /// \[V\] word of each row of the word table
    pub words: &'i [u32],
    pub train: &'i Examples,
    pub validation: &'i [Batch],
    /// further sets, to be scored at the end
    pub further_sets: &'i [(NamedSet, Vec<Batch>)],
}

/// Receives the events of a run and decides when to checkpoint and stop.
pub trait Observer {
    fn event(&mut self, event: RunEvent) -> Result<(), TrainError>;
    /// Called after the last evaluation with whether each example of the validation set is classified correctly.
    fn final_predictions(&mut self, _correct: Vec<bool>) {}
    /// Called after every update, before the evaluation of its step. `epoch_ends` is false after the last update.
    fn checkpoint_due(&mut self, epoch_ends: bool) -> bool;
    fn checkpoint(&mut self, snapshot: &Snapshot<'_>) -> Result<(), TrainError>;
    /// Checked after every update, between evaluation batches, and between the layers of a pass.
    fn interrupt(&self) -> &Interrupt;
}

/// How a run ended, when it did not fail.
pub enum Ending {
    Finished(Box<Bert>),
    /// stopped on request, after a checkpoint unless training was already complete
    Stopped {
        step: u64,
    },
}

/// Trains a run from the beginning or from a snapshot. A snapshot is taken before the evaluation of its step, so resuming
/// starts with that evaluation.
///
/// The ending is returned, not sent to the observer: the caller may have to write the final weights first.
pub fn train(
    inputs: &RunInputs<'_>,
    snapshot: Option<OwnedSnapshot>,
    observer: &mut dyn Observer,
) -> Result<Ending, TrainError> {
    let spec = inputs.spec;
    let mut model = initial_model(inputs)?;
    let interrupt = observer.interrupt().clone();
    model.interrupted_by(interrupt.clone());
    let mut learner = Learner::new(model, spec.weight_decay).with(&spec.numbers);
    let (updates, updates_per_epoch) = (spec.updates(), spec.updates_per_epoch());
    if let Some(snapshot) = snapshot {
        if snapshot.step > updates {
            return Err(TrainError::Snapshot(format!("it is of update {}, the run has {updates}", snapshot.step)));
        }
        learner.restore(snapshot)?;
    }
    let schedule = spec.schedule();
    let mut epoch = None;
    let mut step = learner.steps();
    observer.event(RunEvent::Started { step })?;
    loop {
        if spec.evaluates_after(step) {
            if !score(learner.model()?, inputs, step, observer)? {
                return stop(&mut learner, observer);
            }
            let (seed, iid) = spec.head_source();
            let distance = learner.model()?.distance_from(inputs.weights, inputs.words, seed, iid)?;
            if let Some(point) = learner.gradient(spec, distance) {
                observer.event(RunEvent::Gradient(point))?;
            }
            learner.restart_gradient();
        }
        if step == updates {
            if !score_further_sets(learner.model()?, inputs, step, observer)? {
                return stop(&mut learner, observer);
            }
            return Ok(Ending::Finished(Box::new(learner.finish()?)));
        }

        let (number, within) = ((step / updates_per_epoch) as u32, (step % updates_per_epoch) as usize);
        let epoch = match &mut epoch {
            Some(epoch) if within > 0 => epoch,
            epoch => epoch.insert(Epoch::new(inputs, number)),
        };
        let learning_rate = schedule.rate(step);
        let batches = epoch.batches(inputs.train, within, spec);
        let weights = spec.noise_of.map(|of| loss_weights(noise_key(spec, step), spec.pairs_per_update(), of));
        let input = UpdateInput { batches: &batches, weights: weights.as_deref(), masks: &epoch.masks };
        learner.measure_update(spec.evaluates_after(step + 1));
        let Some(metrics) = learner.update(input, learning_rate, spec.clip_norm.limit(), &mut |_| {})? else {
            return stop(&mut learner, observer);
        };
        step += 1;
        for (what, value) in [("loss", metrics.loss), ("gradient norm", metrics.gradient_norm)] {
            if !value.is_finite() {
                return Err(TrainError::NotFinite { step, what, value: value.into() });
            }
        }
        observer.event(RunEvent::Update {
            step,
            loss: metrics.loss,
            accuracy: metrics.accuracy,
            learning_rate,
            gradient_norm: metrics.gradient_norm,
        })?;

        if interrupt.is_asked() {
            return stop(&mut learner, observer);
        }
        let epoch_ends = step.is_multiple_of(updates_per_epoch) && step < updates;
        if observer.checkpoint_due(epoch_ends) {
            observer.checkpoint(&learner.snapshot()?)?;
            observer.event(RunEvent::Checkpointed { step })?;
        }
    }
}

/// The final weights that another run with the same updates kept, as this run's model.
pub fn kept_model(inputs: &RunInputs<'_>, kept: &[u8]) -> Result<Bert, TrainError> {
    let mut model = initial_model(inputs)?;
    model.load_safetensors(inputs.words, kept)?;
    Ok(model)
}

/// The model before the first update.
fn initial_model(inputs: &RunInputs<'_>) -> Result<Bert, TrainError> {
    let spec = inputs.spec;
    let (classes, (seed, iid)) = (spec.data.classes as usize, spec.head_source());
    let model = Bert::new(&spec.model.config, spec.norm, inputs.weights, inputs.words, classes, seed, iid)?;
    Ok(model.with_precision(spec.precision))
}

/// The stream of an update's loss weights.
fn noise_key(spec: &RunSpec, step: u64) -> Key {
    Key::new(spec.seed.into(), Purpose::LossWeights).with(spec.iid.into()).with(step)
}

/// Evaluates a run that needs no training on the weights that it would end with.
pub fn score_again(inputs: &RunInputs<'_>, mut model: Bert, observer: &mut dyn Observer) -> Result<Ending, TrainError> {
    let step = inputs.spec.updates();
    model.interrupted_by(observer.interrupt().clone());
    observer.event(RunEvent::Started { step })?;
    let scored = score(&mut model, inputs, step, observer)? && score_further_sets(&mut model, inputs, step, observer)?;
    Ok(match scored {
        true => Ending::Finished(Box::new(model)),
        false => Ending::Stopped { step },
    })
}

/// Scores the validation set and reports it; false if a stop was requested.
fn score(model: &mut Bert, inputs: &RunInputs<'_>, step: u64, observer: &mut dyn Observer) -> Result<bool, TrainError> {
    let scored = scores_of(model, inputs, (inputs.validation, inputs.spec.scored_examples()), step, observer)?;
    let Some(Scored { scores, correct }) = scored else { return Ok(false) };
    observer.event(RunEvent::Evaluation { step, scores })?;
    if step == inputs.spec.updates() {
        observer.final_predictions(correct);
    }
    Ok(true)
}

/// Scores the further sets and reports them; false if a stop was requested.
fn score_further_sets(
    model: &mut Bert,
    inputs: &RunInputs<'_>,
    step: u64,
    observer: &mut dyn Observer,
) -> Result<bool, TrainError> {
    for (set, batches) in inputs.further_sets {
        let scored = scores_of(model, inputs, (batches, u32::MAX), step, observer)?;
        let Some(Scored { scores, .. }) = scored else { return Ok(false) };
        observer.event(RunEvent::AlsoEvaluated { step, set: *set, scores })?;
    }
    Ok(true)
}

/// Scores the examples of a set that the run is scored on; `None` if a stop was requested.
fn scores_of(
    model: &mut Bert,
    inputs: &RunInputs<'_>,
    (batches, most): (&[Batch], u32),
    step: u64,
    observer: &mut dyn Observer,
) -> Result<Option<Scored>, TrainError> {
    let spec = inputs.spec;
    // the epoch after the last, whose masks training does not use
    let (seed, iid) = spec.dropout_source();
    let masks = Masks::new(spec.dropout, seed, iid, spec.epochs_begun() as u32);
    let masks = spec.dropout_at_evaluation.then_some(&masks);
    let interrupt = observer.interrupt().clone();
    let scored = match evaluate(model, batches, masks, most, &|| interrupt.is_asked()) {
        Err(_) if interrupt.is_asked() => None,
        scored => scored?,
    };
    match scored {
        Some(Scored { scores: Scores { loss, .. }, .. }) if !loss.is_finite() => {
            Err(TrainError::NotFinite { step, what: "validation loss", value: loss })
        }
        scored => Ok(scored),
    }
}

fn stop(learner: &mut Learner, observer: &mut dyn Observer) -> Result<Ending, TrainError> {
    observer.checkpoint(&learner.snapshot()?)?;
    Ok(Ending::Stopped { step: learner.steps() })
}

/// What is drawn once an epoch.
struct Epoch {
    order: Vec<u32>,
    masks: Masks,
}

impl Epoch {
    fn new(inputs: &RunInputs<'_>, number: u32) -> Self {
        let spec = inputs.spec;
        let ((order_seed, order_iid), (mask_seed, mask_iid)) = (spec.order_source(), spec.dropout_source());
        Self {
            order: epoch_order(inputs.train.len(), spec.shuffle, order_seed, order_iid, number),
            masks: Masks::new(spec.dropout, mask_seed, mask_iid, number),
        }
    }

    /// Those of one update.
    fn batches(&self, examples: &Examples, within: usize, spec: &RunSpec) -> Vec<Batch> {
        let pairs = spec.pairs_per_update() as usize;
        let order = &self.order[within * pairs..(within + 1) * pairs];
        order.chunks(spec.batch_size as usize).map(|numbers| gather(examples, numbers)).collect()
    }
}
