//! Keys to actions: one table that feeds the dispatch, the footer and the help.

use crate::app::Action;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// One key.
pub struct Binding {
    key: KeyCode,
    pub action: Action,
    /// how the key is written
    pub label: &'static str,
    /// what it does, for the help
    pub help: &'static str,
    /// one word for the footer; empty: not there
    pub hint: &'static str,
}

const fn binding(key: KeyCode, action: Action, label: &'static str, help: &'static str, hint: &'static str) -> Binding {
    Binding { key, action, label, help, hint }
}

/// In the order of the help. The footer takes as many hints as fit, from the top.
pub const KEYS: [Binding; 23] = [
    binding(KeyCode::Char('q'), Action::Quit, "q", "save and leave; a second time: leave at once", "quit"),
    binding(KeyCode::Char('?'), Action::Help, "?", "this help", "help"),
    binding(KeyCode::Char('m'), Action::NextMetric, "m", "next metric", "metric"),
    binding(KeyCode::Char('d'), Action::CycleDropout, "d", "draft: dropout off, left on at evaluation, on", "dropout"),
    binding(KeyCode::Char('n'), Action::CycleNorm, "n", "draft: batch, rms, no, layer norm", "norm"),
    binding(KeyCode::Char('a'), Action::AddDraft, "a", "add the draft as an arm and train it", "add arm"),
    binding(KeyCode::Char('w'), Action::Picture, "w", "write the chart as a PNG into the current folder", "picture"),
    binding(KeyCode::Enter, Action::Zoom, "Enter", "the chart over the whole screen, and back", "zoom"),
    binding(KeyCode::Char('z'), Action::Zoom, "z", "the same", ""),
    binding(KeyCode::Esc, Action::Back, "Esc", "one step back: help, zoom, draft, selection", "back"),
    binding(KeyCode::Char('T'), Action::NextTheme, "T", "next theme", "theme"),
    binding(KeyCode::Down, Action::SelectNext, "↓", "next run", ""),
    binding(KeyCode::Char('j'), Action::SelectNext, "j", "the same", ""),
    binding(KeyCode::Up, Action::SelectPrevious, "↑", "previous run", ""),
    binding(KeyCode::Char('k'), Action::SelectPrevious, "k", "the same", ""),
    binding(KeyCode::PageDown, Action::PageDown, "PgDn", "ten runs down", ""),
    binding(KeyCode::PageUp, Action::PageUp, "PgUp", "ten runs up", ""),
    binding(KeyCode::Home, Action::SelectFirst, "Home", "first run", ""),
    binding(KeyCode::Char('g'), Action::SelectFirst, "g", "the same", ""),
    binding(KeyCode::End, Action::SelectLast, "End", "last run", ""),
    binding(KeyCode::Char('G'), Action::SelectLast, "G", "the same", ""),
    binding(KeyCode::Char('c'), Action::Quit, "Ctrl-c", "the same as q", ""),
    binding(KeyCode::Char('z'), Action::Pause, "Ctrl-z", "stop for a while; fg in the shell goes on", ""),
];

/// What a key press asks for.
pub fn action(event: KeyEvent) -> Option<Action> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    let bound = |binding: &&Binding| binding.key == event.code && control == binding.label.starts_with("Ctrl-");
    KEYS.iter().find(bound).map(|binding| binding.action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_binding_is_reached_by_its_own_key() {
        for binding in &KEYS {
            let control = binding.label.starts_with("Ctrl-");
            let modifiers = if control { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
            assert_eq!(action(KeyEvent::new(binding.key, modifiers)), Some(binding.action), "{}", binding.label);
        }
        assert_eq!(action(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::NONE)), None);
    }
}
