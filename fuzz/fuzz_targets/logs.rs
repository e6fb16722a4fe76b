//! Logs of other programs: the first byte chooses the format, the second where the file grows.
#![no_main]

use batchscope_fuzz::readers;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u8, Vec<u8>)| {
    let (format, cut, bytes) = input;
    readers::logs(format, usize::from(cut), &bytes);
});
