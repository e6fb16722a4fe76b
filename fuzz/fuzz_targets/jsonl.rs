//! A set of examples, a JSON object a line.
#![no_main]

use batchscope::data::Format;
use batchscope_fuzz::readers;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| readers::table(Format::Jsonl, bytes));
