//! Parses the lines of a journal, some of which may be damaged.
//!
//! A line is valid if it is an event with possible values that follows the one before: event numbers ascend one by one, and
//! so do updates. Invalid lines are skipped and reported, and the lines after them count as long as they follow again, so
//! that damage is a gap in the curve and not its end. The last line needs its line end: a kill can truncate it.

use crate::domain::event::{JournalEntry, RunEvent};
use crate::domain::scores::Scores;
use crate::domain::value::number;

/// The usable entries, and the reason if some are not.
pub fn parse_journal(bytes: &[u8]) -> (Vec<JournalEntry>, Option<String>) {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
    let lines: Vec<Result<JournalEntry, String>> = lines.map(entry).collect();
    let (mut entries, mut wrong, mut left_out): (Vec<JournalEntry>, _, u64) = (Vec::new(), None, 0);
    for (place, line) in lines.iter().enumerate() {
        let later = lines[place + 1..].iter().flatten();
        let follows = line.as_ref().map_err(Clone::clone).and_then(|entry| match entries.last() {
            Some(last) => follows(last, entry, later.clone().next()).map(|()| entry),
            None => begins(entry, &later.clone().take(3).collect::<Vec<_>>()).map(|()| entry),
        });
        match follows {
            Ok(entry) => {
                if entries.is_empty() && entry.number > 0 {
                    entries.push(start_of(entry));
                }
                entries.push(entry.clone());
            }
            Err(reason) => {
                left_out += 1;
                wrong.get_or_insert_with(|| format!("line {}: {reason}", place + 1));
            }
        }
    }
    let missing = entries.last().map_or(0, |last| last.number + 1).saturating_sub(entries.len() as u64);
    let wrong = match (wrong, missing) {
        (Some(wrong), _) if left_out > 1 => Some(format!("{wrong}; {left_out} lines are skipped")),
        (Some(wrong), _) => Some(format!("{wrong}; it is skipped")),
        (None, 0) => None,
        (None, missing) => Some(format!("{missing} events are missing")),
    };
    (entries, wrong)
}

fn entry(line: &[u8]) -> Result<JournalEntry, String> {
    let entry: JournalEntry = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    check(&entry).map(|()| entry)
}

/// Checks for values that no owner writes.
fn check(entry: &JournalEntry) -> Result<(), String> {
    number("time", entry.time, -f64::MAX, f64::MAX)?;
    match entry.event {
        RunEvent::Update { loss, accuracy, learning_rate, gradient_norm, .. } => {
            // a float32 sum may round below 0
            number("loss", loss.into(), -1e-3, f32::MAX.into())?;
            number("accuracy", accuracy.into(), 0.0, 1.0)?;
            number("learning_rate", learning_rate, 0.0, f64::MAX)?;
            number("gradient_norm", gradient_norm.into(), 0.0, f32::MAX.into())
        }
        RunEvent::Evaluation { .. } => entry.event.scores().as_ref().map_or(Ok(()), Scores::check),
        RunEvent::AlsoEvaluated { scores, .. } => scores.check(),
        RunEvent::Gradient(point) => {
            number("noise_scale", point.noise_scale.unwrap_or(0.0), 0.0, f64::MAX)?;
            number("signal_share", point.signal_share.unwrap_or(0.0), 0.0, 1.0)?;
            number("clipped_share", point.clipped_share, 0.0, 1.0)?;
            number("update_ratio", point.update_ratio, 0.0, f64::MAX)?;
            number("distance", point.distance, 0.0, f64::MAX)
        }
        _ => Ok(()),
    }
}

/// Whether a journal can begin with this entry: with its start event, or, if that is lost, with one that a later entry
/// follows.
fn begins(entry: &JournalEntry, later: &[&JournalEntry]) -> Result<(), String> {
    let is_start = matches!(entry.event, RunEvent::Started { .. });
    // an attempt that fails before it starts has only that event
    let begins = is_start || is_end(&entry.event);
    let is_confirmed = later.is_empty() || later.iter().any(|later| follows(entry, later, None).is_ok());
    match is_confirmed && if entry.number == 0 { begins } else { !is_start } {
        true => Ok(()),
        false => Err(format!("event {} at update {} does not begin a journal", entry.number, entry.event.step())),
    }
}

/// Whether an entry can follow another. If entries are lost in between, the next one must follow as well.
fn follows(last: &JournalEntry, entry: &JournalEntry, next: Option<&JournalEntry>) -> Result<(), String> {
    let gap = entry.number.checked_sub(last.number).filter(|gap| *gap > 0);
    let steps = entry.event.step().checked_sub(last.event.step());
    let least = u64::from(matches!(entry.event, RunEvent::Update { .. }));
    let holds = gap.zip(steps).is_some_and(|(gap, steps)| (least..=gap).contains(&steps))
        && !matches!(entry.event, RunEvent::Started { .. })
        && !is_end(&last.event);
    let is_confirmed = gap == Some(1) || next.is_none_or(|next| follows(entry, next, None).is_ok());
    match holds && is_confirmed {
        true => Ok(()),
        false => Err(format!(
            "event {} at update {} does not follow event {} at update {}",
            entry.number,
            entry.event.step(),
            last.number,
            last.event.step()
        )),
    }
}

fn is_end(event: &RunEvent) -> bool {
    matches!(event, RunEvent::Finished { .. } | RunEvent::Stopped { .. } | RunEvent::Failed { .. })
}

/// Reconstructs a lost start event from what follows.
fn start_of(first: &JournalEntry) -> JournalEntry {
    let lost = first.event.step().saturating_sub(u64::from(matches!(first.event, RunEvent::Update { .. })));
    JournalEntry { number: 0, time: first.time, event: RunEvent::Started { step: lost } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(step: u64) -> RunEvent {
        RunEvent::Update { step, loss: 0.5, accuracy: 0.5, learning_rate: 1e-5, gradient_norm: 1.0 }
    }

    /// A journal of some updates that began at a step and was stopped.
    fn journal(from: u64) -> Vec<JournalEntry> {
        let updates = (1..=5).map(|step| update(from + step));
        let events = std::iter::once(RunEvent::Started { step: from }).chain(updates);
        let events = events.chain([RunEvent::Stopped { step: from + 5 }]);
        events.enumerate().map(|(number, event)| JournalEntry { number: number as u64, time: 1.5, event }).collect()
    }

    fn text(entries: &[JournalEntry]) -> Vec<String> {
        entries.iter().map(|entry| serde_json::to_string(entry).unwrap() + "\n").collect()
    }

    #[test]
    fn an_intact_journal_is_read_completely() {
        for from in [0, 40] {
            assert_eq!(parse_journal(text(&journal(from)).concat().as_bytes()), (journal(from), None));
        }
        assert_eq!(parse_journal(b""), (Vec::new(), None));
    }

    #[test]
    fn a_damaged_line_is_reported_and_leaves_a_gap() {
        let good = journal(40);
        for place in 1..good.len() {
            for damage in ["", "garbage\n", "{\"number\":3}\n", "garbage\n\u{1}\n"] {
                let mut lines = text(&good);
                lines[place] = damage.to_owned();
                let (read, wrong) = parse_journal(lines.concat().as_bytes());
                let mut expected = good.clone();
                expected.remove(place);
                assert_eq!(read, expected, "{place} {damage:?}");
                // a journal that ends early is one of a process that was killed
                assert_eq!(wrong.is_some(), !damage.is_empty() || place + 1 < good.len(), "{place} {damage:?}");
            }
        }
    }

    #[test]
    fn a_line_with_a_changed_value_is_reported_and_later_ones_count() {
        let good = text(&journal(0));
        let changes =
            [("\"number\":3", "\"number\":900000"), ("\"step\":3", "\"step\":900000"), ("\"step\":3", "\"step\":0")];
        let values = [
            ("\"accuracy\":0.5", "\"accuracy\":2.0"),
            ("\"loss\":0.5", "\"loss\":1e300"),
            ("\"event\":\"update\"", "\"event\":\"started\""),
        ];
        for (from, to) in changes.into_iter().chain(values) {
            let mut lines = good.clone();
            assert!(lines[3].contains(from));
            lines[3] = lines[3].replace(from, to);
            let (read, wrong) = parse_journal(lines.concat().as_bytes());
            assert_eq!(read.len(), good.len() - 1, "{from} {to}: {wrong:?}");
            assert!(wrong.unwrap().starts_with("line 4: "), "{from} {to}");
        }
    }

    #[test]
    fn an_attempt_may_fail_before_it_starts() {
        let event = RunEvent::Failed { step: 0, message: "the checkpoint does not fit".into() };
        let failed = [JournalEntry { number: 0, time: 1.5, event }];
        assert_eq!(parse_journal(text(&failed).concat().as_bytes()), (failed.to_vec(), None));
    }

    #[test]
    fn a_lost_start_is_reconstructed() {
        let mut lines = text(&journal(40));
        lines[0] = "garbage\n".into();
        let (read, wrong) = parse_journal(lines.concat().as_bytes());
        assert_eq!((read, wrong.is_some()), (journal(40), true));
    }
}
