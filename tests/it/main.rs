//! The whole program, from outside: one binary, a module a promise.

mod corpus; // the embedded corpus is what its program makes
mod dashboard; // the real binary in a terminal
mod demo; // the embedded default trains at every batch size
mod fused; // the fused layer is the composed layer
mod golden; // our numbers against PyTorch's
mod interruption; // killed and stopped runs go on and end the same
mod layers; // imports point down only
mod model; // what must hold of the model whatever its numbers
mod checkpoints; // real checkpoints' spellings, and what is refused
mod pretraining; // the same bits however pre-training is cut and spread; nothing of the task is read
mod refusals; // bad input ends with exit code 2, a message, and nothing in the store
mod screens; // what the screen looks like
mod support; // small models and data to test with
mod sweep; // a sweep from the command line to the store
