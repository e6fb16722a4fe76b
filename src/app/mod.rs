//! The dashboard's model: `state` is what the screen shows, `act` how keys and events change it.
//!
//! May import: `domain`, `stats`, `plan`, `plot`, `spec_file`, `store`, `export`. Alone knows: `tui_input` (with `tui`). Never uses:
//! `std::fs`, `std::thread`, `crossbeam_channel`. Knows no terminal:
//! [`App::act`] changes values and returns effects for others to carry out.

mod act;
mod state;

pub use state::{
    Action, App, Asked, Asking, CommandPalette, Cost, Draft, Drafted, Effect, Inquiry, Leaving, Log, LogLine, Message,
    Motion, Panel, Scroll, Toast, runs, table,
};
