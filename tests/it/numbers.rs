//! A numeric setting of `[train]`, from the spec to the optimizer: Adam's `beta2` serves as the example.

use crate::support::observer::Unobserved;
use crate::support::{World, no_dropout};
use batchscope::app::table::Typing;
use batchscope::app::{Action, App};
use batchscope::data::{epoch_order, gather};
use batchscope::domain::identity::run_id;
use batchscope::domain::numbers::BETA2;
use batchscope::domain::settings;
use batchscope::model::{Bert, Group, Pass};
use batchscope::resolve::{Prepared, Sources, prepare};
use batchscope::spec_file::{parse, preset, to_toml};
use batchscope::store::Store;
use batchscope::train::{Ending, LinearSchedule, RunInputs, train};
use candle_core::{Device, Tensor};
use tui_input::InputRequest;

const TRAIN: &str =
    "[train]\nbatch_sizes = [8]\ninstances = 1\nupdates = 12\nlearning_rate = 5e-3\ndropout = \"off\"\n";

fn prepared(world: &World, train: &str) -> Prepared {
    world.write_spec(train);
    let text = std::fs::read_to_string(world.path("spec.toml")).unwrap();
    let overrides = [("task.path", "task"), ("model.source", "model")]
        .map(|(key, folder)| format!("{key}={}", world.path(folder).display()));
    prepare(parse("spec.toml", &text, &overrides).unwrap(), &Sources::cached()).unwrap()
}

/// The run of the baseline, trained by the program: its final weights, group by group.
fn trained(prepared: &Prepared) -> Vec<Vec<f32>> {
    let spec = &prepared.plan().runs(&prepared.spec.arms[0]).unwrap()[0].spec;
    let Prepared { weights, words, train: examples, validation, .. } = prepared;
    let inputs = RunInputs { spec, weights, words, train: examples, validation, further_sets: &[] };
    let Ending::Finished(model) = train(&inputs, None, &mut Unobserved::default()).unwrap() else { panic!("stopped") };
    model.groups.iter().map(|group| group.values().unwrap()).collect()
}

/// The same by AdamW as defined in Loshchilov and Hutter 2019, over every parameter in double precision.
fn plain(prepared: &Prepared, beta2: f64) -> Vec<Vec<f32>> {
    let spec = &prepared.plan().runs(&prepared.spec.arms[0]).unwrap()[0].spec;
    let classes = spec.data.classes as usize;
    let mut model =
        Bert::new(&spec.model.config, spec.norm, &prepared.weights, &prepared.words, classes, spec.seed, spec.iid)
            .unwrap();
    let schedule = LinearSchedule::new(spec.learning_rate, spec.warmup_ratio, spec.updates());
    let zeros = || model.groups.iter().map(|group| vec![0.0; group.layout().len()]).collect::<Vec<Vec<f64>>>();
    let (mut first, mut second) = (zeros(), zeros());
    for done in 0..spec.updates() {
        let (epoch, within) = (done / spec.updates_per_epoch(), (done % spec.updates_per_epoch()) as usize);
        let order = epoch_order(prepared.train.len(), spec.shuffle, spec.seed, spec.iid, epoch as u32);
        let batch = gather(&prepared.train, &order[within * 8..(within + 1) * 8]);
        let logits = model.logits(&batch, Pass::Train(&no_dropout())).unwrap();
        let labels = Tensor::from_slice(&batch.labels, batch.len(), &Device::Cpu).unwrap();
        candle_nn::loss::cross_entropy(&logits, &labels).unwrap().backward().unwrap();
        let gradients: Vec<Vec<f32>> = model.groups.iter().map(Group::gradient).collect();
        let norm = gradients.iter().flatten().map(|g| f64::from(*g).powi(2)).sum::<f64>().sqrt();
        let clip = (spec.clip_norm / (norm + 1e-6)).min(1.0);
        let (rate, step) = (schedule.rate(done), done as i32 + 1);
        for (number, group) in model.groups.iter_mut().enumerate() {
            let decays: Vec<bool> =
                group.layout().views().iter().flat_map(|view| vec![view.decays; view.range().len()]).collect();
            group
                .update(|values, _| {
                    for (place, value) in values.iter_mut().enumerate() {
                        let gradient = f64::from(gradients[number][place]) * clip;
                        let (m, v) = (&mut first[number][place], &mut second[number][place]);
                        *m = 0.9 * *m + 0.1 * gradient;
                        *v = beta2 * *v + (1.0 - beta2) * gradient * gradient;
                        let (m, v) = (*m / (1.0 - 0.9f64.powi(step)), *v / (1.0 - beta2.powi(step)));
                        let decay = if decays[place] { rate * spec.weight_decay } else { 0.0 };
                        *value = (f64::from(*value) * (1.0 - decay) - rate * m / (v.sqrt() + 1e-6)) as f32;
                    }
                })
                .unwrap();
            group.clear_gradient();
        }
    }
    model.groups.iter().map(|group| group.values().unwrap()).collect()
}

fn worst(a: &[Vec<f32>], b: &[Vec<f32>]) -> f32 {
    a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn a_run_with_another_beta2_is_trained_by_it() {
    let world = World::new();
    let (usual, other) = (prepared(&world, TRAIN), prepared(&world, &format!("{TRAIN}beta2 = 0.98\n")));
    let found = trained(&other);
    let (expected, as_usual) = (plain(&other, 0.98), plain(&usual, 0.999));
    let apart = worst(&expected, &as_usual);
    for (found, expected) in [(&found, &expected), (&trained(&usual), &as_usual)] {
        let difference = worst(found, expected);
        assert!(difference < 2e-5 && difference < apart / 20.0, "{difference}, the two runs are {apart} apart");
    }
}

#[test]
fn a_number_is_known_wherever_a_key_of_train_is() {
    let world = World::new();
    world.write_spec(&format!("{TRAIN}[arms]\nslow = {{ beta2 = 0.98 }}\nusual = {{ beta2 = 0.95 }}\n"));
    world.run(&["--set", "train.beta2=0.95", "--set", "arms.usual={ beta2 = 0.999 }"]).expect(0);
    let runs = Store::open(&world.store()).unwrap().runs().unwrap();
    let mut found: Vec<f64> = runs.iter().map(|(_, spec)| spec.numbers.get(BETA2)).collect();
    found.sort_by(f64::total_cmp);
    assert_eq!(found, [0.95, 0.98, 0.999]);
    for (folder, spec) in &runs {
        let text = std::fs::read_to_string(folder.path().join("run.json")).unwrap();
        let is_usual = spec.numbers.get(BETA2) == 0.999;
        assert_eq!(text.contains("beta2"), !is_usual, "what is as usual is in no digest: {text}");
        assert_eq!(*folder.id(), run_id(spec));
        assert_eq!(settings::of(spec)["beta2"], spec.numbers.get(BETA2), "the Run panel and `runs show` have it");
    }
    let listed = world.json(&["runs", "list", "beta2<0.98", "--json"]);
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["beta2"]), (1, &serde_json::json!(0.95)));
    let refused = world.run(&["--set", "train.beta2=1"]).expect(2).err;
    assert!(refused.contains("`train.beta2` is 1, expected a number above 0 and below 1"), "{refused}");
}

#[test]
fn a_number_is_typed_into_the_draft() {
    let spec = parse("demo", preset("demo").unwrap(), &["train.beta2=0.99".into()]).unwrap();
    assert_eq!(parse("again", &to_toml(&spec), &[]).unwrap(), spec);
    let mut app = App::new(spec, 1);
    app.act(Action::Palette(Typing::Begin));
    for letter in "beta2=0.98".chars() {
        app.act(Action::Palette(Typing::Edit(InputRequest::InsertChar(letter))));
    }
    assert_eq!(app.typed_draft().unwrap(), "beta2 0.98");
    app.act(Action::Palette(Typing::Keep));
    assert_eq!(app.drafted()[0].words, "beta2 0.99 → 0.98");
    assert_eq!(app.drafted_arm().name, "beta2=0.98");
    assert_eq!(app.drafted_arm().train(&app.spec.train).numbers.get(BETA2), 0.98);
}
