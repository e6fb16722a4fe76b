//! What a spec costs before anything of it is fetched or stored: from the known size of its task.

use super::arm::PlannedArm;
use super::timing::Timing;
use crate::domain::glue::GlueTask;
use crate::domain::identity::run_id;
use crate::domain::model::ModelConfig;
use crate::domain::pace::last_done;
use crate::domain::run::{DataIdentity, ModelIdentity, RunSpec};
use crate::domain::spec::{KeepWeights, Spec, Validation};
use std::collections::HashSet;

/// What a spec costs from nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CostEstimate {
    pub runs: usize,
    /// by this many workers; nothing where the machine or the task's size is not known
    pub seconds: Option<f64>,
}

/// A task whose times were measured, on a model of BERT-mini's size.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    pub timing: Timing,
    pub train_examples: u32,
    pub validation_examples: u32,
    pub mean_tokens: f64,
}

/// What a spec costs with a model of BERT-mini's size. A task of unknown size is taken to be as large as the reference.
pub fn estimate(spec: &Spec, reference: Option<&Reference>, workers: usize) -> CostEstimate {
    let glue = spec.task.name.as_deref().and_then(|name| GlueTask::named(name).ok());
    let (train, validation, tokens) = match (glue, reference) {
        (Some(glue), _) => (glue.train_examples, glue.validation_examples, glue.mean_tokens),
        (None, Some(like)) => (like.train_examples, like.validation_examples, like.mean_tokens),
        (None, None) => (0, 0, 0.0),
    };
    let validation = match spec.task.validation {
        Validation::Set(_) => validation,
        Validation::Fraction(share) => (f64::from(train) * share) as u32,
    };
    let train = match spec.task.validation {
        Validation::Set(_) => train,
        Validation::Fraction(_) => train - validation.min(train),
    };
    let config = ModelConfig::bert_mini(0);
    let data = DataIdentity {
        train: String::new(),
        train_examples: train,
        validation: String::new(),
        validation_examples: validation,
        classes: glue.map_or(2, |glue| glue.classes.len() as u32),
        further_sets: Vec::new(),
    };
    let model = ModelIdentity { config: config.clone(), weights: String::new() };
    let mut known = HashSet::new();
    let mut runs = Vec::new();
    for arm in spec.arms.iter().map(|arm| PlannedArm::of(arm, &spec.train)) {
        let planned = arm.runs(spec.train.instances, &data, &model);
        runs.extend(planned.filter(|run| known.insert(run_id(run))));
    }
    let seconds = reference.filter(|_| train > 0).and_then(|like| {
        let operations = |tokens: f64| config.training_operations(spec.train.norm, tokens as usize, 2);
        let per_example = operations(tokens) / operations(like.mean_tokens);
        let examples = f64::from(validation) / f64::from(like.validation_examples.max(1));
        let timing = Timing {
            updates: like.timing.updates.iter().map(|(size, seconds)| (*size, seconds * per_example)).collect(),
            evaluation: like.timing.evaluation * per_example * examples,
        };
        let keeps = spec.store.keep_weights != KeepWeights::None;
        let seconds = |run: &RunSpec| match run.scored_plainly() {
            Some(_) if keeps => Some(timing.evaluation),
            _ => timing.seconds(run),
        };
        let each: Option<Vec<f64>> = runs.iter().map(seconds).collect();
        Some(last_done(workers, None, Vec::new(), each?.into_iter()))
    });
    CostEstimate { runs: runs.len(), seconds }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec_file::{parse, preset};

    #[test]
    fn a_preset_costs_as_many_runs_as_it_has_cells_and_instances() {
        for (name, runs) in [("mrpc", 25), ("mrpc-dev", 25), ("mnli-lr", 32)] {
            let spec = parse(name, preset(name).unwrap(), &[]).unwrap();
            assert_eq!(estimate(&spec, None, 2), CostEstimate { runs, seconds: None }, "{name}");
        }
    }
}
