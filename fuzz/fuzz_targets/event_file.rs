//! TensorBoard's event file.
#![no_main]

use batchscope::event_file;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| drop(event_file::read(bytes)));
