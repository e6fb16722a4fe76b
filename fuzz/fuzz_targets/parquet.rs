//! A set of examples in Parquet.
#![no_main]

use batchscope::data::Format;
use batchscope_fuzz::readers;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| readers::set(Format::Parquet, bytes));
