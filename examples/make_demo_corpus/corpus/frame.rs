//! What a kind of event is: its slots, where their values come from, the ways of telling it, and
//! the ways in which one such event can differ from another. It does not know any particular
//! event, nor any particular wording.

use super::names;
use super::random::Random;

/// A kind of event. Every form tells the same: whoever reads two of them, filled with the same
/// values, learns the same apart from details left out.
pub struct Frame {
    pub slots: &'static [(&'static str, Source)],
    /// Two slots whose exchange makes another event, such as the one who sues and the one sued.
    pub roles: Option<(&'static str, &'static str)>,
    pub forms: &'static [&'static str],
}

/// Where the values of a slot come from. A value is itself a template: "(25 percent|a quarter)".
#[derive(Clone, Copy)]
pub enum Source {
    Company,
    Country,
    Person,
    Town,
    Listed(&'static [&'static str]),
}

impl Source {
    pub fn draw(self, random: &mut Random) -> String {
        match self {
            Self::Company => names::company(random),
            Self::Country => names::country(random),
            Self::Person => names::person(random),
            Self::Town => names::town(random),
            Self::Listed(values) => (*random.pick(values)).to_owned(),
        }
    }
}

/// One way in which two events of a frame can differ.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Another value in this slot.
    Value(&'static str),
    /// These two slots exchange their values.
    Roles(&'static str, &'static str),
    /// The opposite happened.
    Turn,
}

impl Change {
    /// The slots that a sentence has to mention for this change to be seen.
    pub fn slots(self) -> Vec<&'static str> {
        match self {
            Self::Value(slot) => vec![slot],
            Self::Roles(one, other) => vec![one, other],
            Self::Turn => Vec::new(),
        }
    }
}

impl Frame {
    pub fn changes(&self) -> Vec<Change> {
        let mut changes: Vec<Change> = self.slots.iter().map(|(slot, _)| Change::Value(slot)).collect();
        // What happened and who did it matter more than when or where, so they count three times.
        if let Some((one, other)) = self.roles {
            changes.extend([Change::Roles(one, other); 3]);
        }
        if self.turns() {
            changes.extend([Change::Turn; 3]);
        }
        changes
    }

    /// Whether events of this frame have an opposite: either all of its forms turn, or none.
    pub fn turns(&self) -> bool {
        let turning = self.forms.iter().filter(|form| form.contains("//")).count();
        assert!(turning == 0 || turning == self.forms.len(), "only some forms turn: {:?}", self.forms);
        turning > 0
    }
}
