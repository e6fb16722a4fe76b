//! Reads an event file of any program while it grows. Damaged parts are skipped up to the next good record.

use super::frame::Frame;
use super::messages::{Event, START, SessionStart, SummaryValue};
use super::scalar::number;
use prost::Message;

/// Records with a longer body, such as graphs and images, are passed over unread.
const LONGEST: u64 = 16 << 20;

/// An item of an event file.
#[derive(Clone, Debug, PartialEq)]
pub enum EventItem {
    Scalar {
        tag: String,
        step: i64,
        wall_time: f64,
        value: f64,
    },
    /// a writer begins at this step: it replaces everything from there on in earlier files
    Start {
        step: i64,
    },
    /// a hyperparameter, as text
    Setting {
        name: String,
        value: String,
    },
}

/// Parts of a file that could not be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    pub parts: u64,
    pub bytes: u64,
}

impl std::ops::AddAssign for Skipped {
    fn add_assign(&mut self, other: Self) {
        self.parts += other.parts;
        self.bytes += other.bytes;
    }
}

/// Holds the end of what was read until it is a whole record: at most [`LONGEST`] bytes.
#[derive(Debug, Default)]
pub struct Decoder {
    pending: Vec<u8>,
    /// bytes still to come of a record that is passed over
    passing: u64,
    /// whether the bytes before `pending` were skipped: those that follow belong to the same part
    is_skipping: bool,
    skipped: Skipped,
}

impl Decoder {
    pub fn skipped(&self) -> Skipped {
        self.skipped
    }

    /// The next bytes of the file.
    pub fn feed(&mut self, bytes: &[u8], mut emit: impl FnMut(EventItem)) {
        let passed = self.passing.min(bytes.len() as u64);
        self.passing -= passed;
        self.pending.extend_from_slice(&bytes[passed as usize..]);
        let pending = std::mem::take(&mut self.pending);
        let mut at = 0;
        while at < pending.len() {
            match Frame::of(&pending[at..]) {
                Frame::Whole { body, length } => {
                    match Event::decode(body) {
                        Ok(event) => self.event(event, &mut emit),
                        Err(_) => self.skip(length),
                    }
                    at += length;
                    self.is_skipping = false;
                }
                Frame::Incomplete { body: Some(body) } if body > LONGEST => {
                    let rest = (pending.len() - at) as u64;
                    self.passing = Frame::length(body).saturating_sub(rest);
                    at = pending.len();
                    self.is_skipping = false;
                }
                Frame::Incomplete { .. } => break,
                Frame::Damaged => {
                    let length = Frame::next(&pending[at..]);
                    self.skip(length);
                    at += length;
                }
            }
        }
        self.pending = pending;
        self.pending.drain(..at);
    }

    fn skip(&mut self, bytes: usize) {
        self.skipped.parts += u64::from(!self.is_skipping);
        self.skipped.bytes += bytes as u64;
        self.is_skipping = true;
    }

    fn event(&self, event: Event, emit: &mut impl FnMut(EventItem)) {
        let Event { step, wall_time, summary, session_log, .. } = event;
        if session_log.is_some_and(|log| log.status == START) {
            emit(EventItem::Start { step });
        }
        for value in summary.into_iter().flat_map(|summary| summary.value) {
            match number(&value) {
                Some(number) => emit(EventItem::Scalar { tag: value.tag, step, wall_time, value: number }),
                None => settings(&value).for_each(&mut *emit),
            }
        }
    }
}

/// The hyperparameters with which a session of TensorBoard's plugin for them begins.
fn settings(value: &SummaryValue) -> impl Iterator<Item = EventItem> {
    let plugin = value.metadata.as_ref().and_then(|metadata| metadata.plugin_data.as_ref());
    let plugin = plugin.filter(|plugin| plugin.plugin_name == "hparams");
    let start = plugin.and_then(|plugin| SessionStart::of(&plugin.content));
    let settings = start.into_iter().flat_map(|start| start.hparams);
    settings.filter_map(|(name, value)| Some(EventItem::Setting { name, value: value.text()? }))
}

#[cfg(test)]
mod tests {
    use super::super::EventWriter;
    use super::*;
    use proptest::prelude::*;

    fn file(points: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = EventWriter::new(&mut bytes, 1.5).unwrap();
        writer.starts(1.5, 1).unwrap();
        for step in 1..=points {
            writer.scalars(2.5, step, &[("loss", step as f32)]).unwrap();
        }
        bytes
    }

    fn steps(pieces: &[&[u8]]) -> (Vec<i64>, Skipped) {
        let (mut decoder, mut steps) = (Decoder::default(), Vec::new());
        for piece in pieces {
            decoder.feed(piece, |item| match item {
                EventItem::Scalar { step, .. } => steps.push(step),
                EventItem::Start { step } => assert_eq!(step, 1),
                EventItem::Setting { .. } => panic!("none was written"),
            });
        }
        (steps, decoder.skipped())
    }

    #[test]
    fn a_damaged_record_is_skipped_and_counted() {
        let mut bytes = file(5);
        let length = bytes.len();
        let record = length - file(4).len();
        // in the body of the last but one
        bytes[length - record - record / 2] ^= 1;
        let (read, skipped) = steps(&[&bytes]);
        assert_eq!((read, skipped.parts), (vec![1, 2, 3, 5], 1));
        assert_eq!(skipped.bytes, record as u64);
    }

    #[test]
    fn a_writer_that_was_killed_within_a_record_hides_nothing_of_the_next() {
        let (first, second) = (file(2), file(3));
        let (read, skipped) = steps(&[&first[..first.len() - 7], &second]);
        assert_eq!((read, skipped.parts), (vec![1, 1, 2, 3], 1));
    }

    #[test]
    fn a_huge_record_is_passed_over_and_not_kept() {
        let mut bytes = file(1);
        let length = (LONGEST + 1).to_le_bytes();
        bytes.extend(length);
        bytes.extend(super::super::messages::masked_crc(&length).to_le_bytes());
        let (mut decoder, mut found) = (Decoder::default(), 0);
        let mut feed =
            |bytes: &[u8]| decoder.feed(bytes, |item| found += usize::from(matches!(item, EventItem::Scalar { .. })));
        feed(&bytes);
        let zeros = [0; 1 << 16];
        for _ in 0..LONGEST >> 16 {
            feed(&zeros);
        }
        feed(&[0; 5]);
        feed(&file(3));
        assert_eq!((found, decoder.skipped()), (4, Skipped::default()));
        assert!(decoder.pending.capacity() < 1 << 20);
    }

    proptest! {
        #[test]
        fn pieces_give_the_items_of_the_whole(cuts in proptest::collection::vec(0usize..400, 0..8), flip in 0usize..800) {
            let mut bytes = file(6);
            if let Some(byte) = bytes.get_mut(flip) {
                *byte ^= 4;
            }
            let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut < bytes.len()).collect();
            cuts.sort_unstable();
            cuts.insert(0, 0);
            cuts.push(bytes.len());
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            let (read, skipped) = steps(&pieces);
            prop_assert_eq!((&read, skipped), (&steps(&[&bytes]).0, steps(&[&bytes]).1));
            prop_assert!(read.len() >= 5 && skipped.parts <= 1, "one damaged byte costs one record: {:?}", read);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0usize..300) {
            let at = at.min(bytes.len());
            steps(&[&bytes[..at], &bytes[at..]]);
            prop_assert_eq!(steps(&[&bytes, &file(3)]).0.len() >= 3, true, "junk hides nothing");
        }
    }
}
