//! What must hold of every reader, shared with the tests.

#[path = "../../tests/it/support/readers.rs"]
pub mod readers;
