//! Python's pickle format, read as data: opcodes build values on a stack, and nothing is ever called.
//!
//! Knows the opcodes that `torch.save` writes and no others. A pickle names the classes and functions that it wants; a
//! name is a text like any other, and what would come of a call is an opaque value. So whatever lies beside the weights
//! in a training program's checkpoint is passed over, and what the weights depend on is for the caller to judge. Values
//! that hold others lie in one list and refer to one another by number: a value is never copied, however often a pickle
//! repeats it, and values that hold themselves do no harm.

mod machine;

use machine::{Machine, Stop};

/// Opcodes of the longest pickle. A tensor takes about forty.
const MOST_STEPS: usize = 1 << 20;

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PickleError {
    #[error("its pickle ends in the middle; the file is cut short or damaged: fetch it again")]
    Short,
    #[error("its pickle has the opcode 0x{0:02x}, which no state dict needs")]
    Opcode(u8),
    #[error("its pickle makes no sense at byte {0}")]
    Senseless(usize),
    #[error("its pickle has more than {MOST_STEPS} steps; no state dict has as many")]
    TooLong,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PickleValue<'b> {
    None,
    Bool(bool),
    Integer(i64),
    Text(&'b str),
    /// bytes, a fraction, a number beyond 64 bits: no tensor depends on one
    Other,
    /// a number into the list of objects
    Object(usize),
}

/// A value that holds others.
#[derive(Debug)]
enum PickleObject<'b> {
    Tuple(Vec<PickleValue<'b>>),
    List(Vec<PickleValue<'b>>),
    Dict(Vec<(PickleValue<'b>, PickleValue<'b>)>),
    /// a class or function, by its full name
    Global(String),
    /// what a function would be called with
    Call {
        function: PickleValue<'b>,
        arguments: PickleValue<'b>,
    },
    /// of a class, made without calling it
    Instance {
        class: PickleValue<'b>,
    },
    Set,
    /// something that lies outside of the pickle
    Persistent(PickleValue<'b>),
}

/// What a pickle holds.
#[derive(Debug)]
pub struct Pickle<'b> {
    pub root: PickleValue<'b>,
    /// its length in bytes
    pub length: usize,
    objects: Vec<PickleObject<'b>>,
}

impl<'b> Pickle<'b> {
    /// Reads the pickle at the beginning of some bytes.
    pub fn read(bytes: &'b [u8]) -> Result<Self, PickleError> {
        let mut machine = Machine::new(bytes);
        for _ in 0..MOST_STEPS {
            let begin = machine.place();
            match machine.step() {
                Ok(None) => {}
                Ok(Some(root)) => {
                    let (length, objects) = machine.end();
                    return Ok(Self { root, length, objects });
                }
                Err(Stop::Error(error)) => return Err(error),
                Err(Stop::Senseless) => return Err(PickleError::Senseless(begin)),
            }
        }
        Err(PickleError::TooLong)
    }

    fn object(&self, value: PickleValue<'b>) -> Option<&PickleObject<'b>> {
        match value {
            PickleValue::Object(number) => self.objects.get(number),
            _ => None,
        }
    }

    pub fn dict(&self, value: PickleValue<'b>) -> Option<&[(PickleValue<'b>, PickleValue<'b>)]> {
        match self.object(value)? {
            PickleObject::Dict(items) => Some(items),
            _ => None,
        }
    }

    /// Items of a tuple or a list.
    pub fn items(&self, value: PickleValue<'b>) -> Option<&[PickleValue<'b>]> {
        match self.object(value)? {
            PickleObject::Tuple(items) | PickleObject::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn global(&self, value: PickleValue<'b>) -> Option<&str> {
        match self.object(value)? {
            PickleObject::Global(name) => Some(name),
            _ => None,
        }
    }

    /// A function's name and its arguments.
    pub fn call(&self, value: PickleValue<'b>) -> Option<(&str, &[PickleValue<'b>])> {
        match self.object(value)? {
            PickleObject::Call { function, arguments } => Some((self.global(*function)?, self.items(*arguments)?)),
            _ => None,
        }
    }

    /// The class that a value is an instance of.
    pub fn class(&self, value: PickleValue<'b>) -> Option<&str> {
        match self.object(value)? {
            PickleObject::Instance { class } => self.global(*class),
            _ => None,
        }
    }

    /// What tells a thing outside of the pickle.
    pub fn persistent(&self, value: PickleValue<'b>) -> Option<&[PickleValue<'b>]> {
        match self.object(value)? {
            PickleObject::Persistent(id) => self.items(*id),
            _ => None,
        }
    }

    /// All things outside of the pickle.
    pub fn persistents(&self) -> impl Iterator<Item = &[PickleValue<'b>]> {
        (0..self.objects.len()).filter_map(|number| self.persistent(PickleValue::Object(number)))
    }
}

impl<'b> PickleValue<'b> {
    pub fn text(self) -> Option<&'b str> {
        match self {
            PickleValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A number that counts something.
    pub fn count(self) -> Option<usize> {
        match self {
            PickleValue::Integer(number) => number.try_into().ok(),
            _ => None,
        }
    }
}
