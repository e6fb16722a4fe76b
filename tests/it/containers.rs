//! Containers of weights: shards, checkpoints of training programs, files with other heads, and files that are not weights.

use crate::support::torch_file::{StateDict, Tensors, global, integer, pickle, tensors, text, tuple};
use crate::support::{World, fixture};
use batchscope::domain::batch::Batch;
use batchscope::domain::choice::Norm;
use batchscope::model::{Bert, Implementation, ModelError, Pass, Pretrained, read_folder};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn golden() -> Tensors {
    tensors(&fs::read(fixture("golden/tiny/model.safetensors")).unwrap())
}

/// A folder with the tiny configuration and these files.
fn folder(files: &[(&str, Vec<u8>)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(fixture("golden/tiny/config.json"), folder.path().join("config.json")).unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn read(files: &[(&str, Vec<u8>)]) -> Result<Pretrained, ModelError> {
    read_folder(folder(files).path(), 2)
}

#[track_caller]
fn refused(files: &[(&str, Vec<u8>)], words: &[&str]) {
    let message = read(files).unwrap_err().to_string();
    words.iter().for_each(|word| assert!(message.contains(word), "no `{word}` in {message}"));
}

fn safetensors(tensors: &Tensors) -> Vec<u8> {
    let views = tensors.iter().map(|(name, (shape, bytes))| {
        (name, safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.clone(), bytes).unwrap())
    });
    safetensors::serialize(views, None).unwrap()
}

/// Three shards of a checkpoint, with the tensors of each.
fn shards(kind: &str) -> Vec<(String, Tensors)> {
    let mut shards: Vec<(String, Tensors)> =
        (1..=3).map(|number| (format!("model-0000{number}-of-00003.{kind}"), Tensors::new())).collect();
    for (number, (name, tensor)) in golden().into_iter().enumerate() {
        shards[number % 3].1.insert(name, tensor);
    }
    shards
}

fn index(shards: &[(String, Tensors)]) -> Vec<u8> {
    let places: BTreeMap<&String, &String> =
        shards.iter().flat_map(|(shard, tensors)| tensors.keys().map(move |name| (name, shard))).collect();
    json!({"metadata": {"total_size": 1}, "weight_map": places}).to_string().into_bytes()
}

fn files(shards: &[(String, Tensors)], bytes: fn(&Tensors) -> Vec<u8>) -> Vec<(&str, Vec<u8>)> {
    shards.iter().map(|(name, tensors)| (name.as_str(), bytes(tensors))).collect()
}

#[test]
fn shards_are_the_file_that_they_were_cut_from() {
    let plain = read(&[("model.safetensors", safetensors(&golden()))]).unwrap().weights;
    let cut = shards("safetensors");
    let mut whole = files(&cut, safetensors);
    whole.push(("model.safetensors.index.json", index(&cut)));
    assert_eq!(read(&whole).unwrap().weights, plain);
    let cut_pickles = shards("bin");
    let mut pickles = files(&cut_pickles, |tensors| StateDict::of(tensors).zip());
    pickles.push(("pytorch_model.bin.index.json", index(&cut_pickles)));
    assert_eq!(read(&pickles).unwrap().weights, plain);
}

#[test]
fn shards_that_do_not_belong_together_are_named() {
    const INDEX: &str = "model.safetensors.index.json";
    let cut = shards("safetensors");
    let mut missing = files(&cut, safetensors);
    missing.remove(1);
    missing.push((INDEX, index(&cut)));
    refused(&missing, &[INDEX, "its shard model-00002-of-00003.safetensors is not beside it; all 3 shards"]);

    let mut twice = cut.clone();
    let (name, tensor) = twice[0].1.first_key_value().map(|(name, tensor)| (name.clone(), tensor.clone())).unwrap();
    twice[2].1.insert(name.clone(), tensor);
    let mut both = files(&twice, safetensors);
    both.push((INDEX, index(&cut)));
    refused(&both, &[&format!("the tensor `{name}` is in two shards"), "00001-of", "00003-of"]);

    let mut elsewhere = cut.clone();
    let tensor = elsewhere[0].1.remove(&name).unwrap();
    elsewhere[1].1.insert(name.clone(), tensor);
    let mut moved = files(&elsewhere, safetensors);
    moved.push((INDEX, index(&cut)));
    refused(&moved, &[INDEX, &format!("says that the tensor `{name}` is in"), "00001-of"]);

    refused(&[(INDEX, b"<html>".to_vec())], &["model.safetensors.index.json is a web page, not the file"]);
    refused(&[(INDEX, b"{}".to_vec())], &["not a usable index of shards: missing field `weight_map`"]);
}

#[test]
fn wrappers_of_training_programs_are_recognised() {
    let plain = read(&[("model.safetensors", safetensors(&golden()))]).unwrap().weights;
    for prefix in ["module.", "model.", "_orig_mod.module.", "net.encoder_model."] {
        let wrapped: Tensors = golden().into_iter().map(|(name, tensor)| (format!("{prefix}{name}"), tensor)).collect();
        assert_eq!(read(&[("model.safetensors", safetensors(&wrapped))]).unwrap().weights, plain, "{prefix}");
    }
    // a model of one's own around the bare encoder
    let own = golden().into_iter().map(|(name, tensor)| match name.strip_prefix("bert.") {
        Some(part) => (format!("encoder.{part}"), tensor),
        None => (name, tensor),
    });
    assert_eq!(read(&[("model.safetensors", safetensors(&own.collect()))]).unwrap().weights, plain);
    let two = golden()
        .into_iter()
        .flat_map(|(name, tensor)| [(format!("teacher.{name}"), tensor.clone()), (format!("student.{name}"), tensor)]);
    let file = safetensors(&two.collect());
    refused(&[("model.safetensors", file)], &["holds two encoders, of `student.bert.", "`teacher.bert."]);
}

/// A pickle of a dictionary with these entries.
fn checkpoint(state: &StateDict, key: &str, rest: &[(&str, Vec<u8>)]) -> StateDict {
    // between the protocol's two bytes and the full stop
    let nested = state.pickle[2..state.pickle.len() - 1].to_vec();
    let rest = rest.iter().flat_map(|(name, value)| [text(name), value.clone()].concat());
    let entries = [b"}(".to_vec(), rest.collect(), text(key), nested, b"u".to_vec()].concat();
    StateDict { pickle: pickle(&entries), storages: state.storages.clone() }
}

#[test]
fn checkpoints_of_training_programs_hold_the_weights_beside_other_things() {
    let plain = read(&[("model.safetensors", safetensors(&golden()))]).unwrap().weights;
    let marker = tempfile::tempdir().unwrap().path().join("run");
    let command = tuple(&[text(&format!("touch {}", marker.display()))]);
    let call = |module: &str, name: &str, arguments: Vec<u8>| [global(module, name), arguments, b"R".to_vec()].concat();
    let rest = [
        ("epoch", integer(3)),
        ("hyper_parameters", call("os", "system", command)),
        (
            "options",
            [global("argparse", "Namespace"), b")\x81}".to_vec(), text("seed"), integer(1), b"sb".to_vec()].concat(),
        ),
        ("folder", call("pathlib", "PosixPath", tuple(&[text("data")]))),
        ("optimizer_states", b"](G\x3f\xf0\x00\x00\x00\x00\x00\x00e".to_vec()),
    ];
    let state = StateDict::of(&golden());
    for key in ["state_dict", "model_state_dict", "model", "module", "ema"] {
        let nested = checkpoint(&state, key, &rest);
        for bytes in [nested.zip(), nested.legacy()] {
            assert_eq!(read(&[("pytorch_model.bin", bytes)]).unwrap().weights, plain, "{key}");
        }
    }
    assert!(!marker.exists(), "nothing of a pickle is run");
    let nothing = checkpoint(&StateDict::of(&Tensors::new()), "state_dict", &rest).zip();
    refused(&[("pytorch_model.bin", nothing)], &["its pickle holds no state dict"]);
    // what is needed is not to be had from a call
    let mut items = text("bert.embeddings.word_embeddings.weight");
    items.extend(call("numpy.core.multiarray", "_reconstruct", b")".to_vec()));
    let mut others = golden();
    others.remove("bert.embeddings.word_embeddings.weight");
    let others = StateDict::of(&others);
    let body = &others.pickle[2..others.pickle.len() - 1];
    let reconstructed =
        StateDict { pickle: pickle(&[body, b"(", &items, b"u"].concat()), storages: others.storages.clone() };
    refused(
        &[("pytorch_model.bin", reconstructed.zip())],
        &["asks for `numpy.core.multiarray._reconstruct`", "nothing of it was run"],
    );
    let object =
        StateDict { pickle: pickle(&[global("__main__", "Model"), b")\x81".to_vec()].concat()), storages: vec![] };
    refused(&[("pytorch_model.bin", object.zip())], &["it holds a whole object, a `__main__.Model`", "`state_dict()`"]);
}

#[test]
fn heads_of_other_tasks_ride_along_and_unknown_ones_are_named() {
    let plain = read(&[("model.safetensors", safetensors(&golden()))]).unwrap();
    let rider = |names: &[&str]| {
        let mut tensors = golden();
        names.iter().for_each(|name| drop(tensors.insert((*name).into(), (vec![1], vec![0; 4]))));
        read(&[("model.safetensors", safetensors(&tensors))])
    };
    let known =
        rider(&["qa_outputs.bias", "qa_outputs.weight", "cls.predictions.bias", "bert.embeddings.position_ids"]);
    let known = known.unwrap();
    assert_eq!((known.weights, known.notes), (plain.weights.clone(), vec![]));
    let unknown = rider(&["loss.weight", "fc.bias", "fc.weight", "a.b", "a.c", "a.d"]).unwrap();
    assert_eq!(unknown.weights, plain.weights);
    assert!(unknown.notes[0].ends_with("are not used: a.b, a.c, a.d, fc.bias and 2 more"), "{:?}", unknown.notes);
    let layer = rider(&["bert.encoder.layer.0.crossattention.self.key.bias"]).unwrap_err().to_string();
    assert!(layer.contains("`bert.encoder.layer.0.crossattention.self.key.bias` is not part of"), "{layer}");
}

#[test]
fn a_file_goes_by_what_it_is_not_by_its_name() {
    let plain = read(&[("model.safetensors", safetensors(&golden()))]).unwrap().weights;
    assert_eq!(read(&[("pytorch_model.bin", safetensors(&golden()))]).unwrap().weights, plain);
    assert_eq!(read(&[("model.safetensors", StateDict::of(&golden()).zip())]).unwrap().weights, plain);
}

#[test]
fn a_folder_of_another_framework_is_refused_with_a_remedy() {
    for (name, words) in [
        ("tf_model.h5", ["holds tf_model.h5, which is TensorFlow weights", "from_tf=True"]),
        ("bert_model.ckpt.index", ["holds bert_model.ckpt.index, which is a TensorFlow checkpoint", "convert"]),
        ("flax_model.msgpack", ["which is Flax weights", "from_flax=True"]),
        ("adapter_model.safetensors", ["which is a LoRA adapter", "merge_and_unload"]),
        ("model.onnx", ["which is an ONNX graph", "save_pretrained"]),
        ("last.ckpt", ["holds last.ckpt, which is a checkpoint", "rename it to pytorch_model.bin"]),
    ] {
        refused(&[(name, b"x".to_vec())], &words);
        let without_config = folder(&[(name, b"x".to_vec())]);
        fs::remove_file(without_config.path().join("config.json")).unwrap();
        let message = read_folder(without_config.path(), 2).unwrap_err().to_string();
        assert!(message.contains(words[0]) && message.contains("with config.json"), "{message}");
    }
    refused(&[("optimizer.pt", b"x".to_vec())], &["holds neither model.safetensors nor pytorch_model.bin"]);
}

/// The tiny model with the first of its two token types.
fn one_token_type(model: &Path) {
    let path = model.join("config.json");
    let mut config: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    config["type_vocab_size"] = 1.into();
    fs::write(path, config.to_string()).unwrap();
    let mut tensors = golden();
    let (shape, bytes) = tensors.get_mut("bert.embeddings.token_type_embeddings.weight").unwrap();
    shape[0] = 1;
    bytes.truncate(32 * 4);
    fs::write(model.join("model.safetensors"), safetensors(&tensors)).unwrap();
}

#[test]
fn single_sentences_need_one_token_type() {
    let single = folder(&[]);
    one_token_type(single.path());
    let mut batch = Batch::default();
    batch.push(0, 0, &[2, 7, 9, 3], &[0; 4]);
    batch.push(1, 1, &[2, 30, 3], &[0; 3]);
    let logits = |folder: &Path, implementation| -> Vec<Vec<f32>> {
        let Pretrained { config, weights, .. } = read_folder(folder, 2).unwrap();
        let words: Vec<u32> = (0..97).collect();
        let model = Bert::new(&config, Norm::Layer, &weights, &words, 2, 0, 0).unwrap();
        model.implemented(implementation).logits(&batch, Pass::Evaluate(None)).unwrap().to_vec2().unwrap()
    };
    for implementation in [Implementation::Composed, Implementation::Fused] {
        let both = logits(&fixture("golden/tiny"), implementation);
        assert_eq!(logits(single.path(), implementation), both, "the first token type is the same");
    }
}

#[test]
fn pairs_need_two_token_types_and_single_sentences_are_trained_without() {
    let world = World::new();
    world.write_spec("[train]\nbatch_sizes = [8]\ninstances = 1\nepochs = 1\n");
    one_token_type(&world.path("model"));
    let refused = world.run(&[]).expect(2).err;
    assert!(refused.contains("pairs of sentences, and the model knows one token type"), "{refused}");
    let row = |n: usize| format!("w{} w{}\t{}\n", 5 + n, 9 + n, n % 2);
    let set: String = std::iter::once("sentence\tlabel\n".to_owned()).chain((0..40).map(row)).collect();
    world.write_sets(&[("train.tsv", &set), ("dev.tsv", &set)]);
    world.run(&[]).expect(0);
}
