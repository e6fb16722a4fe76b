//! The view of a figure.
#![no_main]

use batchscope_fuzz::readers;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| readers::view(text));
