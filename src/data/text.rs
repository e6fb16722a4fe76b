//! Reads files as text, with the checks that all text formats share.

use super::DataError;
use std::path::Path;

/// Reads a regular file. Pipes and devices are refused because they may never end.
pub fn bytes(path: &Path) -> Result<Vec<u8>, DataError> {
    let read = || match std::fs::metadata(path)?.is_file() {
        true => std::fs::read(path),
        false => Err(std::io::Error::other("it is not a regular file")),
    };
    read().map_err(|cause| DataError::Read { path: path.to_owned(), cause })
}

/// Byte order marks of UTF-16.
const UTF16: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];

/// Checks for UTF-8 without NUL bytes, and strips a byte order mark.
pub fn text<'b>(place: &str, bytes: &'b [u8]) -> Result<&'b str, DataError> {
    let zero = |place: usize| bytes.iter().skip(place).step_by(2).take(16).all(|byte| *byte == 0);
    let is_utf16 = UTF16.iter().any(|mark| bytes.starts_with(mark)) || (bytes.len() >= 4 && (zero(0) != zero(1)));
    if is_utf16 {
        return Err(DataError::Utf16 { place: place.into() });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let line = |end: usize| 1 + bytes.iter().take(end).filter(|byte| **byte == b'\n').count() as u64;
    let text = std::str::from_utf8(bytes)
        .map_err(|error| DataError::Encoding { place: place.into(), line: line(error.valid_up_to()) })?;
    match text.find('\0') {
        Some(at) => Err(DataError::Nul { place: place.into(), line: line(at) }),
        None => Ok(text),
    }
}

/// The text with at most so many characters, for messages.
pub fn excerpt(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
