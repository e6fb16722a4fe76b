//! One particular event and how it is put into a sentence. An event knows its frame and the
//! values in its slots; it does not know whether another event resembles it.

use super::frame::{Change, Frame};
use super::random::Random;
use super::template::{self, Part, Template};

/// A detail is told one time in this many, unless it has to be.
const DETAIL_CHANCES: usize = 6;

#[derive(Clone)]
pub struct Event {
    frame: &'static Frame,
    values: Vec<(&'static str, String)>,
    turned: bool,
}

impl Event {
    pub fn draw(frame: &'static Frame, random: &mut Random) -> Self {
        let mut event = Self { frame, values: Vec::new(), turned: frame.turns() && random.one_in(2) };
        for (slot, _) in frame.slots {
            let value = event.unused_value(slot, random);
            event.values.push((slot, value));
        }
        event
    }

    /// The same event but for one difference.
    pub fn changed(&self, change: Change, random: &mut Random) -> Self {
        let mut other = self.clone();
        match change {
            Change::Turn => other.turned = !other.turned,
            Change::Value(slot) => {
                let value = self.unused_value(slot, random);
                let place = self.place(slot);
                other.values[place].1 = value;
            }
            Change::Roles(one, another) => {
                let (left, right) = (self.place(one), self.place(another));
                other.values[left].1.clone_from(&self.values[right].1);
                other.values[right].1.clone_from(&self.values[left].1);
            }
        }
        other
    }

    /// One of the many sentences that tell this event and mention the given slots.
    pub fn told(&self, mentioning: &[&str], random: &mut Random) -> String {
        loop {
            let form = template::read(random.pick::<&str>(self.frame.forms));
            let mut telling = Telling { event: self, required: mentioning, mentioned: Vec::new(), text: String::new() };
            telling.tell(&form, random);
            // No newspaper opens a sentence with a figure.
            let opens_with_figure = telling.text.trim_start().starts_with(char::is_numeric);
            let mentions_all = mentioning.iter().all(|slot| telling.mentioned.iter().any(|told| told == slot));
            if mentions_all && !opens_with_figure {
                return sentence(&telling.text);
            }
        }
    }

    fn place(&self, slot: &str) -> usize {
        self.values
            .iter()
            .position(|(name, _)| *name == slot)
            .unwrap_or_else(|| panic!("the frame has no slot {slot:?}"))
    }

    /// A value for the slot that this event holds nowhere yet: nobody sues himself.
    fn unused_value(&self, slot: &str, random: &mut Random) -> String {
        let source = self.frame.slots.iter().find(|(name, _)| *name == slot);
        let (_, source) = source.unwrap_or_else(|| panic!("the frame has no slot {slot:?}"));
        loop {
            let value = source.draw(random);
            if self.values.iter().all(|(_, used)| *used != value) {
                return value;
            }
        }
    }
}

/// A sentence while it is being put together.
struct Telling<'a> {
    event: &'a Event,
    required: &'a [&'a str],
    mentioned: Vec<String>,
    text: String,
}

impl Telling<'_> {
    fn tell(&mut self, template: &Template, random: &mut Random) {
        for part in template {
            match part {
                Part::Text(text) => self.text += text,
                Part::Slot(slot) => {
                    self.mentioned.push(slot.clone());
                    let value = &self.event.values[self.event.place(slot)].1;
                    self.tell(&template::read(value), random);
                }
                Part::Detail(detail) => {
                    if self.is_required(detail) || random.one_in(DETAIL_CHANCES) {
                        self.tell(detail, random);
                    }
                }
                Part::Choice { plain, turned } => {
                    let wordings = if self.event.turned { turned } else { plain };
                    self.tell(random.pick(wordings), random);
                }
            }
        }
    }

    fn is_required(&self, detail: &Template) -> bool {
        detail.iter().any(|part| matches!(part, Part::Slot(slot) if self.required.contains(&slot.as_str())))
    }
}

/// Tidies what the marks left behind: single spaces, a capital first and a full stop last.
fn sentence(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ").replace(" ,", ",");
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}
