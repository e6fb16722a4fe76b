//! The live noise scale against exact gradients of single examples, with the weights held where they are.

use crate::support::World;
use crate::support::training::{gradient, initial, planned, prepared};
use batchscope::data::{epoch_order, gather};
use batchscope::domain::point::GradientPoint;
use batchscope::domain::run::{DropoutRates, RunSpec};
use batchscope::model::Masks;
use batchscope::resolve::{Prepared, Sources, prepare};
use batchscope::spec_file::{parse, preset};
use batchscope::train::Learner;

fn masks() -> Masks {
    Masks::new(DropoutRates::OFF, 0, 0, 0)
}

/// tr(S) / |G|^2 over the training set, of all parameters but the tables.
fn exact(prepared: &Prepared, spec: &RunSpec) -> f64 {
    let mut model = initial(prepared, spec);
    let (mut sum, mut squares, count) = (Vec::new(), 0.0, prepared.train.len());
    for number in 0..count as u32 {
        let groups = gradient(&mut model, &gather(&prepared.train, &[number]), &masks());
        let mut place = 0;
        for (group, values) in model.groups.iter().zip(&groups) {
            for view in group.layout().views().iter().filter(|view| !view.is_table) {
                for value in &values[view.range()] {
                    if sum.len() == place {
                        sum.push(0.0);
                    }
                    sum[place] += f64::from(*value);
                    squares += f64::from(*value).powi(2);
                    place += 1;
                }
            }
        }
    }
    let n = count as f64;
    let of_mean = sum.iter().map(|sum: &f64| (sum / n).powi(2)).sum::<f64>();
    (squares - n * of_mean) / (n - 1.0) / of_mean
}

/// What is measured over so many updates with a rate of 0.
fn measured(prepared: &Prepared, spec: &RunSpec, updates: u64) -> GradientPoint {
    let mut learner = Learner::new(initial(prepared, spec), spec.weight_decay);
    for done in 0..updates {
        let (epoch, within) = (done / spec.updates_per_epoch(), (done % spec.updates_per_epoch()) as usize);
        let order = epoch_order(prepared.train.len(), true, 0, 0, epoch as u32);
        let size = spec.batch_size as usize;
        let batch = gather(&prepared.train, &order[within * size..(within + 1) * size]);
        learner.step(&batch, &masks(), 0.0, f64::INFINITY).unwrap().unwrap();
    }
    learner.gradient(spec, 0.0).unwrap()
}

#[test]
fn the_noise_scale_of_the_embedded_model_is_that_of_its_examples() {
    let overrides = ["train.batch_sizes=[16]", "train.instances=1"].map(String::from);
    let prepared = prepare(parse("demo", preset("demo").unwrap(), &overrides).unwrap(), &Sources::cached()).unwrap();
    let spec = planned(&prepared, 0);
    let (exact, found) = (exact(&prepared, &spec), measured(&prepared, &spec, 120));
    assert!((found.noise_scale.unwrap() / exact - 1.0).abs() < 0.25, "{found:?}, exact {exact}");
    let share = 1.0 / (1.0 + exact / 16.0);
    assert!(
        (found.signal_share.unwrap() - share).abs() < 0.1 && found.clipped_share == 0.0,
        "{found:?}, exact {share}"
    );
}

#[test]
fn it_does_not_depend_on_the_batch_size_it_is_measured_at() {
    let world = World::new();
    let of_size = |size: u32| prepared(&world, &format!("[train]\nbatch_sizes = [{size}]\ninstances = 1\n"));
    let truth = exact(&of_size(4), &planned(&of_size(4), 0));
    for size in [2, 4] {
        let prepared = of_size(size);
        let found = measured(&prepared, &planned(&prepared, 0), 3000);
        assert!((found.noise_scale.unwrap() / truth - 1.0).abs() < 0.2, "batch size {size}: {found:?}, exact {truth}");
    }
}

/// Against the weights themselves: of the last update, and from the first to the last.
#[test]
fn updates_and_distances_are_those_of_the_weights() {
    let world = World::new();
    let prepared = prepared(&world, "[train]\nbatch_sizes = [4]\ninstances = 1\nlearning_rate = 1e-2\n");
    let spec = planned(&prepared, 0);
    let mut learner = Learner::new(initial(&prepared, &spec), spec.weight_decay);
    let norm = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
    let begin = values(&mut learner, true);
    for number in 0..8 {
        let before = values(&mut learner, false);
        learner.measure_update(number == 7);
        let batch = gather(&prepared.train, &[number, number + 9, number + 21]);
        learner.step(&batch, &masks(), 1e-2, 1.0).unwrap().unwrap();
        if number == 7 {
            let model = learner.model().unwrap();
            let distance = model.distance_from(&prepared.weights, &prepared.words, spec.seed, spec.iid).unwrap();
            let point = learner.gradient(&spec, distance).unwrap();
            let after = values(&mut learner, false);
            let ratio = norm(&after, &before) / norm(&before, &vec![0.0; before.len()]);
            assert!((point.update_ratio / ratio - 1.0).abs() < 1e-4, "{point:?}, expected {ratio}");
            let far = norm(&values(&mut learner, true), &begin);
            assert!((point.distance / far - 1.0).abs() < 1e-4 && far > 0.0, "{point:?}, expected {far}");
        }
    }
}

/// All weights, or all but the tables.
fn values(learner: &mut Learner, of_tables: bool) -> Vec<f64> {
    let mut all = Vec::new();
    for group in &learner.model().unwrap().groups {
        let values = group.values().unwrap();
        for view in group.layout().views().iter().filter(|view| of_tables || !view.is_table) {
            all.extend(values[view.range()].iter().map(|value| f64::from(*value)));
        }
    }
    all
}
