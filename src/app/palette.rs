//! The palette, which is the help too: what can be asked for, found by words of it; or changes for the draft, as a spec
//! writes them.

use super::pasted::insert;
use super::state::App;
use super::table::Typing;
use crate::domain::ablation::Patch;
use crate::spec_file::{SpecError, changes_of};
use tui_input::Input;

#[derive(Clone, Debug, Default)]
pub struct Palette {
    input: Option<Input>,
    /// place among what fits
    chosen: usize,
}

impl Palette {
    pub fn is_open(&self) -> bool {
        self.input.is_some()
    }

    pub fn input(&self) -> Option<&Input> {
        self.input.as_ref()
    }

    pub fn text(&self) -> &str {
        self.input.as_ref().map_or("", Input::value)
    }

    /// The chosen one of so many; the last where there are fewer by now.
    pub fn chosen(&self, of: usize) -> usize {
        self.chosen.min(of.saturating_sub(1))
    }

    /// Whether it is no search but changes for the draft.
    pub fn is_of_draft(&self) -> bool {
        self.text().contains('=')
    }

    pub(super) fn close(&mut self) {
        *self = Self::default();
    }

    pub(super) fn choose(&mut self, place: usize) {
        self.chosen = place;
    }

    pub(super) fn paste(&mut self, text: &str) {
        if let Some(input) = &mut self.input {
            insert(text, input);
            self.chosen = 0;
        }
    }
}

impl App {
    pub(super) fn type_in_palette(&mut self, typing: Typing) {
        match typing {
            Typing::Begin => self.palette = Palette { input: Some(Input::default()), chosen: 0 },
            Typing::Edit(request) => {
                if let Some(input) = &mut self.palette.input {
                    let _ = input.handle(request);
                    self.palette.chosen = 0;
                }
            }
            Typing::Keep => match self.typed_changes() {
                Ok(changes) => {
                    self.edit_draft(|draft, _| draft.change(changes));
                    self.palette.close();
                }
                Err(error) => self.say(error.to_string(), true),
            },
            Typing::Complete => {}
            // first the search, then the list
            Typing::Drop if !self.palette.text().is_empty() => self.type_in_palette(Typing::Begin),
            Typing::Drop => self.palette.close(),
        }
    }

    /// What the typed changes mean, or why they mean nothing.
    pub fn typed_draft(&self) -> Result<String, SpecError> {
        self.typed_changes().map(|changes| changes.in_words())
    }

    fn typed_changes(&self) -> Result<Patch, SpecError> {
        changes_of("the palette", self.palette.text())
    }
}
