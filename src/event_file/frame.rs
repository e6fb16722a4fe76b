//! TensorFlow's record format: length, its checksum, the body, its checksum; all little-endian.

use super::messages::masked_crc;

/// Bytes before the body: its length and the checksum of that.
const HEADER: usize = 12;
/// Bytes after the body: its checksum.
const FOOTER: usize = 4;

/// What bytes begin with.
pub enum Frame<'b> {
    /// a record whose checksums hold, and its length with them
    Whole { body: &'b [u8], length: usize },
    /// the beginning of a record whose body has this many bytes, as far as they are known
    Incomplete { body: Option<u64> },
    /// a checksum does not hold
    Damaged,
}

impl<'b> Frame<'b> {
    pub fn of(bytes: &'b [u8]) -> Self {
        let Some((header, rest)) = bytes.split_at_checked(HEADER) else { return Frame::Incomplete { body: None } };
        let Some(body) = length_of(header) else { return Frame::Damaged };
        let whole = usize::try_from(body).ok().and_then(|body| body.checked_add(FOOTER));
        let Some(record) = whole.and_then(|whole| rest.get(..whole)) else {
            return Frame::Incomplete { body: Some(body) };
        };
        let (body, checksum) = record.split_at(record.len() - FOOTER);
        if masked_crc(body) == little_endian(checksum) {
            Frame::Whole { body, length: HEADER + record.len() }
        } else {
            Frame::Damaged
        }
    }

    /// Bytes of a record with a body of this length.
    pub fn length(body: u64) -> u64 {
        body.saturating_add((HEADER + FOOTER) as u64)
    }

    /// The first offset after the first byte at which a header may begin: its checksum holds, or bytes of it are missing.
    pub fn next(bytes: &[u8]) -> usize {
        let is_header = |at: &usize| bytes[*at..].get(..HEADER).is_none_or(|header| length_of(header).is_some());
        (1..bytes.len()).find(is_header).unwrap_or(bytes.len())
    }
}

/// The length that a header with a good checksum gives.
fn length_of(header: &[u8]) -> Option<u64> {
    let (length, checksum) = header.split_first_chunk::<8>()?;
    (masked_crc(length) == little_endian(checksum)).then_some(u64::from_le_bytes(*length))
}

fn little_endian(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
}
