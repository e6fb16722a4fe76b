//! Reads the scalars of an event file of any program, up to the first invalid record.

use super::frame::Frame;
use super::messages::Event;
use super::scalar::number;
use prost::Message;

/// One value of one tag.
#[derive(Clone, Debug, PartialEq)]
pub struct Scalar {
    pub tag: String,
    pub step: i64,
    pub wall_time: f64,
    pub value: f32,
}

/// Why reading ended. A file that is being written may end within a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Clean,
    /// the record at this offset is incomplete
    Truncated {
        at: usize,
    },
    /// the record at this offset has a wrong checksum or is not an event
    Damaged {
        at: usize,
    },
}

/// All scalars of complete records, and why reading ended.
pub fn read(bytes: &[u8]) -> (Vec<Scalar>, End) {
    let (mut scalars, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let (body, length) = match Frame::of(&bytes[at..]) {
            Frame::Whole { body, length } => (body, length),
            Frame::Incomplete { .. } => return (scalars, End::Truncated { at }),
            Frame::Damaged => return (scalars, End::Damaged { at }),
        };
        let Ok(event) = Event::decode(body) else { return (scalars, End::Damaged { at }) };
        let (step, wall_time) = (event.step, event.wall_time);
        for value in event.summary.into_iter().flat_map(|summary| summary.value) {
            if let Some(number) = number(&value) {
                scalars.push(Scalar { tag: value.tag, step, wall_time, value: number as f32 });
            }
        }
        at += length;
    }
    (scalars, End::Clean)
}

#[cfg(test)]
mod tests {
    use super::super::EventWriter;
    use super::*;
    use proptest::prelude::*;

    fn file() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = EventWriter::new(&mut bytes, 1.5).unwrap();
        writer.scalars(2.5, 1, &[("loss", 0.7), ("accuracy", 0.5)]).unwrap();
        writer.scalars(3.5, 2, &[("loss", 0.6)]).unwrap();
        bytes
    }

    #[test]
    fn what_is_written_is_read() {
        let (scalars, end) = read(&file());
        assert_eq!(end, End::Clean);
        let read: Vec<(&str, i64, f64, f32)> =
            scalars.iter().map(|s| (s.tag.as_str(), s.step, s.wall_time, s.value)).collect();
        assert_eq!(read, [("loss", 1, 2.5, 0.7), ("accuracy", 1, 2.5, 0.5), ("loss", 2, 3.5, 0.6)]);
    }

    #[test]
    fn the_first_record_is_tensorflows_own_byte_for_byte() {
        // the version record that TensorFlow writes at wall time 1.5
        let expected = b"\x18\0\0\0\0\0\0\0\xa3\x7f\x4b\x22\x09\0\0\0\0\0\0\xf8\x3f\x1a\x0dbrain.Event:2";
        assert_eq!(&file()[..expected.len()], expected);
    }

    #[test]
    fn a_cut_file_gives_all_whole_records() {
        let bytes = file();
        let (all, _) = read(&bytes);
        for length in 0..bytes.len() {
            let (scalars, end) = read(&bytes[..length]);
            assert_eq!(scalars[..], all[..scalars.len()], "cut at {length}");
            assert!(!matches!(end, End::Damaged { .. }), "cut at {length}");
        }
    }

    #[test]
    fn a_flipped_byte_ends_the_reading_there() {
        let mut bytes = file();
        let last = bytes.len() - 10;
        bytes[last] ^= 1;
        let (scalars, end) = read(&bytes);
        assert_eq!(scalars.len(), 2);
        assert!(matches!(end, End::Damaged { .. }));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
            let mut file = file();
            file.extend(bytes);
            prop_assert!(read(&file).0.len() >= 3);
        }
    }
}
