//! Variants of real checkpoints, and what is refused by name.

use crate::support::torch_file::{StateDict, tensors};
use crate::support::{fixture, python, skipped};
use batchscope::domain::batch::Batch;
use batchscope::domain::choice::Norm;
use batchscope::model::{Bert, ModelError, Pass, Pretrained, Weights, read_folder};
use candle_core::{Device, Tensor};
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

type Tensors = HashMap<String, Tensor>;

fn golden() -> Tensors {
    candle_core::safetensors::load(fixture("golden/tiny/model.safetensors"), &Device::Cpu).unwrap()
}

fn folder(tensors: &Tensors) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(fixture("golden/tiny/config.json"), folder.path().join("config.json")).unwrap();
    candle_core::safetensors::save(tensors, folder.path().join("model.safetensors")).unwrap();
    folder
}

fn read(tensors: &Tensors) -> Result<Weights, ModelError> {
    read_folder(folder(tensors).path(), 2).map(|read| read.weights)
}

fn renamed(rename: impl Fn(&str) -> String) -> Tensors {
    golden().into_iter().map(|(name, tensor)| (rename(&name), tensor)).collect()
}

fn zeros(shape: &[usize]) -> Tensor {
    Tensor::zeros(shape, candle_core::DType::F32, &Device::Cpu).unwrap()
}

#[test]
fn all_spellings_of_one_checkpoint_are_one_checkpoint() {
    let plain = read(&golden()).unwrap();
    assert_eq!(read(&renamed(|name| name.replace("bert.", ""))).unwrap(), plain);
    let tensorflow =
        renamed(|name| name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"));
    assert_eq!(read(&tensorflow).unwrap(), plain);
    let mut with_riders = golden();
    with_riders.insert("bert.embeddings.position_ids".into(), zeros(&[1, 40]));
    with_riders.insert("cls.predictions.bias".into(), zeros(&[97]));
    with_riders.insert("cls.seq_relationship.weight".into(), zeros(&[2, 32]));
    assert_eq!(read(&with_riders).unwrap(), plain);
}

#[test]
fn a_masked_language_model_gets_a_pooler() {
    let mut without = golden();
    without.retain(|name, _| !name.starts_with("classifier.") && !name.starts_with("bert.pooler."));
    let weights = read(&without).unwrap();
    assert!(weights.lacks_pooler() && !read(&golden()).unwrap().lacks_pooler());
    let words: Vec<u32> = (0..97).collect();
    let config = read_folder(folder(&without).path(), 2).unwrap().config;
    let pooler = |iid: u32| {
        let model = Bert::new(&config, Norm::Layer, &weights, &words, 2, 1, iid).unwrap();
        model.tensors().unwrap().into_iter().find(|tensor| tensor.name == "bert.pooler.dense.weight").unwrap().values
    };
    assert!(pooler(0).iter().any(|value| *value != 0.0));
    assert_ne!(pooler(0), pooler(1), "instances differ in what is drawn");
    without.insert("bert.pooler.dense.bias".into(), zeros(&[32]));
    let error = read(&without).unwrap_err().to_string();
    assert!(error.contains("`bert.pooler.dense.weight` is missing"), "half a pooler is a broken file: {error}");
}

#[test]
fn a_missing_classifier_is_drawn_and_anything_else_missing_is_named() {
    let mut without = golden();
    without.retain(|name, _| !name.starts_with("classifier."));
    let weights = read(&without).unwrap();
    assert!(!weights.tensors.contains_key("classifier.weight"));
    without.remove("bert.encoder.layer.1.attention.self.value.bias");
    let error = read(&without).unwrap_err().to_string();
    assert!(error.contains("the tensor `bert.encoder.layer.1.attention.self.value.bias` is missing"), "{error}");
}

#[test]
fn extra_misshapen_and_broken_tensors_are_named() {
    let mut extra = golden();
    extra.insert("bert.encoder.layer.2.output.dense.bias".into(), zeros(&[32]));
    assert!(read(&extra).unwrap_err().to_string().contains("`bert.encoder.layer.2.output.dense.bias` is not part of"));
    let mut twice = golden();
    twice.insert("pooler.dense.bias".into(), zeros(&[32]));
    let error = read(&twice).unwrap_err().to_string();
    assert!(
        error.contains("`bert.pooler.dense.bias` and `pooler.dense.bias` are two spellings of one tensor"),
        "{error}"
    );
    let mut misshapen = golden();
    misshapen.insert("bert.pooler.dense.bias".into(), zeros(&[31]));
    let error = read(&misshapen).unwrap_err().to_string();
    assert!(error.contains("`bert.pooler.dense.bias` has shape [31], expected [32]"), "{error}");
    let mut broken = golden();
    broken.insert("bert.pooler.dense.bias".into(), Tensor::from_vec(vec![f32::NAN; 32], 32, &Device::Cpu).unwrap());
    let error = read(&broken).unwrap_err().to_string();
    assert!(error.contains("`bert.pooler.dense.bias` holds values that are not finite"), "{error}");
}

#[test]
fn half_precision_files_are_read() {
    let half =
        golden().into_iter().map(|(name, tensor)| (name, tensor.to_dtype(candle_core::DType::F16).unwrap())).collect();
    let (half, whole) = (read(&half).unwrap(), read(&golden()).unwrap());
    for (name, values) in &whole.tensors {
        for (a, b) in values.iter().zip(&half.tensors[name]) {
            assert!((a - b).abs() <= 1e-3 * a.abs().max(0.1), "{name}: {a} became {b}");
        }
    }
}

#[test]
fn every_container_of_one_checkpoint_is_one_checkpoint() {
    let plain = read(&golden()).unwrap();
    let state = StateDict::of(&tensors(&fs::read(fixture("golden/tiny/model.safetensors")).unwrap()));
    for bytes in [state.zip(), state.legacy()] {
        let folder = folder(&Tensors::new());
        fs::remove_file(folder.path().join("model.safetensors")).unwrap();
        fs::write(folder.path().join("pytorch_model.bin"), bytes).unwrap();
        assert_eq!(read_folder(folder.path(), 2).unwrap().weights, plain);
    }
}

/// A published checkpoint; `BATCHSCOPE_MINILM` names its folder.
fn minilm() -> Option<PathBuf> {
    let folder = std::env::var_os("BATCHSCOPE_MINILM").map(PathBuf::from);
    if folder.is_none() {
        skipped("set BATCHSCOPE_MINILM to a folder with all-MiniLM-L6-v2 to read a real checkpoint");
    }
    folder
}

#[test]
fn a_real_checkpoint_reads() {
    let Some(folder) = minilm() else { return };
    let Pretrained { config, weights, .. } = read_folder(&folder, 2).unwrap();
    assert_eq!((config.num_hidden_layers, config.hidden_size), (6, 384));
    assert_eq!(weights.tensors.len(), 6 * 16 + 5 + 2);
}

/// Saves a checkpoint in every container into folders of their own, and prints the pooled output of some tokens.
const SAVER: &str = r#"
import json, shutil, sys, torch
from pathlib import Path
from transformers import AutoModel
source, out = Path(sys.argv[1]), Path(sys.argv[2])
model = AutoModel.from_pretrained(source).eval()
for name in ["safetensors", "zip", "legacy"]:
    folder = out / name
    folder.mkdir()
    shutil.copy(source / "config.json", folder)
    if name == "safetensors":
        model.save_pretrained(folder)
    else:
        torch.save(model.state_dict(), folder / "pytorch_model.bin", _use_new_zipfile_serialization=name == "zip")
with torch.no_grad():
    pooled = model(input_ids=torch.tensor([json.loads(sys.argv[3])])).pooler_output[0]
print(json.dumps(pooled.tolist()))
"#;

#[test]
fn a_real_checkpoint_is_the_same_in_every_container_of_pytorch() {
    let (Some(source), Some(mut python)) = (minilm(), python("to save a checkpoint in every container")) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let tokens = [101, 7592, 2088, 102];
    let run = python.args(["-c", SAVER]).arg(&source).arg(folder.path()).arg(format!("{tokens:?}")).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let theirs: Vec<f32> = serde_json::from_slice(&run.stdout).unwrap();
    let read = |name: &str| read_folder(&folder.path().join(name), 2).unwrap();
    let Pretrained { config, weights, .. } = read("safetensors");
    assert_eq!(read("zip").weights, weights);
    assert_eq!(read("legacy").weights, weights);
    // logits that are the pooled output itself: a class for each of its features
    let width = config.hidden_size;
    let mut tensors = weights.tensors;
    let identity = (0..width * width).map(|place| f32::from(u8::from(place % (width + 1) == 0))).collect();
    tensors.insert("classifier.weight".into(), identity);
    tensors.insert("classifier.bias".into(), vec![0.0; width]);
    let mut batch = Batch::default();
    batch.push(0, 0, &[0, 1, 2, 3], &[0; 4]);
    let weights = Weights::from_tensors(tensors);
    let mut model = Bert::new(&config, Norm::Layer, &weights, &tokens, width, 0, 0).unwrap();
    let ours: Vec<f32> = model.forward(&batch, Pass::Evaluate(None)).unwrap().logits.get(0).unwrap().to_vec1().unwrap();
    let largest = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0f32, f32::max);
    assert!(ours.len() == theirs.len() && largest < 1e-5, "{largest}");
}
