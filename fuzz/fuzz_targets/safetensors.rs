//! Weights in `model.safetensors`, of a tiny shape.
#![no_main]

use batchscope_fuzz::readers;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| drop(readers::weights("model.safetensors", bytes)));
