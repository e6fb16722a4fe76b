//! The opcodes: each takes values from a stack and puts values there.

use super::{PickleError, PickleObject, PickleValue};
use std::collections::HashMap;

pub enum Stop {
    /// an opcode does not fit what is there
    Senseless,
    Error(PickleError),
}

impl From<PickleError> for Stop {
    fn from(error: PickleError) -> Self {
        Self::Error(error)
    }
}

pub struct Machine<'b> {
    bytes: &'b [u8],
    at: usize,
    objects: Vec<PickleObject<'b>>,
    stack: Vec<PickleValue<'b>>,
    /// heights of the stack
    marks: Vec<usize>,
    memo: HashMap<u32, PickleValue<'b>>,
}

impl<'b> Machine<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0, objects: vec![], stack: vec![], marks: vec![], memo: HashMap::new() }
    }

    /// Bytes read so far.
    pub fn place(&self) -> usize {
        self.at
    }

    /// Bytes read, and what they made.
    pub fn end(self) -> (usize, Vec<PickleObject<'b>>) {
        (self.at, self.objects)
    }

    /// One opcode; the last gives the value. Names beside them are those of Python's `pickletools`.
    pub fn step(&mut self) -> Result<Option<PickleValue<'b>>, Stop> {
        let [opcode] = self.number()?;
        match opcode {
            // PROTO, FRAME
            0x80 => drop(self.take(1)?),
            0x95 => drop(self.take(8)?),
            b'.' => return self.pop().map(Some),
            b'N' => self.stack.push(PickleValue::None),
            // NEWTRUE, NEWFALSE
            0x88 => self.stack.push(PickleValue::Bool(true)),
            0x89 => self.stack.push(PickleValue::Bool(false)),
            // POP, POP_MARK, DUP
            b'0' => drop(self.pop()?),
            b'1' => drop(self.marked()?),
            b'2' => self.stack.push(*self.stack.last().ok_or(Stop::Senseless)?),
            // BININT, BININT1, BININT2, LONG1, LONG4
            b'J' => self.integer(i32::from_le_bytes)?,
            b'K' => self.integer(u8::from_le_bytes)?,
            b'M' => self.integer(u16::from_le_bytes)?,
            0x8a => {
                let length = u8::from_le_bytes(self.number()?);
                self.long(length.into())?;
            }
            0x8b => {
                let length = u32::from_le_bytes(self.number()?);
                self.long(length as usize)?;
            }
            // BINFLOAT; SHORT_BINBYTES, BINBYTES, BINBYTES8
            b'G' => self.other(8)?,
            b'C' => {
                let length = u8::from_le_bytes(self.number()?);
                self.other(length.into())?;
            }
            b'B' => {
                let length = u32::from_le_bytes(self.number()?);
                self.other(length as usize)?;
            }
            0x8e => {
                let length = u64::from_le_bytes(self.number()?);
                self.other(usize::try_from(length).map_err(|_| PickleError::Short)?)?;
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
                self.push(PickleObject::Global(format!("{module}.{name}")));
            }
            // STACK_GLOBAL
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let (module, name) = (module.text().ok_or(Stop::Senseless)?, name.text().ok_or(Stop::Senseless)?);
                self.push(PickleObject::Global(format!("{module}.{name}")));
            }
            b'(' => self.marks.push(self.stack.len()),
            b')' => self.push(PickleObject::Tuple(vec![])),
            b']' => self.push(PickleObject::List(vec![])),
            b'}' => self.push(PickleObject::Dict(vec![])),
            // EMPTY_SET, FROZENSET, ADDITEMS: no tensor depends on one
            0x8f => self.push(PickleObject::Set),
            0x91 => {
                self.marked()?;
                self.push(PickleObject::Set);
            }
            0x90 => {
                self.marked()?;
                self.last()?;
            }
            b't' => {
                let items = self.marked()?;
                self.push(PickleObject::Tuple(items));
            }
            // TUPLE1, TUPLE2, TUPLE3
            0x85..=0x87 => {
                let items = self.top(usize::from(opcode - 0x84))?;
                self.push(PickleObject::Tuple(items));
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
                self.push(PickleObject::Persistent(id));
            }
            b'R' => self.reduce()?,
            // NEWOBJ, NEWOBJ_EX
            0x81 => self.instance(1)?,
            0x92 => self.instance(2)?,
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

    fn pop(&mut self) -> Result<PickleValue<'b>, Stop> {
        // what lies below a mark belongs to whoever set it
        match self.stack.len() > self.marks.last().copied().unwrap_or(0) {
            true => self.stack.pop().ok_or(Stop::Senseless),
            false => Err(Stop::Senseless),
        }
    }

    fn push(&mut self, object: PickleObject<'b>) {
        self.stack.push(PickleValue::Object(self.objects.len()));
        self.objects.push(object);
    }

    fn integer<const WIDTH: usize, N: Into<i64>>(&mut self, read: fn([u8; WIDTH]) -> N) -> Result<(), Stop> {
        let number = read(self.number()?);
        self.stack.push(PickleValue::Integer(number.into()));
        Ok(())
    }

    /// A whole number of as many bytes as it says, in two's complement.
    fn long(&mut self, length: usize) -> Result<(), Stop> {
        let digits = self.take(length)?;
        let sign = if digits.last().is_some_and(|byte| *byte >= 0x80) { 0xff } else { 0 };
        let mut bytes = [sign; 8];
        self.stack.push(match bytes.get_mut(..digits.len()) {
            Some(low) => {
                low.copy_from_slice(digits);
                PickleValue::Integer(i64::from_le_bytes(bytes))
            }
            None => PickleValue::Other,
        });
        Ok(())
    }

    /// So many bytes whose value does not matter.
    fn other(&mut self, length: usize) -> Result<(), Stop> {
        self.take(length)?;
        self.stack.push(PickleValue::Other);
        Ok(())
    }

    fn text(&mut self, length: usize) -> Result<(), Stop> {
        let text = std::str::from_utf8(self.take(length)?).map_err(|_| Stop::Senseless)?;
        self.stack.push(PickleValue::Text(text));
        Ok(())
    }

    fn line(&mut self) -> Result<&'b str, Stop> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'\n').ok_or(PickleError::Short)?;
        let line = self.take(length)?;
        self.take(1)?;
        std::str::from_utf8(line).map_err(|_| Stop::Senseless)
    }

    /// So many values from the top of the stack.
    fn top(&mut self, count: usize) -> Result<Vec<PickleValue<'b>>, Stop> {
        let least = self.marks.last().copied().unwrap_or(0);
        let from = self.stack.len().checked_sub(count).filter(|from| *from >= least).ok_or(Stop::Senseless)?;
        Ok(self.stack.split_off(from))
    }

    /// Everything above the last mark.
    fn marked(&mut self) -> Result<Vec<PickleValue<'b>>, Stop> {
        let mark = self.marks.pop().ok_or(Stop::Senseless)?;
        Ok(self.stack.split_off(mark))
    }

    /// The object on top of the stack.
    fn last(&mut self) -> Result<&mut PickleObject<'b>, Stop> {
        match self.stack.last() {
            Some(PickleValue::Object(number)) => self.objects.get_mut(*number).ok_or(Stop::Senseless),
            _ => Err(Stop::Senseless),
        }
    }

    fn append(&mut self, items: Vec<PickleValue<'b>>) -> Result<(), Stop> {
        match self.last()? {
            PickleObject::List(list) => list.extend(items),
            // a list of a class of its own
            PickleObject::Call { .. } | PickleObject::Instance { .. } => {}
            _ => return Err(Stop::Senseless),
        }
        Ok(())
    }

    fn set(&mut self, items: &[PickleValue<'b>]) -> Result<(), Stop> {
        let (pairs, rest) = items.as_chunks();
        match self.last()? {
            PickleObject::Dict(dict) if rest.is_empty() => dict.extend(pairs.iter().map(|[key, value]| (*key, *value))),
            // a dictionary of a class of its own
            PickleObject::Call { .. } | PickleObject::Instance { .. } => {}
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
        match function {
            PickleValue::Object(number) => match self.objects.get(number) {
                Some(PickleObject::Global(name)) if name == "collections.OrderedDict" => {
                    self.push(PickleObject::Dict(vec![]));
                }
                _ => self.push(PickleObject::Call { function, arguments }),
            },
            _ => return Err(Stop::Senseless),
        }
        Ok(())
    }

    /// An object of a class, with so many values of what it would be made from.
    fn instance(&mut self, arguments: usize) -> Result<(), Stop> {
        self.top(arguments)?;
        let class = self.pop()?;
        self.push(PickleObject::Instance { class });
        Ok(())
    }

    /// Attributes: those of a state dict are its modules' versions, those of opaque values do not matter.
    fn build(&mut self) -> Result<(), Stop> {
        self.pop()?;
        match self.last()? {
            PickleObject::Dict(_) | PickleObject::Call { .. } | PickleObject::Instance { .. } => Ok(()),
            _ => Err(Stop::Senseless),
        }
    }
}
