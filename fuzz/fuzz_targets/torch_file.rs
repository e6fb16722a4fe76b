//! Weights in `pytorch_model.bin`, of a model of the tests' tiny shape.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().unwrap();
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/tiny/config.json");
    std::fs::copy(config, folder.path().join("config.json")).unwrap();
    std::fs::write(folder.path().join("pytorch_model.bin"), bytes).unwrap();
    let _ = batchscope::model::read_folder(folder.path(), 2);
});
