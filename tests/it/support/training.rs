//! Runs of the tiny model, trained by the program and by plain arithmetic.

use super::observer::Unobserved;
use super::{World, no_dropout};
use batchscope::data::{epoch_order, gather};
use batchscope::domain::batch::Batch;
use batchscope::domain::numbers::{BETA1, BETA2, EPSILON};
use batchscope::domain::run::RunSpec;
use batchscope::model::{Bert, Group, Masks, Pass};
use batchscope::resolve::{Prepared, Sources, prepare};
use batchscope::spec_file::parse;
use batchscope::train::{Ending, LinearSchedule, RunInputs, train};
use candle_core::{Device, Tensor};

/// What the spec with this `[train]` names, on the tiny model and task.
pub fn prepared(world: &World, train: &str) -> Prepared {
    world.write_spec(train);
    let text = std::fs::read_to_string(world.path("spec.toml")).unwrap();
    let overrides = [("task.path", "task"), ("model.source", "model")]
        .map(|(key, folder)| format!("{key}={}", world.path(folder).display()));
    prepare(parse("spec.toml", &text, &overrides).unwrap(), &Sources::cached()).unwrap()
}

/// The plan of the baseline's instance at its only batch size.
pub fn planned(prepared: &Prepared, iid: usize) -> RunSpec {
    prepared.plan().runs(&prepared.spec.arms[0]).unwrap()[iid].spec.clone()
}

/// That run, trained by the program: its final weights, group by group.
pub fn trained(prepared: &Prepared, iid: usize) -> Vec<Vec<f32>> {
    let spec = &planned(prepared, iid);
    let Prepared { weights, words, train: examples, validation, .. } = prepared;
    let inputs = RunInputs { spec, weights, words, train: examples, validation, further_sets: &[] };
    let Ending::Finished(model) = train(&inputs, None, &mut Unobserved::default()).unwrap() else { panic!("stopped") };
    model.groups.iter().map(|group| group.values().unwrap()).collect()
}

/// The same by AdamW as it stands in Loshchilov and Hutter 2019, over every parameter in double precision.
pub fn plain(prepared: &Prepared) -> Vec<Vec<f32>> {
    let spec = &planned(prepared, 0);
    let [beta1, beta2, epsilon] = [BETA1, BETA2, EPSILON].map(|number| spec.numbers.get(number));
    let mut model = initial(prepared, spec);
    let schedule = LinearSchedule::new(spec.learning_rate, spec.warmup_ratio, spec.updates());
    let zeros = || model.groups.iter().map(|group| vec![0.0; group.layout().len()]).collect::<Vec<Vec<f64>>>();
    let (mut first, mut second) = (zeros(), zeros());
    for done in 0..spec.updates() {
        let (epoch, within) = (done / spec.updates_per_epoch(), (done % spec.updates_per_epoch()) as usize);
        let order = epoch_order(prepared.train.len(), spec.shuffle, spec.seed, spec.iid, epoch as u32);
        let batch = gather(&prepared.train, &order[within * 8..(within + 1) * 8]);
        let gradients = gradient(&mut model, &batch, &no_dropout());
        let norm = gradients.iter().flatten().map(|g| f64::from(*g).powi(2)).sum::<f64>().sqrt();
        let clip = (spec.clip_norm.limit() / (norm + 1e-6)).min(1.0);
        let (rate, step) = (schedule.rate(done), done as i32 + 1);
        for (number, group) in model.groups.iter_mut().enumerate() {
            let decays: Vec<bool> =
                group.layout().views().iter().flat_map(|view| vec![view.decays; view.range().len()]).collect();
            group
                .update(|values, _| {
                    for (place, value) in values.iter_mut().enumerate() {
                        let gradient = f64::from(gradients[number][place]) * clip;
                        let (m, v) = (&mut first[number][place], &mut second[number][place]);
                        *m = beta1 * *m + (1.0 - beta1) * gradient;
                        *v = beta2 * *v + (1.0 - beta2) * gradient * gradient;
                        let (m, v) = (*m / (1.0 - beta1.powi(step)), *v / (1.0 - beta2.powi(step)));
                        let decay = if decays[place] { rate * spec.weight_decay } else { 0.0 };
                        *value = (f64::from(*value) * (1.0 - decay) - rate * m / (v.sqrt() + epsilon)) as f32;
                    }
                })
                .unwrap();
        }
    }
    model.groups.iter().map(|group| group.values().unwrap()).collect()
}

/// The largest difference of two values.
pub fn worst(a: &[Vec<f32>], b: &[Vec<f32>]) -> f32 {
    a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// The model that a run begins with.
pub fn initial(prepared: &Prepared, spec: &RunSpec) -> Bert {
    let classes = spec.data.classes as usize;
    Bert::new(&spec.model.config, spec.norm, &prepared.weights, &prepared.words, classes, spec.seed, spec.iid).unwrap()
}

/// The gradient of the mean loss of a batch, group by group.
pub fn gradient(model: &mut Bert, batch: &Batch, masks: &Masks) -> Vec<Vec<f32>> {
    let logits = model.logits(batch, Pass::Train(masks)).unwrap();
    let labels = Tensor::from_slice(&batch.labels, batch.len(), &Device::Cpu).unwrap();
    candle_nn::loss::cross_entropy(&logits, &labels).unwrap().backward().unwrap();
    let gradients = model.groups.iter().map(Group::gradient).collect();
    model.groups.iter_mut().for_each(Group::clear_gradient);
    gradients
}
