//! The events of a run, one JSON object per line, appended in order.

use super::attempt::ClaimedAttempt;
use super::damage::Damage;
use super::error::StoreError;
use super::layout::RunFolder;
use super::lines::parse_journal;
use crate::domain::event::{JournalEntry, RunEvent};
use crate::files::FileError;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::PathBuf;

pub(super) const NAME: &str = "journal.ndjson";
/// Upper bound of the size of a journal: some ten million updates.
const MOST: u64 = 1 << 31;

/// The journal of a claimed attempt, open for appending.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: BufWriter<File>,
    next: u64,
}

impl Journal {
    pub fn create(attempt: &ClaimedAttempt) -> Result<Self, StoreError> {
        let file = BufWriter::new(attempt.folder.create_file(NAME)?);
        Ok(Self { path: attempt.path().join(NAME), file, next: 0 })
    }

    /// Numbers the event and appends it to the buffer; see [`Journal::flush`].
    pub fn append(&mut self, time: f64, event: RunEvent) -> Result<JournalEntry, StoreError> {
        let entry = JournalEntry { number: self.next, time, event };
        self.next += 1;
        let mut line = serde_json::to_vec(&entry).map_err(|error| self.error("append to", error.into()))?;
        line.push(b'\n');
        self.file.write_all(&line).map_err(|error| self.error("append to", error))?;
        Ok(entry)
    }

    /// Writes everything to disk, where it survives a power cut.
    pub fn sync(&mut self) -> Result<(), StoreError> {
        self.flush()?;
        self.file.get_ref().sync_data().map_err(|error| self.error("sync", error))
    }

    /// Passes everything to the system, where it survives this process.
    pub fn flush(&mut self) -> Result<(), StoreError> {
        self.file.flush().map_err(|error| self.error("append to", error))
    }

    fn error(&self, doing: &'static str, cause: io::Error) -> StoreError {
        FileError::System { doing, path: self.path.clone(), cause }.into()
    }
}

impl ClaimedAttempt {
    /// At most so many entries of the journal from this number on, and the number after them. A line that cannot be read is
    /// left out. For the attempt's owner, once the journal is flushed.
    pub fn entries_from(&self, from: u64, most: usize) -> Result<(Vec<JournalEntry>, u64), StoreError> {
        let Some(file) = self.folder.open(NAME)? else { return Ok((Vec::new(), from)) };
        let (mut entries, mut next) = (Vec::new(), from);
        // an entry a line, numbered from 0
        for line in BufReader::new(file).split(b'\n').skip(from as usize).take(most) {
            let path = || self.path().join(NAME);
            let line = line.map_err(|cause| FileError::System { doing: "read", path: path(), cause })?;
            entries.extend(serde_json::from_slice::<JournalEntry>(&line).ok());
            next += 1;
        }
        Ok((entries, next))
    }
}

/// JournalEntries by attempt, oldest first.
pub type JournalEntries = Vec<(u32, Vec<JournalEntry>)>;

/// The usable entries of all journals.
pub fn read_journal(run: &RunFolder) -> Result<JournalEntries, StoreError> {
    Ok(read_journals(run).0)
}

/// The usable entries of all journals, and the damage.
pub fn read_journals(run: &RunFolder) -> (JournalEntries, Vec<Damage>) {
    let (mut attempts, mut damages) = (Vec::new(), Vec::new());
    let numbers = run.attempt_numbers().unwrap_or_else(|error| {
        damages.push(error.into());
        Vec::new()
    });
    for number in numbers {
        let folder = run.attempt(number);
        match folder.read(NAME, MOST) {
            Ok(None) => {}
            Ok(Some(bytes)) => {
                let (entries, wrong) = parse_journal(&bytes);
                damages.extend(wrong.map(|wrong| Damage::of_content(&folder, NAME, wrong)));
                attempts.push((number, entries));
            }
            Err(error) => {
                damages.push(error.into());
                attempts.push((number, Vec::new()));
            }
        }
    }
    (attempts, damages)
}

#[cfg(test)]
mod tests {
    use super::super::attempt::{BeatWatch, Claim};
    use super::super::{Owner, Store};
    use super::*;
    use crate::domain::identity::run_id;
    use crate::domain::run::made_up::spec as example;
    use crate::domain::scores::Scores;
    use std::fs;

    #[test]
    fn a_journal_cut_anywhere_yields_its_complete_lines() {
        let root = tempfile::tempdir().unwrap();
        let spec = example(8, 30);
        let folder = Store::open(root.path()).unwrap().run(&run_id(&spec));
        folder.create(&spec).unwrap();
        let claim = folder.claim(&Owner::this_process(), &mut BeatWatch::default(), false).unwrap();
        let Claim::Mine(attempt) = claim else { panic!("not mine") };
        let mut journal = Journal::create(&attempt).unwrap();
        let events = [
            RunEvent::Started { step: 0 },
            RunEvent::Update { step: 1, loss: 0.1, accuracy: 1.0, learning_rate: 1e-5, gradient_norm: 0.3 },
            RunEvent::Evaluation { step: 1, scores: Scores::of(0.123_456_789, 1.0 / 3.0) },
        ];
        for (second, event) in events.iter().enumerate() {
            journal.append(second as f64, event.clone()).unwrap();
        }
        journal.flush().unwrap();
        let whole = fs::read(attempt.path().join(NAME)).unwrap();
        for length in 0..=whole.len() {
            fs::write(attempt.path().join(NAME), &whole[..length]).unwrap();
            let read: Vec<RunEvent> = read_journal(&folder).unwrap().remove(0).1.into_iter().map(|e| e.event).collect();
            assert_eq!(read[..], events[..read.len()], "cut at {length}");
        }
        assert_eq!(read_journal(&folder).unwrap()[0].1.len(), events.len());
    }
}
