//! The fronts without a screen: arguments, `run` with progress bars or plain lines, and the commands that read a store.
//!
//! May import: `data`, `domain`, `engine`, `export`, `files`, `hub`, `logs`, `model`, `plan`, `plot`, `resolve`, `spec_file`, `stats`, `store`,
//! `train`. Alone knows: `clap`, `clap_complete`, `clap_mangen`, `indicatif`, `anstyle`, `terminal_size`. Of the terminal it uses only whether there is one and its width.

mod appearance;
mod arguments;
mod bench;
mod doctor;
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
mod question;
mod reference;
mod report;
mod report_from;
mod run;
mod runs;
mod store;
mod version;
mod watch;

pub use appearance::Appearance;
pub use arguments::{Arguments, Subcommand, SweepArguments};
pub use bench::bench;
pub use doctor::doctor;
pub use downloads::sources;
pub use exit::{BadInput, Exit};
pub use export::export;
pub use fetch::fetch;
pub use page::{notify, report_interruption};
pub use plan::confirmed;
pub use presets::{init, presets};
pub use pretrain::{PretrainingBar, pretrain};
pub use reference::{completions, man};
pub use report::report;
pub use run::run;
pub use runs::runs;
pub use store::store;
pub use watch::{WatchArguments, watch};
