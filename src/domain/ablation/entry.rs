//! What an entry of the table of ablations says, and what follows from it.

use super::value::Value;
use crate::domain::numbers::NumericKey;
use crate::domain::train::Train;
use std::fmt;

/// Name and value of a setting, in words.
type Setting = fn(&Train) -> (&'static str, String);

/// A key of `[train]` that an arm may change, and everything that the program knows of it.
#[derive(Clone, Copy)]
pub struct Ablation {
    pub key: &'static str,
    /// what it takes, to be read after "expected"
    pub expected: &'static str,
    /// the comment beside its default in docs/SPEC.md
    pub about: &'static str,
    /// a value to show where there is no default
    pub example: &'static str,
    pub(super) place: Accessor,
    /// the key that says the same in another way: an arm has one of them
    pub(super) rival: Option<&'static str>,
    /// a change, in words
    pub(super) words: Option<fn(&Value) -> String>,
    /// the name of an arm that makes this change
    pub(super) name: Option<fn(&Value) -> String>,
    /// the setting and what it is, in words
    pub(super) setting: Option<Setting>,
    pub suspect: Option<&'static Suspect>,
    pub press: Option<&'static Press>,
}

/// Where its value is.
#[derive(Clone, Copy)]
pub(super) enum Accessor {
    /// Read: nothing where it is not given. Written: nothing, and all stays as it is, where the key does not take the value.
    Field(fn(&Train) -> Option<Value>, fn(&mut Train, &Value) -> Option<()>),
    Number(&'static NumericKey),
}

/// What may be behind an effect of batch size, and can be taken away.
pub struct Suspect {
    pub words: &'static str,
    /// what it means when the effect goes with it
    pub removed: &'static str,
    /// what is still to be tested where arms only put something in its place; nothing: then it is tested
    pub in_use: Option<&'static str>,
    /// whether an arm takes it away from the baseline. Any other change puts something in, and is judged by the change of
    /// slope alone
    pub removes: fn(baseline: &Train, arm: &Train) -> bool,
}

/// A key of the dashboard that drafts it.
pub struct Press {
    pub letter: char,
    pub label: &'static str,
    /// what it does, for the list of keys
    pub help: &'static str,
    /// one word for the last line of the screen; empty: not there
    pub hint: &'static str,
    /// the changes that it goes through, one press after the other; then comes the baseline again
    pub round: fn(&Train) -> Vec<(&'static Ablation, Value)>,
}

impl PartialEq for Ablation {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Ablation {}

impl fmt::Debug for Ablation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.key)
    }
}

/// An entry without words of its own.
pub(super) const fn field(
    key: &'static str,
    expected: &'static str,
    about: &'static str,
    read: fn(&Train) -> Option<Value>,
    write: fn(&mut Train, &Value) -> Option<()>,
) -> Ablation {
    let place = Accessor::Field(read, write);
    Ablation {
        key,
        expected,
        about,
        example: "",
        place,
        rival: None,
        words: None,
        name: None,
        setting: None,
        suspect: None,
        press: None,
    }
}

/// An entry whose value is a number.
pub(super) const fn of_number(number: &'static NumericKey) -> Ablation {
    Ablation {
        place: Accessor::Number(number),
        ..field(number.key, number.expected, number.about, |_| None, |_, _| None)
    }
}

/// The values in this order, starting after the baseline's, which is no change.
pub(super) fn round(
    ablation: &'static Ablation,
    baseline: &Train,
    order: impl IntoIterator<Item = Value>,
) -> Vec<(&'static Ablation, Value)> {
    let mut order: Vec<Value> = order.into_iter().collect();
    let baseline = ablation.value(baseline);
    if let Some(place) = order.iter().position(|value| Some(value) == baseline.as_ref()) {
        order.rotate_left(place);
        order.remove(0);
    }
    order.into_iter().map(|value| (ablation, value)).collect()
}

impl Ablation {
    /// Its value; nothing where none is given.
    pub fn value(&self, train: &Train) -> Option<Value> {
        match self.place {
            Accessor::Field(read, _) => read(train),
            Accessor::Number(number) => Some(Value::Number(train.numbers.get(number))),
        }
    }

    /// Writes a value; nothing, and all stays as it is, where the key does not take it.
    pub(super) fn write(&self, train: &mut Train, value: &Value) -> Option<()> {
        match self.place {
            Accessor::Field(_, write) => write(train, value),
            Accessor::Number(number) => train.numbers.set(number, value.number()?),
        }
    }

    pub fn takes(&self, value: &Value) -> bool {
        self.write(&mut Train::default(), value).is_some()
    }

    /// The key as words.
    pub fn title(&self) -> String {
        self.key.replace('_', " ")
    }

    /// A change of it: `batch norm`.
    pub fn words(&self, value: &Value) -> String {
        self.words.map_or_else(|| format!("{} {value}", self.title()), |words| words(value))
    }

    /// The name of an arm that makes the change: `batch-norm`.
    pub fn arm_name(&self, value: &Value) -> String {
        self.name.map_or_else(|| format!("{}={value}", self.key), |name| name(value))
    }

    /// What the setting is called, and its value in words: `dropout`, `on`.
    pub fn setting(&self, train: &Train) -> (String, String) {
        if let Some(setting) = self.setting {
            let (name, value) = setting(train);
            return (name.into(), value);
        }
        let value = match self.value(train) {
            None => "off".into(),
            Some(Value::Flag(flag)) => if flag { "on" } else { "off" }.into(),
            Some(Value::Number(number)) => short(number),
            Some(value) => value.to_string(),
        };
        (self.title(), value)
    }

    /// Whether an arm takes away what it is suspected of.
    pub fn removes(&self, baseline: &Train, arm: &Train) -> bool {
        self.suspect.is_some_and(|suspect| (suspect.removes)(baseline, arm))
    }
}

/// Small numbers by their power of ten: `2e-5`.
fn short(number: f64) -> String {
    if number != 0.0 && number.abs() < 1e-3 { format!("{number:e}") } else { number.to_string() }
}
