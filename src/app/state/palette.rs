//! The palette, which is the help too: what can be asked for, found by words of it; or changes for the draft, as a spec
//! writes them.

use super::pasted::insert;
use tui_input::{Input, InputRequest};

#[derive(Clone, Debug, Default)]
pub struct CommandPalette {
    input: Option<Input>,
    /// place among what fits
    chosen: usize,
}

impl CommandPalette {
    pub fn is_open(&self) -> bool {
        self.input.is_some()
    }

    pub fn input(&self) -> Option<&Input> {
        self.input.as_ref()
    }

    pub fn text(&self) -> &str {
        self.input.as_ref().map_or("", Input::value)
    }

    /// The index of the chosen entry, at most that of the last one.
    pub fn chosen(&self, of: usize) -> usize {
        self.chosen.min(of.saturating_sub(1))
    }

    /// Whether it is no search but changes for the draft.
    pub fn is_of_draft(&self) -> bool {
        self.text().contains('=')
    }

    pub(in crate::app) fn close(&mut self) {
        *self = Self::default();
    }

    pub(in crate::app) fn choose(&mut self, place: usize) {
        self.chosen = place;
    }

    pub(in crate::app) fn paste(&mut self, text: &str) {
        if let Some(input) = &mut self.input {
            insert(text, input);
            self.chosen = 0;
        }
    }

    /// Begins a search, or begins it anew.
    pub(in crate::app) fn open(&mut self) {
        *self = Self { input: Some(Input::default()), chosen: 0 };
    }

    pub(in crate::app) fn edit(&mut self, request: InputRequest) {
        if let Some(input) = &mut self.input {
            let _ = input.handle(request);
            self.chosen = 0;
        }
    }
}
