//! The dashboard on a terminal: keys in, frames out.
//!
//! May import: `app`, `domain`, `engine`, `export`, `files`, `plot`, `resolve`, `spec_file`, `stats`, `theme`. Alone knows:
//! `crossterm`, `ratatui`, `tui_input`. Draws from `&App`; `app` decides what an action does.

mod colour_depth;
mod dashboard;
mod keymap;
mod layout;
mod output;
mod pictures;
mod screen;
mod terminal;
mod theme;
mod widgets;

pub use colour_depth::ColourDepth;
pub use dashboard::{DashboardEnd, run, watch};
pub use keymap::{ASKED, KEYS, SEARCHING, TYPING};
pub use screen::draw;
pub use terminal::{Terminal, restore};
pub use theme::Theme;
