//! What specs cost on this machine, before anything of theirs is there: from the known sizes of their tasks.

use super::price::Speed;
use crate::domain::glue::GlueTask;
use crate::domain::model::ModelConfig;
use crate::domain::pace::last_done;
use crate::domain::run::{DataIdentity, ModelIdentity, RunSpec};
use crate::domain::spec::{KeepWeights, Spec, Validation};
use crate::plan::run_spec;
use crate::resolve::{Prepared, Sources, prepare};
use crate::spec_file::{parse, preset, train_of};
use crate::store::run_id;
use std::collections::HashSet;

/// What a spec costs from nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub runs: usize,
    /// by this many workers; nothing where the machine or the task's size is not known
    pub seconds: Option<f64>,
}

/// What each spec costs with a model of BERT-mini's size. Takes a few seconds: the machine is timed on the embedded
/// corpus.
pub fn estimates(specs: &[Spec], workers: usize) -> Vec<Estimate> {
    let demo = preset("demo").and_then(|text| parse("preset demo", text, &[]).ok());
    let demo = demo.and_then(|spec| prepare(spec, &Sources::cached()).ok());
    let timed = demo.as_ref().and_then(|demo| Some((demo, demo.speed(workers).ok()?)));
    specs.iter().map(|spec| estimate(spec, timed.as_ref(), workers)).collect()
}

fn estimate(spec: &Spec, timed: Option<&(&Prepared, Speed)>, workers: usize) -> Estimate {
    let glue = spec.task.name.as_deref().and_then(|name| GlueTask::named(name).ok());
    let demo = timed.map(|(demo, _)| *demo);
    let (train, validation, tokens) = match (glue, demo) {
        (Some(glue), _) => (glue.train_examples, glue.validation_examples, glue.mean_tokens),
        (None, Some(demo)) => (demo.data.train_examples, demo.data.validation_examples, demo.train.mean_length()),
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
        also: Vec::new(),
    };
    let model = ModelIdentity { config: config.clone(), weights: String::new() };
    let mut known = HashSet::new();
    let mut runs = Vec::new();
    for settings in spec.arms.iter().filter_map(|arm| train_of("the preset", &spec.train, arm).ok()) {
        for iid in 0..settings.instances {
            for &batch_size in &settings.batch_sizes {
                let run = run_spec(&settings, &data, &model, batch_size, iid);
                runs.extend(known.insert(run_id(&run)).then_some(run));
            }
        }
    }
    let seconds = timed.filter(|_| train > 0).and_then(|(demo, speed)| {
        let operations = |tokens: f64| config.training_operations(spec.train.norm, tokens as usize, 2);
        let dearer = operations(tokens) / operations(demo.train.mean_length());
        let more = f64::from(validation) / f64::from(demo.data.validation_examples.max(1));
        let speed = Speed {
            updates: speed.updates.iter().map(|(size, seconds)| (*size, seconds * dearer)).collect(),
            evaluation: speed.evaluation * dearer * more,
        };
        let keeps = spec.store.keep_weights != KeepWeights::None;
        let seconds = |run: &RunSpec| match run.scored_plainly() {
            Some(_) if keeps => Some(speed.evaluation),
            _ => speed.seconds(run),
        };
        let each: Option<Vec<f64>> = runs.iter().map(seconds).collect();
        Some(last_done(workers, None, Vec::new(), each?.into_iter()))
    });
    Estimate { runs: runs.len(), seconds }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_costs_as_many_runs_as_it_has_cells_and_instances() {
        for (name, runs) in [("mrpc", 25), ("mrpc-dev", 25), ("mnli-lr", 32)] {
            let spec = parse(name, preset(name).unwrap(), &[]).unwrap();
            assert_eq!(estimate(&spec, None, 2), Estimate { runs, seconds: None }, "{name}");
        }
    }
}
