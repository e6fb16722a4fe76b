//! Parts of a checkpoint: its first layers alone, and its last ones drawn anew for each instance.

use crate::support::World;
use crate::support::training::{initial, planned, prepared};
use batchscope::model::NamedTensor;
use batchscope::resolve::Prepared;
use std::collections::BTreeMap;

const TRAIN: &str = "[train]\nbatch_sizes = [8]\ninstances = 2\nepochs = 1\nlearning_rate = 1e-3\n";

/// The tensors that an instance begins with.
fn tensors(prepared: &Prepared, iid: usize) -> BTreeMap<String, Vec<f32>> {
    let tensors = initial(prepared, &planned(prepared, iid)).tensors().unwrap();
    tensors.into_iter().map(|NamedTensor { name, values, .. }| (name, values)).collect()
}

fn with(world: &World, keys: &str) -> Prepared {
    prepared(world, &format!("{keys}{TRAIN}"))
}

#[test]
fn the_first_layers_are_those_of_the_whole_model() {
    let world = World::new();
    let (whole, first) = (with(&world, ""), with(&world, "layers = 1\n"));
    assert_eq!((whole.model.config.num_hidden_layers, first.model.config.num_hidden_layers), (2, 1));
    assert_ne!(whole.model.weights, first.model.weights);
    let (of_whole, of_first) = (tensors(&whole, 0), tensors(&first, 0));
    let dropped = of_whole.keys().filter(|name| !of_first.contains_key(*name));
    assert!(dropped.clone().count() == 16 && dropped.clone().all(|name| name.starts_with("bert.encoder.layer.1.")));
    assert!(of_first.iter().all(|(name, values)| of_whole[name] == *values));
    let all = with(&world, "layers = 2\n");
    assert_eq!(all.model, whole.model, "all of them are no change");
}

#[test]
fn the_pooler_and_the_last_layers_are_drawn_for_each_instance() {
    let world = World::new();
    let whole = tensors(&with(&world, ""), 0);
    for (layers, first_drawn) in [(0, 2), (1, 1), (2, 0)] {
        let prepared = with(&world, &format!("reinitialize = {layers}\n"));
        let (one, other) = (tensors(&prepared, 0), tensors(&prepared, 1));
        let deviation = prepared.model.config.initializer_range as f32;
        for (name, values) in &whole {
            let drawn = name.starts_with("bert.pooler.")
                || name.starts_with("classifier.")
                || (first_drawn..2).any(|layer| name.starts_with(&format!("bert.encoder.layer.{layer}.")));
            match drawn {
                false => assert!(one[name] == *values && other[name] == *values, "{name}"),
                true if name.ends_with("bias") => assert!(one[name].iter().all(|value| *value == 0.0), "{name}"),
                true if name.contains("LayerNorm") => assert!(one[name].iter().all(|value| *value == 1.0), "{name}"),
                true => {
                    let is_stored = with(&world, "").weights.tensors.contains_key(name);
                    assert!(one[name] != other[name] && (one[name] != *values || !is_stored), "{name}");
                    assert!(one[name].iter().all(|value| value.abs() <= 2.001 * deviation), "{name}");
                }
            }
        }
        assert_eq!(one.len(), whole.len());
    }
}

#[test]
fn runs_of_a_part_are_trained_and_exported_as_models_of_their_own() {
    let world = World::new();
    world.write_spec(&format!("layers = 1\nreinitialize = 1\n{TRAIN}[store]\nkeep_weights = \"all\"\n"));
    let finished = world.run(&[]).expect(0);
    let said = format!("{}{}", finished.out, finished.err);
    assert!(said.contains("the first 1 of the model's 2 layers are used"), "{said}");
    assert!(said.contains("the pooler and the last layer are drawn anew for each instance"), "{said}");
    let output = world.path("exported");
    let run = world.json(&["runs", "list", "iid=1", "--json"])[0]["run"].as_str().unwrap().to_owned();
    world
        .batchscope(&["export", "--format", "checkpoint", "--run", &run, "--output", output.to_str().unwrap()])
        .expect(0);
    let config = std::fs::read_to_string(output.join("config.json")).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&config).unwrap()["num_hidden_layers"], 1, "{config}");
}

#[test]
fn what_the_model_does_not_have_is_refused() {
    let world = World::new();
    world.write_spec(TRAIN);
    for (key, words) in [
        ("model.layers=3", "model.layers is 3: the model has 2 layers; give a number from 1 to 2"),
        ("model.reinitialize=3", "model.reinitialize is 3: the model has 2 layers; give a number from 0 to 2"),
        ("model.layers=0", "expected a whole number from 1"),
    ] {
        let refused = world.run(&["--set", key]).expect(2).err;
        assert!(refused.contains(words), "{refused}");
    }
    let both = world.run(&["--set", "model.reinitialize=0", "--set", "model.head=keep"]).expect(2).err;
    assert!(both.contains("model.reinitialize draws the pooler anew"), "{both}");
}
