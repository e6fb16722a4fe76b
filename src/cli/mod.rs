//! The fronts without a screen: arguments, `run` with progress bars or plain lines, and what is said of a store.
//!
//! May import: everything below the fronts. Knows no terminal beyond whether there is one, and how wide.

mod arguments;
mod bench;
mod downloads;
mod exit;
mod export;
mod fetch;
mod json;
mod lines;
mod output;
mod page;
mod plan;
mod presets;
mod pretrain;
mod progress;
mod report;
mod run;
mod runs;

pub use arguments::{Arguments, Subcommand, SweepArguments};
pub use bench::bench;
pub use downloads::sources;
pub use exit::{BadInput, Exit};
pub use export::export;
pub use fetch::fetch;
pub use page::{say_left, talk};
pub use plan::agrees;
pub use presets::{init, presets};
pub use pretrain::{PretrainingBar, pretrain};
pub use report::report;
pub use run::run;
pub use runs::runs;
