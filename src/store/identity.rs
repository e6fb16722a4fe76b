//! Digests of specs: what makes two runs the same run.
//!
//! The digest is SHA-256 over canonical JSON (RFC 8785): keys sorted, numbers written one way.

use crate::domain::id::RunId;
use crate::domain::run::RunSpec;
use crate::domain::spec::Spec;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The name of the run this spec determines.
pub fn run_id(spec: &RunSpec) -> RunId {
    RunId::from_digest(&digest(spec))
}

/// What stays the same when arms, batch sizes or instances are added to an experiment.
pub fn experiment_digest(spec: &Spec) -> String {
    let mut train = spec.train.clone();
    train.batch_sizes = Vec::new();
    train.instances = 0;
    digest(&(&spec.task, &spec.model, &train))[..12].to_owned()
}

/// # Panics
/// never: the values hashed here are plain structs of strings and finite numbers, which always serialise.
fn digest(value: &impl Serialize) -> String {
    let bytes = serde_jcs::to_vec(value).expect("plain values serialise");
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::run::tests::example;

    #[test]
    fn a_run_is_named_by_what_determines_it() {
        let spec = example(8, 30);
        assert_eq!(run_id(&spec), run_id(&spec.clone()));
        let mut other = spec.clone();
        other.iid = 1;
        assert_ne!(run_id(&spec), run_id(&other));
        let mut other = spec.clone();
        other.learning_rate = 1e-4;
        assert_ne!(run_id(&spec), run_id(&other));
    }

    #[test]
    fn the_digest_does_not_drift() {
        // a change here orphans every run in every store: raise NUMERICS or find out why instead
        assert_eq!(run_id(&example(8, 30)).as_str(), "d43ce05dbbfa58b5d067");
    }
}
