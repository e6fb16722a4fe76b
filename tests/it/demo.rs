//! The embedded default shows an effect of batch size, from any folder.

use crate::support::{Finished, histories};
use std::process::Command;

#[test]
fn small_batches_are_ahead_after_an_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let mut command = Command::new(env!("CARGO_BIN_EXE_batchscope"));
    command
        .current_dir(folder.path())
        .args(["run", "--set", "train.epochs=1", "--set", "train.instances=1"])
        .args(["--set", "train.evaluations_per_epoch=1", "--store"])
        .arg(&store);
    Finished::of(&mut command).expect(0);
    let histories = histories(&store);
    assert_eq!(histories.keys().map(|(size, _)| *size).collect::<Vec<_>>(), [2, 8, 16, 32, 64]);
    let end = |size: u32| histories[&(size, 0)].last_evaluation().unwrap();
    let (accuracy, loss) = (|size| end(size).scores.accuracy, |size| end(size).scores.loss);
    // data/README.md: 0.677 by the majority class, 0.730 by word overlap
    assert!(accuracy(2) > 0.78 && accuracy(8) > 0.78, "{} and {}", accuracy(2), accuracy(8));
    assert!(accuracy(2) > accuracy(64) + 0.02, "{} and {}", accuracy(2), accuracy(64));
    // six examples of three hundred may be chance; how sure the model is of all of them is not
    assert!(loss(2) + 0.15 < loss(64), "{} and {}", loss(2), loss(64));
}
