//! Tables of values separated by commas or tabs, with a step in each row: one column a metric, as Lightning writes them, or
//! one row a value, as our own export does.

use super::cell::{ColumnRole, key};
use super::count::count_of;
use super::item::LogItem;
use super::label::LogSetting;
use super::lines::GrowingLines;
use crate::event_file::Skipped;
use std::collections::BTreeSet;

/// Columns beyond this number are left out.
const MOST_COLUMNS: usize = 100_000;

/// Reads a table while it grows.
#[derive(Debug, Default)]
pub struct LogTable {
    lines: GrowingLines,
    header: Option<Header>,
    /// runs whose settings were emitted
    known: BTreeSet<String>,
    bad_rows: u64,
}

/// The columns of a table with a step.
#[derive(Debug)]
pub struct Header {
    separator: u8,
    names: Vec<String>,
    roles: Vec<ColumnRole>,
    step: usize,
    metric: Option<usize>,
}

impl Header {
    /// Nothing where no column counts steps, or nothing else is there.
    pub fn of(line: &[u8]) -> Option<Self> {
        let separator = [b',', b'\t', b';'].into_iter().max_by_key(|separator| {
            let count = line.iter().filter(|byte| *byte == separator).count();
            (count, *separator == b',')
        })?;
        let names: Vec<String> = record(line, separator)?.iter().map(|name| name.trim().to_owned()).collect();
        let roles: Vec<ColumnRole> = names.iter().take(MOST_COLUMNS).map(|name| ColumnRole::of(name)).collect();
        let rank = |place: &usize| match roles[*place] {
            ColumnRole::Step(rank) => Some(rank),
            _ => None,
        };
        let step = (0..roles.len()).filter(|place| rank(place).is_some()).min_by_key(|place| rank(place))?;
        let place = |role: ColumnRole| roles.iter().position(|other| *other == role);
        let metric = place(ColumnRole::Metric).filter(|_| place(ColumnRole::Value).is_some());
        let has_values =
            metric.is_some() || roles.iter().any(|role| matches!(role, ColumnRole::Other | ColumnRole::Value));
        has_values.then_some(Self { separator, names, roles, step, metric })
    }
}

fn record(line: &[u8], separator: u8) -> Option<csv::StringRecord> {
    let mut builder = csv::ReaderBuilder::new();
    // as many bytes as there are, for a reader of a line each
    builder.has_headers(false).delimiter(separator).flexible(true).buffer_capacity(line.len().max(1));
    let mut reader = builder.from_reader(line);
    let mut record = csv::StringRecord::new();
    reader.read_record(&mut record).ok()?.then_some(record)
}

impl LogTable {
    pub fn skipped(&self) -> Skipped {
        let Skipped { parts, bytes } = self.lines.skipped;
        Skipped { parts: parts + self.bad_rows, bytes }
    }

    /// The next bytes of the file.
    pub fn feed(&mut self, bytes: &[u8], mut emit: impl FnMut(LogItem)) {
        let Self { lines, header, known, bad_rows } = self;
        lines.feed(bytes, true, |line| {
            if line.iter().all(u8::is_ascii_whitespace) {
                return;
            }
            match header {
                None => match Header::of(line) {
                    Some(found) => *header = Some(found),
                    None => *bad_rows += 1,
                },
                Some(header) => {
                    let is_row = record(line, header.separator).and_then(|row| header.row(&row, known, &mut emit));
                    *bad_rows += u64::from(is_row.is_none());
                }
            }
        });
    }
}

impl Header {
    /// Emits the items of a row. Nothing where it has no step.
    fn row(&self, row: &csv::StringRecord, known: &mut BTreeSet<String>, emit: &mut impl FnMut(LogItem)) -> Option<()> {
        let cell = |place: usize| row.get(place).unwrap_or_default().trim();
        let number = |place: usize| cell(place).parse::<f64>().ok();
        let step = count_of(number(self.step)?)?;
        let with =
            |wanted: fn(ColumnRole) -> bool| (0..self.roles.len()).filter(move |place| wanted(self.roles[*place]));
        let key = key(with(ColumnRole::is_key).map(|place| (self.names[place].as_str(), cell(place))));
        if !key.is_empty() && known.insert(key.clone()) {
            for place in with(|role| matches!(role, ColumnRole::Part(_) | ColumnRole::Name)) {
                let (name, value) = (self.names[place].clone(), LogSetting::of(cell(place)));
                emit(LogItem::Setting { key: key.clone(), name, value });
            }
        }
        let time = with(|role| role == ColumnRole::Time).find_map(number);
        if let Some(metric) = self.metric {
            let value = with(|role| role == ColumnRole::Value).find_map(number)?;
            let split = with(|role| role == ColumnRole::Split).map(cell).find(|split| !split.is_empty());
            let tag = split.map_or_else(|| cell(metric).to_owned(), |split| format!("{split}/{}", cell(metric)));
            emit(LogItem::Point { key, tag, step, time, value });
            return Some(());
        }
        for place in with(|role| matches!(role, ColumnRole::Other | ColumnRole::Value)) {
            if let Some(value) = number(place) {
                emit(LogItem::Point { key: key.clone(), tag: self.names[place].clone(), step, time, value });
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> (Vec<String>, Skipped) {
        let (mut table, mut items) = (LogTable::default(), Vec::new());
        table.feed(text.as_bytes(), |item| {
            items.push(match item {
                LogItem::Point { key, tag, step, value, .. } => format!("{key}|{tag} {step} {value}"),
                LogItem::Setting { key, name, value } => format!("{key}|{name}={value}"),
                LogItem::Restart { step, .. } => format!("restart {step}"),
            });
        });
        (items, table.skipped())
    }

    #[test]
    fn a_row_has_a_step_and_a_value_where_a_cell_is_filled() {
        let (items, skipped) = read("epoch,step,train_loss,val_acc\n0,1,0.5,\n0,2,nan,0.75\n1,x,1,1\n1,3,0.");
        assert_eq!(items, ["|train_loss 1 0.5", "|train_loss 2 NaN", "|val_acc 2 0.75"]);
        assert_eq!(skipped.parts, 1, "a step that is no number");
    }

    #[test]
    fn the_columns_of_a_label_tell_runs_apart() {
        let (items, _) = read("arm;batch_size;iid;step;acc\nb;8;0;1;0.5\nb;8;1;1;0.6\nb;8;0;2;0.7\n");
        let points: Vec<&str> = items.iter().filter(|item| item.contains("|acc")).map(String::as_str).collect();
        assert_eq!(
            points,
            ["b batch_size=8 iid=0|acc 1 0.5", "b batch_size=8 iid=1|acc 1 0.6", "b batch_size=8 iid=0|acc 2 0.7"]
        );
        assert_eq!(items.iter().filter(|item| item.contains("|iid=")).count(), 2);
    }

    #[test]
    fn our_own_export_is_read() {
        let header = "experiment,arm,batch_size,iid,step,pairs_seen,epoch,split,metric,value\n";
        let (items, _) = read(&format!("{header}mine,\"batch,norm\",8,0,3,24,1,valid,accuracy,0.5\n"));
        assert_eq!(items.last().unwrap(), "mine batch,norm batch_size=8 iid=0|valid/accuracy 3 0.5");
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in "(step|a|,|\n|\"|1|;|\t|arm|nan|é){0,60}") {
            read(&text);
            read(&format!("step,a\n{text}"));
        }
    }
}
