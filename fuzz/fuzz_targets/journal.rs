//! A run's journal.
#![no_main]

use batchscope_fuzz::readers;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| readers::journal(bytes));
