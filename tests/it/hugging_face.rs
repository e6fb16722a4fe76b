//! Kept weights are exported as a folder that transformers loads, with the same logits.

use crate::support::observer::Unobserved;
use crate::support::{World, pairs, python};
use batchscope::data::PairTokenizer;
use batchscope::domain::arm::Arm;
use batchscope::domain::batch::Batch;
use batchscope::model::{Bert, Pass, Pretrained, Weights, read_folder};
use batchscope::resolve::{Prepared, Sources, prepare};
use batchscope::spec_file::parse;
use batchscope::train::{Ending, RunInputs, train};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

const TABLE: &str = "bert.embeddings.word_embeddings.weight";
/// Large enough for weight decay to be seen.
const SPEC: &str = "[train]\nbatch_sizes = [8]\ninstances = 1\nepochs = 2\nlearning_rate = 1e-2\nweight_decay = 0.5\n";

fn run_id(world: &World) -> String {
    world.json(&["runs", "--json"])[0]["run"].as_str().unwrap().to_owned()
}

fn export(world: &World, output: &Path) -> crate::support::Finished {
    let (run, output) = (run_id(world), output.display().to_string());
    world.batchscope(&["export", "--format", "checkpoint", "--run", &run, "--output", &output])
}

/// A world with one finished run, and the folder of its exported checkpoint.
fn exported(spec: &str) -> (World, PathBuf) {
    let world = World::new();
    world.write_spec(spec);
    world.run(&[]).expect(0);
    let output = world.path("exported");
    export(&world, &output).expect(0);
    (world, output)
}

fn prepared(world: &World) -> Prepared {
    let text = fs::read_to_string(world.path("spec.toml")).unwrap();
    let place =
        |key: &str, path: &str| format!("{key}={}", toml::Value::String(world.path(path).display().to_string()));
    prepare(
        parse("spec.toml", &text, &[place("task.path", "task"), place("model.source", "model")]).unwrap(),
        &Sources::cached(),
    )
    .unwrap()
}

/// The same run trained here with every row of the word table.
#[test]
fn the_whole_word_table_is_as_if_it_had_been_trained_whole() {
    let (world, output) = exported(SPEC);
    let Prepared { train: examples, validation, words, weights, .. } = &prepared(&world);
    let spec = prepared(&world).plan().runs(&Arm::baseline()).unwrap().remove(0).spec;
    let vocabulary = spec.model.config.vocab_size as u32;
    let unused: Vec<u32> = (0..vocabulary).filter(|word| !words.contains(word)).collect();
    assert!(unused.len() >= 3, "some words must be unused for this to test anything");
    // rows behind those that are used get no gradient
    let all_words: Vec<u32> = words.iter().chain(&unused).copied().collect();
    let inputs = RunInputs { spec: &spec, weights, words: &all_words, train: examples, validation, further_sets: &[] };
    let Ending::Finished(model) = train(&inputs, None, &mut Unobserved::default()).unwrap() else { panic!("stopped") };
    let trained: BTreeMap<String, Vec<f32>> =
        model.tensors().unwrap().into_iter().map(|tensor| (tensor.name, tensor.values)).collect();
    let found = read_folder(&output, 2).unwrap().weights;
    let width = spec.model.config.hidden_size;
    for (row, word) in all_words.iter().enumerate() {
        let expected = &trained[TABLE][row * width..][..width];
        let written = &found.tensors[TABLE][*word as usize * width..][..width];
        if row < words.len() {
            assert_eq!(written, expected, "word {word} is used");
            continue;
        }
        let begun = &weights.tensors[TABLE][*word as usize * width..][..width];
        assert_ne!(written, begun, "word {word} has decayed");
        for (a, b) in written.iter().zip(expected) {
            assert!((a - b).abs() <= 1e-5 * b.abs(), "unused word {word}: {a}, trained {b}");
        }
    }
    for (name, values) in trained.iter().filter(|(name, _)| *name != TABLE) {
        assert_eq!(&found.tensors[name], values, "{name}");
    }
}

#[test]
fn what_cannot_be_exported_is_refused_with_the_way_out() {
    let world = World::new();
    world.write_spec(SPEC);
    world.run(&["--set", "store.keep_weights=none"]).expect(0);
    let refused = export(&world, &world.path("out")).expect(2).err;
    assert!(refused.contains("kept no final weights") && refused.contains("store.keep_weights=all"), "{refused}");
    world.batchscope(&["runs", "remove", "bs=8", "--yes"]).expect(0);

    world.run(&["--set", "train.norm=rms"]).expect(0);
    assert!(export(&world, &world.path("out")).expect(2).err.contains("does not use layer norm"));
    world.batchscope(&["runs", "remove", "bs=8", "--yes"]).expect(0);

    world.run(&[]).expect(0);
    fs::create_dir(world.path("mine")).unwrap();
    fs::write(world.path("mine/thesis.tex"), "years of work").unwrap();
    let refused = export(&world, &world.path("mine")).expect(2).err;
    assert!(refused.contains("exists and is not an empty folder"), "{refused}");
    assert_eq!(fs::read_dir(world.path("mine")).unwrap().count(), 1);
    fs::create_dir(world.path("empty")).unwrap();
    export(&world, &world.path("empty")).expect(0);
    assert!(world.path("empty/model.safetensors").exists());

    let model = world.path("model/model.safetensors");
    fs::rename(&model, world.path("elsewhere")).unwrap();
    let refused = export(&world, &world.path("out")).expect(2).err;
    assert!(refused.contains("are no longer available") && refused.contains("model.safetensors"), "{refused}");
    assert!(!world.path("out").exists(), "nothing is left of a refusal");
}

#[test]
fn a_run_that_is_not_finished_has_nothing_to_export() {
    let world = World::new();
    world.write_spec("[train]\nbatch_sizes = [8]\ninstances = 1\nepochs = 1\nlearning_rate = 1e30\nnorm = \"none\"\n");
    world.run(&[]).expect(1);
    let refused = export(&world, &world.path("out")).expect(2).err;
    assert!(refused.contains("is failed, not finished"), "{refused}");
}

/// Prints the logits of every pair in a file of lines `first TAB second`.
const READER: &str = r#"
import json, sys, torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer
model = AutoModelForSequenceClassification.from_pretrained(sys.argv[1]).eval()
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
pairs = [line.rstrip("\n").split("\t") for line in open(sys.argv[2])]
with torch.no_grad():
    logits = [model(**tokenizer(a, b, return_tensors="pt")).logits[0].tolist() for a, b in pairs]
print(json.dumps({"class": type(model).__name__, "labels": model.config.num_labels, "logits": logits}))
"#;

#[test]
fn transformers_computes_the_same_logits() {
    let Some(mut python) = python("to load checkpoints with it") else { return };
    let (world, output) = exported("[train]\nbatch_sizes = [8]\ninstances = 1\nepochs = 2\nlearning_rate = 1e-3\n");
    let text: Vec<(String, String)> = pairs(20, 2)
        .lines()
        .skip(1)
        .map(|line| {
            let mut columns = line.split('\t').skip(3).map(str::to_owned);
            (columns.next().unwrap(), columns.next().unwrap())
        })
        .collect();
    let lines: String = text.iter().map(|(a, b)| format!("{a}\t{b}\n")).collect();
    fs::write(world.path("pairs.tsv"), lines).unwrap();

    // our own evaluation, of the run's kept rows
    let kept = fs::read_dir(world.store().join("runs")).unwrap().next().unwrap().unwrap().path();
    let kept =
        candle_core::safetensors::load(kept.join("attempts/1/weights.safetensors"), &candle_core::Device::Cpu).unwrap();
    let words: Vec<u32> = kept["words"].to_vec1().unwrap();
    let Pretrained { config, weights: whole, .. } = read_folder(&output, 2).unwrap();
    let mut tensors = whole.tensors.clone();
    for (name, tensor) in kept.iter().filter(|(name, _)| *name != "words" && *name != TABLE) {
        tensors.insert(name.clone(), tensor.flatten_all().unwrap().to_vec1().unwrap());
    }
    let weights = Weights::from_tensors(tensors);
    let mut model = Bert::new(&config, batchscope::domain::choice::Norm::Layer, &weights, &words, 2, 0, 0).unwrap();
    let tokenizer = PairTokenizer::from_folder(&output, 40).unwrap();
    let mut batch = Batch::default();
    for (number, (a, b)) in text.iter().enumerate() {
        let (tokens, types) = tokenizer.encode(a, Some(b)).unwrap();
        let rows: Vec<u32> = tokens.iter().map(|token| words.binary_search(token).unwrap() as u32).collect();
        batch.push(number as u32, 0, &rows, &types);
    }
    let ours: Vec<Vec<f32>> = model.forward(&batch, Pass::Evaluate(None)).unwrap().logits.to_vec2().unwrap();

    let run = python.args(["-c", READER]).arg(&output).arg(world.path("pairs.tsv")).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let theirs: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(theirs["class"], "BertForSequenceClassification");
    assert_eq!(theirs["labels"], 2);
    let theirs: Vec<Vec<f32>> = serde_json::from_value(theirs["logits"].clone()).unwrap();
    let differences = ours.iter().flatten().zip(theirs.iter().flatten()).map(|(a, b)| (a - b).abs());
    let largest = differences.fold(0f32, f32::max);
    let _ = writeln!(std::io::stderr(), "largest difference of a logit: {largest:e}");
    assert!(largest < 1e-5, "{largest}");
}
