//! The fronts without a screen: arguments, and `run` with progress bars or plain lines.
//!
//! May import: everything below the fronts. Knows no terminal beyond whether there is one.

mod arguments;
mod bench;
mod exit;
mod lines;
mod progress;
mod run;

pub use arguments::{Arguments, Subcommand, SweepArguments};
pub use bench::bench;
pub use exit::Exit;
pub use run::run;
