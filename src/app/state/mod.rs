//! What is on the screen, as values, and what follows from them: costs, questions, drafts in words. Nothing here does
//! anything.

mod action;
mod app;
mod asking;
mod cost;
mod draft;
mod drafted;
mod effect;
mod inquiry;
mod investigation;
mod log;
mod message;
mod palette;
mod panel;
mod pasted;
mod question;
mod scroll;
pub mod table;
mod target;
mod words;

pub use action::{Action, Motion};
pub use app::{App, Leaving, Toast};
pub use asking::Asking;
pub use cost::Cost;
pub use draft::Draft;
pub use drafted::Drafted;
pub use effect::Effect;
pub use inquiry::Inquiry;
pub use log::{Log, LogLine};
pub use message::Message;
pub use palette::CommandPalette;
pub use panel::Panel;
pub use question::Asked;
pub use scroll::Scroll;
pub use target::Target;
pub use words::runs;
