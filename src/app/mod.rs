//! The dashboard's model: `state` is what is on the screen, `act` what follows from a key or an event.
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
