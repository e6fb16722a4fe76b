//! The small language in which sentences and values are written. A template is plain text with
//! four marks:
//!
//! * `{firm}` is a slot, filled with a value of the event;
//! * `(bought|acquired)` are wordings that mean the same;
//! * `(rose|climbed//fell|dropped)` turns with the event: the wordings before the two strokes
//!   serve a plain event, those behind them its opposite;
//! * `[ on {day}]` is a detail that may be left out.
//!
//! The marks may be nested. This module reads templates into trees; it does not know how one
//! wording is chosen over another.

pub type Template = Vec<Part>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Text(String),
    Slot(String),
    Detail(Template),
    /// Wordings for a plain and for a turned event; the same ones where the mark does not turn.
    Choice {
        plain: Vec<Template>,
        turned: Vec<Template>,
    },
}

/// Reads a template. The templates are constants of this program, so a mark that is never closed
/// is a mistake in the source and stops it.
pub fn read(source: &str) -> Template {
    let mut reader = Reader { rest: source };
    let template = reader.sequence();
    assert!(reader.rest.is_empty(), "a stray mark in {source:?}");
    template
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn take(&mut self, mark: &str) -> bool {
        let stripped = self.rest.strip_prefix(mark);
        self.rest = stripped.unwrap_or(self.rest);
        stripped.is_some()
    }

    fn expect(&mut self, mark: &str) {
        assert!(self.take(mark), "{mark:?} is missing at {:?}", self.rest);
    }

    fn until(&mut self, stops: &[char]) -> String {
        let end = self.rest.find(stops).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        text.to_owned()
    }

    /// Parts up to whatever closes the mark around them.
    fn sequence(&mut self) -> Template {
        let mut parts = Template::new();
        loop {
            if self.take("{") {
                parts.push(Part::Slot(self.until(&['}'])));
                self.expect("}");
            } else if self.take("[") {
                parts.push(Part::Detail(self.sequence()));
                self.expect("]");
            } else if self.take("(") {
                parts.push(self.choice());
            } else {
                let text = self.until(&['{', '[', '(', '|', '/', ')', ']']);
                if text.is_empty() {
                    return parts;
                }
                parts.push(Part::Text(text));
            }
        }
    }

    fn choice(&mut self) -> Part {
        let plain = self.alternatives();
        let turned = if self.take("//") { self.alternatives() } else { plain.clone() };
        self.expect(")");
        Part::Choice { plain, turned }
    }

    fn alternatives(&mut self) -> Vec<Template> {
        let mut alternatives = vec![self.sequence()];
        while self.take("|") {
            alternatives.push(self.sequence());
        }
        alternatives
    }
}
