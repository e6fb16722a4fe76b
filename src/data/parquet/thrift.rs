//! Thrift's compact encoding, as far as needed to find the integers of a structure.
//! (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md)

/// Upper bound of nesting. Parquet's own structures are seven deep.
const DEEPEST: usize = 16;

/// Bytes that are read from the front.
pub struct Thrift<'b> {
    pub bytes: &'b [u8],
}

impl<'b> Thrift<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes }
    }

    /// Visits one structure, and reports every integer with its field path. `None`
    /// where the bytes are no such structure.
    pub fn structure(&mut self, path: &mut Vec<i64>, integer: &mut dyn FnMut(&[i64], i64)) -> Option<()> {
        if path.len() >= DEEPEST {
            return None;
        }
        let mut field = 0i64;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(());
            }
            field = match head >> 4 {
                0 => self.zigzag()?,
                more => field.checked_add(more.into())?,
            };
            path.push(field);
            match head & 15 {
                // the type of a boolean is its value
                1 | 2 => {}
                kind => self.value(kind, path, integer)?,
            }
            path.pop();
        }
    }

    fn value(&mut self, kind: u8, path: &mut Vec<i64>, integer: &mut dyn FnMut(&[i64], i64)) -> Option<()> {
        match kind {
            // booleans and bytes
            1..=3 => self.skip(1),
            4..=6 => {
                let value = self.zigzag()?;
                integer(path, value);
                Some(())
            }
            7 => self.skip(8),
            8 => {
                let length = self.varint()?;
                self.skip(length)
            }
            // lists and sets
            9 | 10 => {
                let head = self.byte()?;
                let length = match head >> 4 {
                    15 => self.varint()?,
                    length => length.into(),
                };
                // each takes at least a byte
                if length > self.bytes.len() as u64 {
                    return None;
                }
                for _ in 0..length {
                    self.value(head & 15, path, integer)?;
                }
                Some(())
            }
            12 => self.structure(path, integer),
            // maps: Parquet has none
            _ => None,
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn skip(&mut self, count: u64) -> Option<()> {
        self.bytes = self.bytes.get(usize::try_from(count).ok()?..)?;
        Some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for place in 0..10 {
            let byte = self.byte()?;
            value |= u64::from(byte & 127).checked_shl(7 * place)?;
            if byte < 128 {
                return Some(value);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }
}
