//! The dashboard's model: what is on the screen, and what follows from a key or an event.
//!
//! May import: `domain`, `stats`, `plan`, `plot`, `spec_file`, `store`, `export`. Alone knows: `tui_input` (with `tui`). Never uses:
//! `std::fs`, `std::thread`, `crossbeam_channel`. Knows no terminal:
//! [`App::act`] changes values and returns effects for others to carry out.

mod action;
mod asking;
mod cost;
mod draft;
mod drafting;
mod effect;
mod inquiry;
mod log;
mod look;
mod palette;
mod panel;
mod pasted;
mod pictures;
mod scroll;
mod state;
mod steering;
pub mod table;
mod update;

pub use action::{Action, Motion};
pub use asking::{Asked, Asking};
pub use cost::{Cost, runs};
pub use draft::Draft;
pub use drafting::Drafted;
pub use effect::Effect;
pub use inquiry::Inquiry;
pub use log::{Log, LogLine};
pub use palette::Palette;
pub use panel::Panel;
pub use scroll::Scroll;
pub use state::{App, Leaving, Toast};
