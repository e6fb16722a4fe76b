//! Names of repositories, as a spec gives them.
#![no_main]

use batchscope::hub::{Kind, Repository};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|given: &str| {
    if let Ok(repository) = Repository::parse(Kind::Model, given) {
        assert_eq!(Repository::parse(Kind::Model, &repository.to_string()).unwrap(), repository);
    }
});
