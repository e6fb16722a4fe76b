//! A numeric setting of `[train]`, from the spec to the optimizer: Adam's `beta2` serves as the example.

use crate::support::World;
use crate::support::training::{plain, prepared, trained, worst};
use batchscope::app::table::Typing;
use batchscope::app::{Action, App};
use batchscope::domain::identity::run_id;
use batchscope::domain::numbers::{BETA1, BETA2, EPSILON};
use batchscope::domain::run::RunSpec;
use batchscope::domain::settings;
use batchscope::spec_file::{parse, preset, to_toml};
use batchscope::store::Store;
use tui_input::InputRequest;

const TRAIN: &str =
    "[train]\nbatch_sizes = [8]\ninstances = 1\nupdates = 12\nlearning_rate = 5e-3\ndropout = \"off\"\n";

/// Every constant of Adam, given by itself or through a batch size: 8 is twice 4, and half of 16.
#[test]
fn a_run_is_trained_by_its_constants_of_adam() {
    let world = World::new();
    let usual = plain(&prepared(&world, TRAIN));
    for other in [
        "beta2 = 0.98",
        "beta1 = 0.5",
        "epsilon = 1e-3",
        "betas_of = 16",
        "learning_rate_scaling = \"adam-sqrt\"\nlearning_rate_reference = 2",
        "clip_norm = \"off\"",
        "learning_rates = { 8 = 1e-3 }",
    ] {
        let prepared = prepared(&world, &format!("{TRAIN}{other}\n"));
        let (found, expected) = (trained(&prepared, 0), plain(&prepared));
        let (difference, apart) = (worst(&found, &expected), worst(&expected, &usual));
        assert!(
            difference < 2e-5 && difference < apart / 20.0,
            "{other}: {difference}, the two runs are {apart} apart"
        );
    }
    assert!(worst(&trained(&prepared(&world, TRAIN), 0), &usual) < 2e-5);
}

#[test]
fn betas_and_rates_follow_the_pairs_of_an_update() {
    let world = World::new();
    let planned = |given: &str, batch_size: u32| {
        let prepared = prepared(&world, &format!("[train]\nbatch_sizes = [{batch_size}]\ninstances = 1\n{given}\n"));
        prepared.plan().runs(&prepared.spec.arms[0]).unwrap()[0].spec.clone()
    };
    let betas = |spec: &RunSpec| [BETA1, BETA2].map(|beta| spec.numbers.get(beta));
    let close =
        |found: [f64; 2], expected: [f64; 2]| (0..2).all(|place| (found[place] - expected[place]).abs() < 1e-12);
    for (given, size) in
        [("betas_of = 8", 16), ("betas_of = 8\naccumulate = 4", 4), ("learning_rate_scaling = \"adam-sqrt\"", 16)]
    {
        let found = betas(&planned(given, size));
        assert!(close(found, [0.9f64.powi(2), 0.999f64.powi(2)]), "{given} at {size}: {found:?}");
    }
    // after as many pairs, as much is left of a gradient
    let found = betas(&planned("betas_of = 8", 2));
    assert!(close(found.map(|beta| beta.powi(4)), [0.9, 0.999]), "{found:?}");
    let spec = planned("learning_rate_scaling = \"adam-sqrt\"", 32);
    assert!((spec.learning_rate / 2e-5 - 2.0).abs() < 1e-12 && (spec.numbers.get(EPSILON) / 1e-6 - 0.5).abs() < 1e-12);
    // the reference is the plain run, whatever is said of other sizes
    let plain = planned("", 8);
    for given in [
        "betas_of = 8",
        "learning_rate_scaling = \"adam-sqrt\"",
        "noise_of = 8",
        "noise_of = 9",
        "learning_rates = { 2 = 1.0 }",
    ] {
        assert_eq!(planned(given, 8), plain, "{given}");
    }
    let rates = "learning_rate_scaling = \"linear\"\nlearning_rates = { 2 = 1e-5, 32 = 3e-4 }";
    let peaks = [2, 16, 32].map(|size| planned(rates, size).learning_rate);
    assert_eq!(peaks, [1e-5, 4e-5, 3e-4]);
    assert_eq!(planned(&format!("{rates}\naccumulate = 4"), 8).learning_rate, 3e-4);
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
