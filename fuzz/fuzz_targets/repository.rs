//! Names of repositories, as a spec gives them.
#![no_main]

use batchscope::hub::{RepositoryKind, Repository};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|given: &str| {
    if let Ok(repository) = Repository::parse(RepositoryKind::Model, given) {
        assert_eq!(Repository::parse(RepositoryKind::Model, &repository.to_string()).unwrap(), repository);
    }
});
