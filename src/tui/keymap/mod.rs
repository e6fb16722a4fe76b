//! The key bindings: one table for dispatch, footer and help.

mod dispatch;
mod entries;
mod table;

use crate::app::{Action, Motion, Panel};
use crate::domain::ablation::Ablation;
use crossterm::event::KeyCode;
pub use dispatch::action;
pub use entries::entries;
pub use table::{ASKED, KEYS, SEARCHING, TYPING};

/// A key binding.
pub struct Binding {
    key: KeyCode,
    /// whether Ctrl is held
    control: bool,
    pub action: Action,
    /// the name of the key
    pub label: &'static str,
    /// the description in the help
    pub help: &'static str,
    /// one word for the footer; empty: not shown there
    pub hint: &'static str,
    /// the panel that must have the focus; `None`: any
    pub panel: Option<Panel>,
}

/// The help of a key that does the same as the one above it.
pub const SAME: &str = "the same";

const fn binding(key: KeyCode, action: Action, label: &'static str, help: &'static str, hint: &'static str) -> Binding {
    Binding { key, control: false, action, label, help, hint, panel: None }
}

impl Binding {
    const fn within(self, panel: Panel) -> Self {
        Self { panel: Some(panel), ..self }
    }

    const fn with_control(self) -> Self {
        Self { control: true, ..self }
    }

    /// The description, for [`SAME`] that of the other key with this action.
    fn words(&self) -> &'static str {
        let named = |other: &&Binding| other.action == self.action && other.help != SAME;
        let of_panel = |other: &&Binding| named(other) && other.panel == self.panel;
        let original = KEYS.iter().find(of_panel).or_else(|| KEYS.iter().find(named));
        if self.help == SAME { original.map_or(SAME, |original| original.help) } else { self.help }
    }
}

const fn letter(key: char, action: Action, label: &'static str, help: &'static str, hint: &'static str) -> Binding {
    binding(KeyCode::Char(key), action, label, help, hint)
}

/// The key that drafts an ablation.
const fn drafts(ablation: &'static Ablation) -> Binding {
    match ablation.press {
        Some(press) => letter(press.letter, Action::Cycle(ablation), press.label, press.help, press.hint),
        None => panic!("an ablation that no key drafts"),
    }
}

const fn go(key: KeyCode, motion: Motion, label: &'static str, help: &'static str) -> Binding {
    binding(key, Action::Go(motion), label, help, "")
}

/// The name of the key for an action.
pub fn label(action: Action) -> &'static str {
    KEYS.iter().find(|binding| binding.action == action).map_or("", |binding| binding.label)
}

/// The keys that work while this panel has the focus: its own first, then the global ones that it does not override.
pub fn working(focus: Panel) -> impl Iterator<Item = &'static Binding> {
    let own = move || KEYS.iter().filter(move |binding| binding.panel == Some(focus));
    let left_alone = move |binding: &&Binding| own().all(|other| other.label != binding.label);
    own().chain(KEYS.iter().filter(|binding| binding.panel.is_none()).filter(left_alone))
}
