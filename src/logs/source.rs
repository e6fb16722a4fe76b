//! A file with logs and its reader.

use super::count::count_of;
use super::format::LogFormat;
use super::item::LogItem;
use super::json_lines::JsonLines;
use super::label::LogSetting;
use super::scan::FoundLog;
use super::table::LogTable;
use super::tail::{News, Tail};
use super::trainer::TrainerState;
use crate::event_file::{Decoder, EventItem, Skipped};
use crate::files::{FileError, open_followed};
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::time::SystemTime;

/// A state of a Trainer that is larger is not read.
const LARGEST_STATE: u64 = 256 << 20;

/// A file with logs, as far as it was read.
#[derive(Debug)]
pub struct LogFile {
    pub found: FoundLog,
    tail: Tail,
    reader: Reader,
    is_replaced: bool,
    /// numbers of the runs that have items in it
    pub runs: BTreeSet<usize>,
}

#[derive(Debug)]
enum Reader {
    Events(Decoder),
    Table(LogTable),
    JsonLines(JsonLines),
    State { states: TrainerState, seen: Option<(u64, Option<SystemTime>)> },
}

impl Reader {
    fn new(format: LogFormat) -> Self {
        match format {
            LogFormat::EventFiles => Reader::Events(Decoder::default()),
            LogFormat::Table => Reader::Table(LogTable::default()),
            LogFormat::JsonLines | LogFormat::Store => Reader::JsonLines(JsonLines::default()),
            LogFormat::Trainer => Reader::State { states: TrainerState::default(), seen: None },
        }
    }

    fn skipped(&self) -> Skipped {
        match self {
            Reader::Events(decoder) => decoder.skipped(),
            Reader::Table(table) => table.skipped(),
            Reader::JsonLines(lines) => lines.skipped(),
            Reader::State { .. } => Skipped::default(),
        }
    }

    fn feed(&mut self, bytes: &[u8], mut emit: impl FnMut(LogItem)) {
        match self {
            Reader::Events(decoder) => decoder.feed(bytes, |item| {
                if let Some(item) = item_of(item) {
                    emit(item);
                }
            }),
            Reader::Table(table) => table.feed(bytes, emit),
            Reader::JsonLines(lines) => lines.feed(bytes, emit),
            Reader::State { .. } => {}
        }
    }
}

fn item_of(item: EventItem) -> Option<LogItem> {
    let key = String::new;
    match item {
        EventItem::Scalar { tag, step, wall_time, value } => {
            let time = (wall_time > 0.0).then_some(wall_time);
            Some(LogItem::Point { key: key(), tag, step: count_of(step as f64)?, time, value })
        }
        EventItem::Start { step } => Some(LogItem::Restart { key: key(), step: count_of(step as f64)? }),
        EventItem::Setting { name, value } => {
            Some(LogItem::Setting { key: key(), name, value: LogSetting::of(&value) })
        }
    }
}

impl LogFile {
    pub fn new(found: FoundLog) -> Self {
        let (tail, reader) = (Tail::new(found.path.clone()), Reader::new(found.format));
        Self { found, tail, reader, is_replaced: false, runs: BTreeSet::new() }
    }

    /// Of what the file has now.
    pub fn skipped(&self) -> Skipped {
        self.reader.skipped()
    }

    /// Says what is new in the file, to its end. Returns whether anything was read.
    pub fn poll(&mut self, mut emit: impl FnMut(LogItem)) -> Result<bool, FileError> {
        if let Reader::State { states, seen } = &mut self.reader {
            return state(&self.found, states, seen, &mut emit);
        }
        let mut any = false;
        loop {
            match self.tail.poll()? {
                News::Nothing => return Ok(any),
                News::Bytes(bytes) => {
                    any = true;
                    self.reader.feed(&bytes, &mut emit);
                }
                News::Replaced => {
                    self.begin_again();
                    self.is_replaced = true;
                    emit(LogItem::Restart { key: String::new(), step: 0 });
                }
            }
        }
    }

    /// Whether the file was replaced since this was last asked.
    pub fn was_replaced(&mut self) -> bool {
        std::mem::take(&mut self.is_replaced)
    }

    /// The file is read from its beginning again.
    pub fn begin_again(&mut self) {
        self.reader = Reader::new(self.found.format);
        self.tail = Tail::new(self.found.path.clone());
    }

    /// The Trainer saved a later state in another folder.
    pub fn moved(&mut self, found: FoundLog) {
        if let Reader::State { seen, .. } = &mut self.reader {
            *seen = None;
        }
        self.found = found;
    }
}

/// Reads the state anew if it changed. One that is being written is read once it is complete.
fn state(
    found: &FoundLog,
    states: &mut TrainerState,
    seen: &mut Option<(u64, Option<SystemTime>)>,
    emit: impl FnMut(LogItem),
) -> Result<bool, FileError> {
    let Ok(looked) = fs::metadata(&found.path) else { return Ok(false) };
    let now = (looked.len(), looked.modified().ok());
    if *seen == Some(now) {
        return Ok(false);
    }
    *seen = Some(now);
    let (path, most) = (found.path.clone(), LARGEST_STATE);
    if looked.len() > most {
        return Err(FileError::Size { path, bytes: looked.len(), most });
    }
    let mut bytes = Vec::new();
    let read = open_followed(&path)?.take(most).read_to_end(&mut bytes);
    read.map_err(|cause| FileError::System { doing: "read", path: path.clone(), cause })?;
    let error = |error: super::trainer::StateError| FileError::System {
        doing: "read",
        path: path.clone(),
        cause: std::io::Error::other(error.to_string()),
    };
    states.read(&bytes, emit).map_err(error)?;
    Ok(true)
}
