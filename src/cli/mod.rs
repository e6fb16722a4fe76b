//! The fronts without a screen: arguments, `run` with progress bars or plain lines, and what is said of a store.
//!
//! May import: everything below the fronts. Knows no terminal beyond whether there is one.

mod arguments;
mod exit;
mod export;
mod lines;
mod progress;
mod report;
mod run;

pub use arguments::{Arguments, Subcommand, SweepArguments};
pub use exit::Exit;
pub use export::export;
pub use report::report;
pub use run::run;
