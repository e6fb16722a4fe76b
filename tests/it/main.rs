//! The whole program, from outside: one binary, a module a promise.

mod golden; // our numbers against PyTorch's
mod model; // what must hold of the model whatever its numbers
mod support; // small models and data to test with
