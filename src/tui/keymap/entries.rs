//! The list of all keys and its search.

use super::table::KEYS;
use super::{Binding, working};
use crate::app::{Action, Panel};

/// A line of the list of keys.
pub struct KeyEntry {
    /// all keys with this action
    pub keys: String,
    pub help: String,
    pub action: Action,
}

/// The actions whose description contains all words of the text: first those that work while this panel has the focus, then
/// those of other panels. An exact match comes first.
pub fn entries(focus: Panel, text: &str) -> Vec<KeyEntry> {
    let elsewhere = |binding: &&Binding| {
        binding.panel.is_some_and(|panel| panel != focus) && !matches!(binding.action, Action::Go(_))
    };
    let mut entries: Vec<KeyEntry> = Vec::new();
    for binding in working(focus).chain(KEYS.iter().filter(elsewhere)) {
        let help = match binding.panel.filter(|panel| *panel != focus) {
            Some(panel) => format!("in {}: {}", panel.title(), binding.words()),
            None => binding.words().to_owned(),
        };
        match entries.iter_mut().find(|entry| entry.action == binding.action && entry.help == help) {
            Some(entry) => entry.keys = format!("{} {}", entry.keys, binding.label),
            None => entries.push(KeyEntry { keys: binding.label.into(), help, action: binding.action }),
        }
    }
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    entries.retain(|entry| {
        let told = format!("{} {}", entry.keys, entry.help).to_lowercase();
        words.iter().all(|word| told.contains(word))
    });
    entries.sort_by_key(|entry| !entry.keys.split(' ').any(|key| key == text.trim()));
    entries
}

#[cfg(test)]
mod tests {
    use super::super::SAME;
    use super::*;

    #[test]
    fn every_binding_stands_in_the_list_with_its_own_words() {
        for focus in Panel::ALL {
            let all = entries(focus, "");
            for binding in working(focus) {
                let entry = all.iter().find(|entry| entry.keys.split(' ').any(|key| key == binding.label)).unwrap();
                assert_eq!((entry.action, entry.help.as_str()), (binding.action, binding.words()), "{}", binding.label);
            }
            assert!(all.iter().all(|entry| entry.help != SAME), "{focus:?}");
        }
    }
}
