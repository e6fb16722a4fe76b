//! The filter as it is typed: applied while typing, completed by Tab, and its errors in words.

use super::super::pasted::insert;
use super::column::{filter_beginnings, filter_names, filter_value};
use super::measures::Baselines;
use crate::domain::filter::{Fault, Filter, FilterValue, is_condition};
use crate::domain::sweep::Sweep;
use std::collections::BTreeMap;
use tui_input::{Input, InputRequest};

/// Edits of an input line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typing {
    Begin,
    Edit(InputRequest),
    /// the next completion of the word before the cursor
    Complete,
    /// edit the current filter
    Keep,
    /// go on without a filter
    Drop,
}

#[derive(Clone, Debug, Default)]
pub struct FilterLine {
    input: Input,
    /// the newest that could be read
    filter: Filter,
    typing: bool,
    error: Option<String>,
    completion: Completion,
}

/// What the word before the cursor can become.
#[derive(Clone, Debug, Default)]
pub struct Completion {
    /// the text before that word
    head: String,
    word: String,
    /// the text behind the cursor
    after: String,
    pub candidates: Vec<String>,
    /// the one in the line
    pub chosen: Option<usize>,
}

impl FilterLine {
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    pub fn is_typing(&self) -> bool {
        self.typing
    }

    pub fn is_on(&self) -> bool {
        self.filter != Filter::default()
    }

    pub fn input(&self) -> &Input {
        &self.input
    }

    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// The completions that Tab cycles through.
    pub fn completion(&self) -> &Completion {
        &self.completion
    }

    pub fn act(&mut self, typing: Typing, sweep: &Sweep) {
        match typing {
            Typing::Begin => {
                self.typing = true;
                self.edited(sweep);
            }
            Typing::Edit(request) => {
                let _ = self.input.handle(request);
                self.edited(sweep);
            }
            Typing::Complete => self.complete(sweep),
            Typing::Keep => {
                self.error = self.read(sweep).map(|fault| fault.to_string());
                self.typing = self.error.is_some();
            }
            Typing::Drop => *self = Self::default(),
        }
    }

    /// Inserts pasted text at the cursor.
    pub fn paste(&mut self, text: &str, sweep: &Sweep) {
        insert(text, &mut self.input);
        self.edited(sweep);
    }

    /// An incomplete word is no error yet. An unknown name before an operator is one.
    fn edited(&mut self, sweep: &Sweep) {
        self.completion = Completion::at(&self.input, sweep);
        let fault = self.read(sweep).filter(|fault| matches!(fault, Fault::Name { .. }) || !self.completion.is_open());
        self.error = fault.map(|fault| fault.to_string());
    }

    /// Takes the line as the filter. Where it cannot be read, why not: the filter then stays.
    fn read(&mut self, sweep: &Sweep) -> Option<Fault> {
        let read = Filter::parse(self.input.value(), &filter_names(sweep));
        read.map(|filter| self.filter = filter).err().map(|error| error.fault)
    }

    fn complete(&mut self, sweep: &Sweep) {
        let Some((next, text, cursor)) = self.completion.next() else { return };
        self.input = Input::new(text).with_cursor(cursor);
        if self.completion.candidates.len() > 1 {
            self.completion.chosen = Some(next);
            let _ = self.read(sweep);
        } else {
            // a single candidate: continue with what follows it
            self.edited(sweep);
        }
    }
}

impl Completion {
    /// Names with their usual operator; behind an operator, the values that runs have.
    fn at(input: &Input, sweep: &Sweep) -> Self {
        let text = input.value();
        let cursor = text.char_indices().nth(input.cursor()).map_or(text.len(), |(place, _)| place);
        let (before, after) = text.split_at(cursor);
        let begins = before.rfind(char::is_whitespace).map_or(0, |place| place + 1);
        let condition = &before[begins..];
        let operator = condition.find(['!', '=', '<', '>', '~']).filter(|_| is_condition(condition));
        let known = match operator {
            Some(operator) => values(&condition[..operator], sweep),
            None => filter_beginnings(sweep),
        };
        // values stand between commas
        let value = condition.rfind(['=', '<', '>', '~', ',']).filter(|_| operator.is_some());
        let (head, word) = before.split_at(begins + value.map_or(0, |place| place + 1));
        let fits = |candidate: &String| *candidate != word && candidate.starts_with(&word.to_lowercase());
        let candidates = known.into_iter().filter(fits).collect();
        Self { head: head.into(), word: word.into(), after: after.into(), candidates, chosen: None }
    }

    /// Whether the word can still become something.
    fn is_open(&self) -> bool {
        !self.candidates.is_empty() || self.word.is_empty() || self.word.ends_with('!')
    }

    /// The next candidate, the line with it, and the position of the cursor.
    fn next(&self) -> Option<(usize, String, usize)> {
        let next = self.chosen.map_or(0, |place| place + 1) % self.candidates.len().max(1);
        let candidate = self.candidates.get(next)?;
        let cursor = self.head.chars().count() + candidate.chars().count();
        Some((next, format!("{}{candidate}{}", self.head, self.after), cursor))
    }
}

/// What the runs say about a name, each once. Of scores there are as many as runs: those are typed.
fn values(name: &str, sweep: &Sweep) -> Vec<String> {
    let baselines = Baselines::in_sweep(sweep);
    let is_score = !filter_beginnings(sweep).iter().any(|known| known.strip_suffix('=') == Some(name));
    let mut found: BTreeMap<(u64, String), String> = BTreeMap::new();
    for row in sweep.rows().iter().filter(|_| !is_score) {
        let (rank, text) = match filter_value(name, row, &baselines) {
            FilterValue::Number(number) => (number, number.to_string()),
            FilterValue::Text(text) => (0.0, text),
            FilterValue::Missing | FilterValue::Several(_) => continue,
        };
        // of numbers that are not negative, the bits are in the order of the numbers
        found.insert((rank.to_bits(), text.clone()), text);
    }
    found.into_values().filter(|text| !text.contains(char::is_whitespace)).collect()
}
