//! Our numbers against PyTorch's (`tests/golden/tiny`; its README says how they were made). Dropout is off throughout.

use crate::support::{fixture, no_dropout};
use batchscope::domain::batch::Batch;
use batchscope::domain::choice::Norm;
use batchscope::model::{Bert, Implementation, NamedTensor, Pass, Pretrained, read_folder};
use batchscope::train::{Learner, LinearSchedule};
use candle_core::{DType, Device, Tensor};
use std::collections::HashMap;

fn tensors(file: &str) -> HashMap<String, Tensor> {
    candle_core::safetensors::load(fixture("golden/tiny").join(file), &Device::Cpu).unwrap()
}

const BOTH: [Implementation; 2] = [Implementation::Composed, Implementation::Fused];

fn model(implementation: Implementation) -> Bert {
    let Pretrained { config, weights, .. } = read_folder(&fixture("golden/tiny"), 2).unwrap();
    let words: Vec<u32> = (0..config.vocab_size as u32).collect();
    Bert::new(&config, Norm::Layer, &weights, &words, 2, 0, 0).unwrap().implemented(implementation)
}

fn floats(tensor: &Tensor) -> Vec<f32> {
    tensor.to_dtype(DType::F32).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

fn integers(tensor: &Tensor) -> Vec<Vec<u32>> {
    tensor.to_dtype(DType::U32).unwrap().to_vec2().unwrap()
}

/// The padded batch of `forward_backward.safetensors`, packed.
fn packed(golden: &HashMap<String, Tensor>) -> Batch {
    let labels: Vec<u32> = golden["labels"].to_dtype(DType::U32).unwrap().to_vec1().unwrap();
    let columns = ["input_ids", "token_type_ids", "attention_mask"].map(|name| integers(&golden[name]));
    let mut batch = Batch::default();
    for (number, label) in labels.into_iter().enumerate() {
        let length = columns[2][number].iter().filter(|mask| **mask == 1).count();
        batch.push(number as u32, label, &columns[0][number][..length], &columns[1][number][..length]);
    }
    batch
}

fn worst(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len());
    ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn norm(values: impl Iterator<Item = f32>) -> f64 {
    values.map(|value| f64::from(value).powi(2)).sum::<f64>().sqrt()
}

#[test]
fn hidden_states_and_logits_are_pytorchs() {
    let golden = tensors("forward_backward.safetensors");
    let batch = packed(&golden);
    let masks = no_dropout();
    let passes = [Pass::Evaluate(None), Pass::Train(&masks)];
    for (implementation, pass) in BOTH.into_iter().flat_map(|one| passes.map(|pass| (one, pass))) {
        let output = model(implementation).forward(&batch, pass).unwrap();
        assert_eq!(output.hidden.len(), 3);
        for (number, ours) in output.hidden.iter().enumerate() {
            let theirs = &golden[&format!("hidden.{number}")]; // [B, L, H], padding included
            let rows: Vec<Tensor> = batch
                .sequences()
                .enumerate()
                .map(|(index, tokens)| theirs.get(index).unwrap().narrow(0, 0, tokens.len()).unwrap())
                .collect();
            let theirs = Tensor::cat(&rows, 0).unwrap(); // [T, H]
            let difference = worst(&floats(ours), &floats(&theirs));
            assert!(difference <= 1e-5, "{implementation:?}: hidden.{number} differs by {difference}");
        }
        let difference = worst(&floats(&output.logits), &floats(&golden["logits"]));
        assert!(difference <= 1e-5, "{implementation:?}: logits differ by {difference}");
    }
}

#[test]
fn every_gradient_is_pytorchs() {
    let golden = tensors("forward_backward.safetensors");
    let batch = packed(&golden);
    for (implementation, alone) in BOTH.into_iter().flat_map(|one| [false, true].map(|alone| (one, alone))) {
        let mut model = model(implementation);
        let masks = no_dropout();
        let pass = Pass::Train(&masks);
        let logits = if alone { model.logits(&batch, pass) } else { model.forward(&batch, pass).map(|all| all.logits) };
        let logits = logits.unwrap();
        let labels = Tensor::from_slice(&batch.labels, batch.len(), &Device::Cpu).unwrap();
        let loss = candle_nn::loss::cross_entropy(&logits, &labels).unwrap();
        assert!((loss.to_scalar::<f32>().unwrap() - floats(&golden["loss"])[0]).abs() <= 1e-5);
        loss.backward().unwrap();
        let mut compared = 0;
        for group in &model.groups {
            let gradient = group.gradient();
            for view in group.layout().views() {
                let ours = &gradient[view.range()];
                let theirs = floats(&golden[&format!("grad.{}", view.name)]);
                let difference = norm(ours.iter().zip(&theirs).map(|(a, b)| a - b));
                let bound = 1e-4 * norm(theirs.iter().copied()) + 1e-7;
                assert!(
                    difference <= bound,
                    "{implementation:?}, logits alone {alone}: {} differs by {difference}, bound {bound}",
                    view.name
                );
                compared += 1;
            }
        }
        assert_eq!(compared, golden.keys().filter(|name| name.starts_with("grad.")).count());
    }
}

#[derive(serde::Deserialize)]
struct TenSteps {
    steps: Vec<GoldenStep>,
}

#[derive(serde::Deserialize)]
struct GoldenStep {
    sequences: Vec<Vec<u32>>,
    token_types: Vec<Vec<u32>>,
    labels: Vec<u32>,
    lr: f64,
    loss: f32,
    grad_norm_before_clip: f32,
}

#[test]
fn ten_updates_are_pytorchs() {
    let text = std::fs::read_to_string(fixture("golden/tiny/ten_steps.json")).unwrap();
    let golden: TenSteps = serde_json::from_str(&text).unwrap();
    assert_eq!(golden.steps.len(), 10);
    for implementation in BOTH {
        let mut learner = Learner::new(model(implementation), 0.01);
        let schedule = LinearSchedule::new(2e-3, 0.3, 10);
        for (done, step) in golden.steps.iter().enumerate() {
            let mut batch = Batch::default();
            for (number, tokens) in step.sequences.iter().enumerate() {
                batch.push(number as u32, step.labels[number], tokens, &step.token_types[number]);
            }
            let rate = schedule.rate(done as u64);
            assert!((rate - step.lr).abs() < 1e-12, "update {done}: rate {rate}, PyTorch's {}", step.lr);
            let metrics = learner.step(&batch, &no_dropout(), rate, 1.0).unwrap().unwrap();
            assert!((metrics.loss - step.loss).abs() <= 1e-5, "update {done}: {} against {}", metrics.loss, step.loss);
            assert!((metrics.gradient_norm - step.grad_norm_before_clip).abs() <= 1e-4 * step.grad_norm_before_clip);
        }
        let after = tensors("after_ten_steps.safetensors");
        for NamedTensor { name, values, .. } in learner.finish().unwrap().tensors().unwrap() {
            let difference = worst(&values, &floats(&after[&name]));
            assert!(difference <= 1e-5, "{name} differs by {difference} after ten updates");
        }
    }
}
