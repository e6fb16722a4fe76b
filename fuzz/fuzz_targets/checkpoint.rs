//! The state of a run that was interrupted.
#![no_main]

use batchscope::train::Snapshot;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| drop(Snapshot::from_bytes(bytes)));
