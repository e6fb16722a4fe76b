//! Text that grows, line by line.

use crate::event_file::Skipped;

/// A longer line is skipped.
const LONGEST: usize = 4 << 20;

/// Holds the beginning of a line until its end is there.
#[derive(Debug, Default)]
pub struct GrowingLines {
    pending: Vec<u8>,
    /// quotation marks in it
    quotes: usize,
    /// whether the line is too long: it is skipped up to its end
    is_long: bool,
    /// whether the next line is the first
    has_begun: bool,
    pub skipped: Skipped,
}

impl GrowingLines {
    /// The next bytes of a file. Calls with each whole line, without its end and without a byte order mark. Where quotes
    /// count, a line end between two quotation marks is part of the line, as in CSV.
    pub fn feed(&mut self, bytes: &[u8], quotes: bool, mut line: impl FnMut(&[u8])) {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (piece, after) = (&rest[..end], &rest[end + 1..]);
            rest = after;
            self.push(piece);
            if self.is_long {
                self.is_long = false;
                continue;
            }
            let is_open = quotes && self.quotes % 2 == 1;
            if is_open && self.pending.len() < LONGEST {
                self.pending.push(b'\n');
                continue;
            }
            let mut whole = std::mem::take(&mut self.pending);
            let mut text = whole.strip_suffix(b"\r").unwrap_or(&whole);
            if !std::mem::replace(&mut self.has_begun, true) {
                text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
            }
            line(text);
            whole.clear();
            (self.pending, self.quotes) = (whole, 0);
        }
        self.push(rest);
    }

    fn push(&mut self, piece: &[u8]) {
        if self.is_long {
            self.skipped.bytes += piece.len() as u64;
            return;
        }
        self.pending.extend_from_slice(piece);
        self.quotes += piece.iter().filter(|byte| **byte == b'"').count();
        if self.pending.len() > LONGEST {
            self.skipped.parts += 1;
            self.skipped.bytes += self.pending.len() as u64;
            (self.pending, self.quotes) = (Vec::new(), 0);
            self.is_long = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]], quotes: bool) -> Vec<String> {
        let (mut lines, mut found) = (GrowingLines::default(), Vec::new());
        for piece in pieces {
            lines.feed(piece, quotes, |line| found.push(String::from_utf8_lossy(line).into_owned()));
        }
        found
    }

    #[test]
    fn a_line_counts_once_its_end_is_there() {
        assert_eq!(lines(&[b"\xef\xbb\xbfa,b\r\n1", b",2\n3,"], true), ["a,b", "1,2"]);
        assert_eq!(lines(&[b"\"a\n", b"b\"\nc\n"], true), ["\"a\nb\"", "c"]);
        assert_eq!(lines(&[b"\"a\nb\"\n"], false), ["\"a", "b\""]);
    }

    #[test]
    fn an_endless_line_is_skipped_and_not_kept() {
        let (mut lines, mut found) = (GrowingLines::default(), 0);
        for _ in 0..6 {
            lines.feed(&[b'a'; 1 << 20], false, |_| found += 1);
        }
        assert!(lines.pending.is_empty());
        lines.feed(b"\nb\n", false, |line| found += usize::from(line == b"b"));
        assert_eq!((found, lines.skipped), (1, Skipped { parts: 1, bytes: 6 << 20 }));
    }
}
