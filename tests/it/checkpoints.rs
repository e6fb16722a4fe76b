//! Real checkpoints' spellings, and what is refused by name.

use crate::support::fixture;
use batchscope::model::{ModelError, Weights, read_folder};
use candle_core::{Device, Tensor};
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use tempfile::TempDir;

type Tensors = HashMap<String, Tensor>;

fn golden() -> Tensors {
    candle_core::safetensors::load(fixture("golden/tiny/model.safetensors"), &Device::Cpu).unwrap()
}

fn folder(tensors: &Tensors) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(fixture("golden/tiny/config.json"), folder.path().join("config.json")).unwrap();
    candle_core::safetensors::save(tensors, folder.path().join("model.safetensors")).unwrap();
    folder
}

fn read(tensors: &Tensors) -> Result<Weights, ModelError> {
    read_folder(folder(tensors).path(), 2).map(|(_, weights)| weights)
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

/// A checkpoint from the world outside; `BATCHSCOPE_MINILM` names its folder.
#[test]
fn a_real_checkpoint_reads() {
    let Some(folder) = std::env::var_os("BATCHSCOPE_MINILM") else {
        // written past the test harness, which hides what a passing test prints
        let words = "skipped: set BATCHSCOPE_MINILM to a folder with all-MiniLM-L6-v2 to read a real checkpoint";
        let _ = writeln!(std::io::stderr(), "{words}");
        return;
    };
    let (config, weights) = read_folder(Path::new(&folder), 2).unwrap();
    assert_eq!((config.num_hidden_layers, config.hidden_size), (6, 384));
    assert_eq!(weights.tensors.len(), 6 * 16 + 5 + 2);
}
