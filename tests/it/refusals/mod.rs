//! Invalid input ends with exit code 2 and a message with place, value, expected value and remedy, before training and
//! without creating a store.

use crate::support::World;

mod models;
mod pickles;
mod sets;
mod specs;

/// One thing that is broken: what it is, and words that the message must have.
type Case<'c, T> = (&'c str, T, &'c [&'c str]);

#[track_caller]
fn refuse(world: &World, what: &str, arguments: &[&str], words: &[&str]) {
    let finished = world.run(arguments);
    assert_eq!(finished.code, Some(2), "{what}: {}", finished.err);
    for word in words {
        assert!(finished.err.contains(word), "{what}: no `{word}` in: {}", finished.err);
    }
    assert!(!finished.err.contains("panicked"), "{what}: {}", finished.err);
    assert_eq!(finished.err.trim_end().lines().count(), 1, "{what}: one plain sentence: {}", finished.err);
    assert!(!world.store().exists(), "{what}: the store was touched");
}
