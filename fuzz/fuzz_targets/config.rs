//! `config.json`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    std::fs::write(&path, bytes).unwrap();
    if let Ok(config) = batchscope::model::read_config(&path) {
        assert!(config.hidden_size.is_multiple_of(config.num_attention_heads));
    }
});
