//! Weights in `pytorch_model.bin`, of a tiny shape.
#![no_main]

use batchscope_fuzz::readers;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| drop(readers::weights("pytorch_model.bin", bytes)));
