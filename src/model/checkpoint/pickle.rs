//! Python's pickle format, read as data: opcodes build values on a stack, and nothing is ever called.
//!
//! Knows the opcodes that `torch.save` writes for a state dict and no others. A pickle names the classes and functions
//! that it wants; any name that the caller does not know refuses the whole pickle. Values that hold others lie in one
//! list and refer to one another by number: a value is never copied, however often a pickle repeats it, and values that
//! hold themselves do no harm.

use std::collections::HashMap;

/// Opcodes of the longest pickle. A tensor takes about forty.
const MOST_STEPS: usize = 1 << 20;

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PickleError {
    #[error("its pickle ends in the middle")]
    Short,
    #[error("its pickle asks for `{0}`, which no state dict needs; it was refused, and nothing of it was run")]
    Forbidden(String),
    #[error("its pickle has the opcode 0x{0:02x}, which no state dict needs")]
    Opcode(u8),
    #[error("its pickle makes no sense at byte {0}")]
    Senseless(usize),
    #[error("its pickle has more than {MOST_STEPS} steps; no state dict has as many")]
    TooLong,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'b> {
    None,
    Bool(bool),
    Integer(i64),
    Text(&'b str),
    /// a number into the list of objects
    Object(usize),
}

/// A value that holds others.
#[derive(Debug)]
enum Object<'b> {
    Tuple(Vec<Value<'b>>),
    List(Vec<Value<'b>>),
    Dict(Vec<(Value<'b>, Value<'b>)>),
    /// a class or function, by its full name
    Global(String),
    /// what a function would be called with
    Call {
        function: String,
        arguments: Value<'b>,
    },
    /// something that lies outside of the pickle
    Persistent(Value<'b>),
}

/// What a pickle holds.
#[derive(Debug)]
pub struct Pickle<'b> {
    pub root: Value<'b>,
    /// its length in bytes
    pub length: usize,
    objects: Vec<Object<'b>>,
}

impl<'b> Pickle<'b> {
    /// Reads the pickle at the beginning of some bytes. `knows` says whether a class or function may be named.
    pub fn read(bytes: &'b [u8], knows: fn(&str) -> bool) -> Result<Self, PickleError> {
        let mut machine =
            Machine { bytes, at: 0, knows, objects: vec![], stack: vec![], marks: vec![], memo: HashMap::new() };
        for _ in 0..MOST_STEPS {
            let begin = machine.at;
            match machine.step() {
                Ok(None) => {}
                Ok(Some(root)) => return Ok(Self { root, length: machine.at, objects: machine.objects }),
                Err(Stop::Error(error)) => return Err(error),
                Err(Stop::Senseless) => return Err(PickleError::Senseless(begin)),
            }
        }
        Err(PickleError::TooLong)
    }

    fn object(&self, value: Value<'b>) -> Option<&Object<'b>> {
        match value {
            Value::Object(number) => self.objects.get(number),
            _ => None,
        }
    }

    pub fn dict(&self, value: Value<'b>) -> Option<&[(Value<'b>, Value<'b>)]> {
        match self.object(value)? {
            Object::Dict(items) => Some(items),
            _ => None,
        }
    }

    /// Items of a tuple or a list.
    pub fn items(&self, value: Value<'b>) -> Option<&[Value<'b>]> {
        match self.object(value)? {
            Object::Tuple(items) | Object::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn global(&self, value: Value<'b>) -> Option<&str> {
        match self.object(value)? {
            Object::Global(name) => Some(name),
            _ => None,
        }
    }

    /// A function's name and its arguments.
    pub fn call(&self, value: Value<'b>) -> Option<(&str, &[Value<'b>])> {
        match self.object(value)? {
            Object::Call { function, arguments } => Some((function, self.items(*arguments)?)),
            _ => None,
        }
    }

    /// What tells a thing outside of the pickle.
    pub fn persistent(&self, value: Value<'b>) -> Option<&[Value<'b>]> {
        match self.object(value)? {
            Object::Persistent(id) => self.items(*id),
            _ => None,
        }
    }
}

impl<'b> Value<'b> {
    pub fn text(self) -> Option<&'b str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A number that counts something.
    pub fn count(self) -> Option<usize> {
        match self {
            Value::Integer(number) => number.try_into().ok(),
            _ => None,
        }
    }
}

enum Stop {
    /// an opcode does not fit what is there
    Senseless,
    Error(PickleError),
}

impl From<PickleError> for Stop {
    fn from(error: PickleError) -> Self {
        Self::Error(error)
    }
}

struct Machine<'b> {
    bytes: &'b [u8],
    at: usize,
    knows: fn(&str) -> bool,
    objects: Vec<Object<'b>>,
    stack: Vec<Value<'b>>,
    /// heights of the stack
    marks: Vec<usize>,
    memo: HashMap<u32, Value<'b>>,
}

impl<'b> Machine<'b> {
    /// One opcode; the last gives the value. Names beside them are those of Python's `pickletools`.
    fn step(&mut self) -> Result<Option<Value<'b>>, Stop> {
        let [opcode] = self.number()?;
        match opcode {
            // PROTO, FRAME
            0x80 => drop(self.take(1)?),
            0x95 => drop(self.take(8)?),
            b'.' => return self.pop().map(Some),
            b'N' => self.stack.push(Value::None),
            // NEWTRUE, NEWFALSE
            0x88 => self.stack.push(Value::Bool(true)),
            0x89 => self.stack.push(Value::Bool(false)),
            // BININT, BININT1, BININT2, LONG1
            b'J' => self.integer(i32::from_le_bytes)?,
            b'K' => self.integer(u8::from_le_bytes)?,
            b'M' => self.integer(u16::from_le_bytes)?,
            0x8a => self.long()?,
            // BINFLOAT: no state dict's tensors depend on one
            b'G' => {
                self.take(8)?;
                self.stack.push(Value::None);
            }
            // SHORT_BINUNICODE and SHORT_BINSTRING, BINUNICODE and BINSTRING
            0x8c | b'U' => {
                let length = u8::from_le_bytes(self.number()?);
                self.text(length.into())?;
            }
            b'X' | b'T' => {
                let length = u32::from_le_bytes(self.number()?);
                self.text(length as usize)?;
            }
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.global(module, name)?;
            }
            // STACK_GLOBAL
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let (module, name) = (module.text().ok_or(Stop::Senseless)?, name.text().ok_or(Stop::Senseless)?);
                self.global(module, name)?;
            }
            b'(' => self.marks.push(self.stack.len()),
            b')' => self.push(Object::Tuple(vec![])),
            b']' => self.push(Object::List(vec![])),
            b'}' => self.push(Object::Dict(vec![])),
            b't' => {
                let items = self.marked()?;
                self.push(Object::Tuple(items));
            }
            // TUPLE1, TUPLE2, TUPLE3
            0x85..=0x87 => {
                let items = self.top(usize::from(opcode - 0x84))?;
                self.push(Object::Tuple(items));
            }
            // APPEND, APPENDS, SETITEM, SETITEMS
            b'a' => self.top(1).and_then(|items| self.append(items))?,
            b'e' => self.marked().and_then(|items| self.append(items))?,
            b's' => self.top(2).and_then(|items| self.set(&items))?,
            b'u' => self.marked().and_then(|items| self.set(&items))?,
            // BINPUT, LONG_BINPUT, MEMOIZE
            b'q' => {
                let key = u8::from_le_bytes(self.number()?);
                self.memorise(key.into())?;
            }
            b'r' => {
                let key = u32::from_le_bytes(self.number()?);
                self.memorise(key)?;
            }
            0x94 => self.memorise(self.memo.len() as u32)?,
            // BINGET, LONG_BINGET
            b'h' => {
                let key = u8::from_le_bytes(self.number()?);
                self.recall(key.into())?;
            }
            b'j' => {
                let key = u32::from_le_bytes(self.number()?);
                self.recall(key)?;
            }
            // BINPERSID
            b'Q' => {
                let id = self.pop()?;
                self.push(Object::Persistent(id));
            }
            b'R' => self.reduce()?,
            b'b' => self.build()?,
            other => return Err(PickleError::Opcode(other).into()),
        }
        Ok(None)
    }

    fn take(&mut self, count: usize) -> Result<&'b [u8], Stop> {
        let taken = self.bytes.get(self.at..).and_then(|rest| rest.get(..count)).ok_or(PickleError::Short)?;
        self.at += count;
        Ok(taken)
    }

    fn number<const WIDTH: usize>(&mut self) -> Result<[u8; WIDTH], Stop> {
        let taken = self.take(WIDTH)?;
        Ok(*taken.first_chunk().ok_or(PickleError::Short)?)
    }

    fn pop(&mut self) -> Result<Value<'b>, Stop> {
        // what lies below a mark belongs to whoever set it
        match self.stack.len() > self.marks.last().copied().unwrap_or(0) {
            true => self.stack.pop().ok_or(Stop::Senseless),
            false => Err(Stop::Senseless),
        }
    }

    fn push(&mut self, object: Object<'b>) {
        self.stack.push(Value::Object(self.objects.len()));
        self.objects.push(object);
    }

    fn integer<const WIDTH: usize, N: Into<i64>>(&mut self, read: fn([u8; WIDTH]) -> N) -> Result<(), Stop> {
        let number = read(self.number()?);
        self.stack.push(Value::Integer(number.into()));
        Ok(())
    }

    /// A whole number of as many bytes as it says, in two's complement.
    fn long(&mut self) -> Result<(), Stop> {
        let length = u8::from_le_bytes(self.number()?);
        let digits = self.take(length.into())?;
        let sign = if digits.last().is_some_and(|byte| *byte >= 0x80) { 0xff } else { 0 };
        let mut bytes = [sign; 8];
        bytes.get_mut(..digits.len()).ok_or(Stop::Senseless)?.copy_from_slice(digits);
        self.stack.push(Value::Integer(i64::from_le_bytes(bytes)));
        Ok(())
    }

    fn text(&mut self, length: usize) -> Result<(), Stop> {
        let text = std::str::from_utf8(self.take(length)?).map_err(|_| Stop::Senseless)?;
        self.stack.push(Value::Text(text));
        Ok(())
    }

    fn line(&mut self) -> Result<&'b str, Stop> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'\n').ok_or(PickleError::Short)?;
        let line = self.take(length)?;
        self.take(1)?;
        std::str::from_utf8(line).map_err(|_| Stop::Senseless)
    }

    fn global(&mut self, module: &str, name: &str) -> Result<(), Stop> {
        let name = format!("{module}.{name}");
        if !(self.knows)(&name) {
            let shown: String = name.chars().take(80).flat_map(char::escape_default).collect();
            return Err(PickleError::Forbidden(shown).into());
        }
        self.push(Object::Global(name));
        Ok(())
    }

    /// So many values from the top of the stack.
    fn top(&mut self, count: usize) -> Result<Vec<Value<'b>>, Stop> {
        let least = self.marks.last().copied().unwrap_or(0);
        let from = self.stack.len().checked_sub(count).filter(|from| *from >= least).ok_or(Stop::Senseless)?;
        Ok(self.stack.split_off(from))
    }

    /// Everything above the last mark.
    fn marked(&mut self) -> Result<Vec<Value<'b>>, Stop> {
        let mark = self.marks.pop().ok_or(Stop::Senseless)?;
        Ok(self.stack.split_off(mark))
    }

    /// The object on top of the stack.
    fn last(&mut self) -> Result<&mut Object<'b>, Stop> {
        match self.stack.last() {
            Some(Value::Object(number)) => self.objects.get_mut(*number).ok_or(Stop::Senseless),
            _ => Err(Stop::Senseless),
        }
    }

    fn append(&mut self, items: Vec<Value<'b>>) -> Result<(), Stop> {
        match self.last()? {
            Object::List(list) => list.extend(items),
            _ => return Err(Stop::Senseless),
        }
        Ok(())
    }

    fn set(&mut self, items: &[Value<'b>]) -> Result<(), Stop> {
        let (pairs, rest) = items.as_chunks();
        match self.last()? {
            Object::Dict(dict) if rest.is_empty() => dict.extend(pairs.iter().map(|[key, value]| (*key, *value))),
            _ => return Err(Stop::Senseless),
        }
        Ok(())
    }

    fn memorise(&mut self, key: u32) -> Result<(), Stop> {
        let value = self.stack.last().ok_or(Stop::Senseless)?;
        self.memo.insert(key, *value);
        Ok(())
    }

    fn recall(&mut self, key: u32) -> Result<(), Stop> {
        self.stack.push(*self.memo.get(&key).ok_or(Stop::Senseless)?);
        Ok(())
    }

    /// A call is written down. The one that makes a dictionary is a dictionary.
    fn reduce(&mut self) -> Result<(), Stop> {
        let (arguments, function) = (self.pop()?, self.pop()?);
        let Value::Object(number) = function else { return Err(Stop::Senseless) };
        let Some(Object::Global(function)) = self.objects.get(number) else { return Err(Stop::Senseless) };
        match function.as_str() {
            "collections.OrderedDict" => self.push(Object::Dict(vec![])),
            _ => {
                let function = function.clone();
                self.push(Object::Call { function, arguments });
            }
        }
        Ok(())
    }

    /// Attributes: a state dict has its modules' versions in them, which say nothing about tensors.
    fn build(&mut self) -> Result<(), Stop> {
        self.pop()?;
        match self.last()? {
            Object::Dict(_) => Ok(()),
            _ => Err(Stop::Senseless),
        }
    }
}
