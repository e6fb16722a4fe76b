//! Digests of specs: runs with the same digest are the same run.
//!
//! The digest is SHA-256 over canonical JSON (RFC 8785): keys sorted, one spelling of each number.

use super::id::RunId;
use super::run::RunSpec;
use super::spec::Spec;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The name of the run that a spec determines.
pub fn run_id(spec: &RunSpec) -> RunId {
    RunId::from_digest(&digest(spec))
}

/// The name of a run of another program, by what it is called there.
pub fn id_of_name(name: &str) -> RunId {
    RunId::from_digest(&digest(&name))
}

/// The digest of an experiment, which arms, batch sizes and instances do not affect.
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
    use super::super::run::made_up::spec as example;
    use super::*;

    #[test]
    fn the_name_of_a_run_depends_on_everything_that_determines_it() {
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
    fn the_digest_is_stable() {
        // a change here orphans every run in every store: raise NUMERICS or find out why instead
        assert_eq!(run_id(&example(8, 30)).as_str(), "d43ce05dbbfa58b5d067");
        let spec = serde_json::json!({
            "name": "mine", "task": {}, "model": { "source": "embedded" }, "train": {}, "store": {}, "arms": [],
        });
        assert_eq!(experiment_digest(&serde_json::from_value(spec).unwrap()), "35e6ec4e1055");
    }
}
