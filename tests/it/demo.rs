//! The embedded default trains at every batch size, from any folder.

use crate::support::{Finished, histories};
use batchscope::domain::metric::Metric;
use std::process::Command;

#[test]
fn the_training_loss_falls_at_every_batch_size() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let output = Command::new(env!("CARGO_BIN_EXE_batchscope"))
        .current_dir(folder.path())
        .args(["run", "--set", "train.epochs=1", "--set", "train.instances=1"])
        .args(["--set", "train.evaluations_per_epoch=1", "--store"])
        .arg(&store)
        .output()
        .unwrap();
    Finished::of(output).expect(0);
    let histories = histories(&store);
    assert_eq!(histories.keys().map(|(size, _)| *size).collect::<Vec<_>>(), [2, 8, 16, 32, 64]);
    for ((batch_size, _), history) in histories {
        let losses: Vec<f64> = history.points(Metric::TrainLoss).into_iter().map(|point| point.1).collect();
        let quarter = losses.len() / 4;
        let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len() as f64;
        let (first, last) = (mean(&losses[..quarter]), mean(&losses[losses.len() - quarter..]));
        assert!(last < first - 0.01, "batch size {batch_size}: training loss from {first} to {last}");
    }
}
