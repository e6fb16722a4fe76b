//! The writer between ratatui and standard output: colour codes and muting.

use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;

/// Standard output as a terminal. For a terminal with 16 colours it rewrites the colour codes: crossterm writes every colour
/// as `38;5;N`, which such terminals do not understand.
pub struct TerminalOutput<W> {
    to: W,
    is_basic: bool,
    /// the beginning of an incomplete escape sequence
    pending: Vec<u8>,
    muted: Muted,
}

/// Once set, nothing is written and nothing fails. A closed terminal takes standard output and standard error with it, and
/// ratatui panics if it can neither show the cursor when a screen is dropped nor report that.
#[derive(Clone, Default)]
pub struct Muted(Rc<Cell<bool>>);

impl Muted {
    pub fn mute(&self) {
        self.0.set(true);
    }
}

impl<W: Write> TerminalOutput<W> {
    pub fn new(to: W, is_basic: bool, muted: Muted) -> Self {
        Self { to, is_basic, pending: Vec::new(), muted }
    }
}

impl<W: Write> Write for TerminalOutput<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.muted.0.get() {
            return Ok(bytes.len());
        }
        if !self.is_basic {
            return self.to.write(bytes);
        }
        self.pending.extend_from_slice(bytes);
        let (whole, rest) = self.pending.split_at(whole_sequences(&self.pending));
        let (written, rest) = (with_basic_colours(whole), rest.to_vec());
        self.pending = rest;
        self.to.write_all(&written).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.muted.0.get() { Ok(()) } else { self.to.flush() }
    }
}

/// The longest sequence to wait for; longer ones are not written by this program.
const LONGEST: usize = 64;

/// The number of bytes up to the last complete sequence.
fn whole_sequences(bytes: &[u8]) -> usize {
    let Some(begin) = bytes.iter().rposition(|byte| *byte == b'\x1b') else { return bytes.len() };
    let last = &bytes[begin..];
    let is_open = match last {
        [_] => true,
        [_, b'[', parameters @ ..] => !parameters.iter().any(|byte| (0x40..=0x7e).contains(byte)),
        _ => false,
    };
    if is_open && last.len() < LONGEST { begin } else { bytes.len() }
}

fn with_basic_colours(bytes: &[u8]) -> Vec<u8> {
    let mut written = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(begin) = rest.windows(2).position(|pair| pair == b"\x1b[") {
        let (before, sequence) = rest.split_at(begin + 2);
        written.extend_from_slice(before);
        let end = sequence.iter().position(|byte| (0x40..=0x7e).contains(byte)).unwrap_or(sequence.len());
        let (parameters, behind) = sequence.split_at(end);
        match (std::str::from_utf8(parameters), behind.first()) {
            (Ok(parameters), Some(b'm')) => written.extend_from_slice(basic(parameters).as_bytes()),
            _ => written.extend_from_slice(parameters),
        }
        rest = behind;
    }
    written.extend_from_slice(rest);
    written
}

/// `38;5;1` becomes 31, and `48;5;9` becomes 101.
fn basic(parameters: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut all = parameters.split(';');
    while let Some(word) = all.next() {
        let mut ahead = all.clone();
        let colour = match (word, ahead.next(), ahead.next().and_then(|number| number.parse::<u8>().ok())) {
            ("38" | "48", Some("5"), Some(number @ 0..16)) => Some(number),
            _ => None,
        };
        match colour {
            Some(number) => {
                let bright = if number < 8 { 0 } else { 52 };
                words.push((if word == "38" { 30 } else { 40 } + number + bright).to_string());
                all = ahead;
            }
            None => words.push(word.to_owned()),
        }
    }
    words.join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(pieces: &[&[u8]]) -> String {
        let mut bytes = Vec::new();
        let mut output = TerminalOutput::new(&mut bytes, true, Muted::default());
        pieces.iter().for_each(|piece| output.write_all(piece).unwrap());
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn sixteen_colours_go_by_their_own_codes() {
        assert_eq!(written(&[b"a\x1b[38;5;1;48;5;9mb"]), "a\x1b[31;101mb");
        assert_eq!(written(&[b"\x1b[1;38;5;15m\x1b[48;5;0m"]), "\x1b[1;97m\x1b[40m");
        assert_eq!(
            written(&[b"\x1b[38;5;200m\x1b[2;7H\x1b[0m\x1b]0;x\x07"]),
            "\x1b[38;5;200m\x1b[2;7H\x1b[0m\x1b]0;x\x07"
        );
    }

    #[test]
    fn a_sequence_may_come_in_pieces() {
        let whole = b"a\x1b[38;5;1mb\x1b[48;5;8mc";
        for cut in 0..=whole.len() {
            assert_eq!(written(&[&whole[..cut], &whole[cut..]]), "a\x1b[31mb\x1b[100mc", "{cut}");
        }
    }

    #[test]
    fn what_is_muted_writes_nothing_and_never_fails() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
        let muted = Muted::default();
        let mut output = TerminalOutput::new(Closed, false, muted.clone());
        assert!(output.write_all(b"x").is_err() && output.flush().is_err());
        muted.mute();
        assert!(output.write_all(b"x").is_ok() && output.flush().is_ok());
    }
}
