//! Weights in `model.safetensors`, of a model of the tests' tiny shape.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().unwrap();
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/tiny/config.json");
    std::fs::copy(config, folder.path().join("config.json")).unwrap();
    std::fs::write(folder.path().join("model.safetensors"), bytes).unwrap();
    let _ = batchscope::model::read_folder(folder.path(), 2);
});
