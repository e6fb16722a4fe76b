//! Values with a header, separated by commas (RFC 4180) or another separator. Quoted values may contain separators, quotes
//! and line ends.

use super::separator::Separator;
use super::table::TableBuilder;
use super::{Choose, DataError, DataTable};
use std::io::Read;

/// A sentinel record that no text contains: it is parsed on its own unless a quote before it is unclosed.
const END: &str = "\0";

/// `usual` is the separator of the file extension; the header may show another one.
pub fn read(place: &str, text: &str, usual: Separator, choose: Choose<'_>) -> Result<DataTable, DataError> {
    let (separator, note, text, first_line) = match Separator::named(text) {
        Some((separator, below)) => (separator, None, below, 2),
        None => {
            let (separator, note) = Separator::of(text, usual);
            (separator, note, text, 1)
        }
    };
    let ended = text.as_bytes().chain(&b"\n"[..]).chain(END.as_bytes());
    let mut builder = csv::ReaderBuilder::new();
    let mut reader = builder.delimiter(separator.byte()).flexible(true).has_headers(false).from_reader(ended);
    let (mut reading, mut lines) = (None::<TableBuilder>, Lines { text, at: 0, line: first_line });
    for record in reader.records() {
        let record = record.map_err(|cause| DataError::Csv { place: place.into(), cause })?;
        if record.len() == 1 && &record[0] == END {
            break;
        }
        let line = lines.of_record(record.position().map_or(0, csv::Position::byte));
        if record.iter().any(|value| value.ends_with(END)) {
            return Err(DataError::OpenQuote { place: place.into(), line });
        }
        let Some(reading) = &mut reading else {
            let header: Vec<String> = record.iter().map(|value| value.trim().to_owned()).collect();
            reading = Some(TableBuilder::new(&header, choose)?);
            continue;
        };
        reading.row_of(line, record.len(), |column| record.get(*column).map(|value| value.trim().to_owned()));
    }
    let table = reading.map_or_else(|| Ok(DataTable::default()), |reading| reading.end(place, separator.plural()))?;
    Ok(DataTable { notes: note.into_iter().collect(), ..table })
}

/// Line numbers of ascending offsets. The `csv` crate counts the line on which the previous record ended.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line on which the record starts whose bytes, or the line ends before them, start at this offset.
    fn of_record(&mut self, begin: u64) -> u64 {
        let bytes = self.text.as_bytes();
        let begin = (begin as usize).clamp(self.at, bytes.len());
        let blank = bytes[begin..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.line += bytes[self.at..begin + blank].iter().filter(|byte| **byte == b'\n').count() as u64;
        self.at = begin + blank;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use proptest::prelude::*;

    fn message(text: &str) -> String {
        Format::Csv.read("a.csv", text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn quoted_values_hold_commas_quotes_and_line_ends() {
        let table = Format::Csv.read("a.csv", b"one,two\n\"a, b\",\"say \"\"c\"\"\nd\"\n,x\n").unwrap();
        assert_eq!(table.rows[0].values, [Some("a, b".into()), Some("say \"c\"\nd".into())]);
        assert_eq!(table.rows[1].values[0].as_deref(), Some(""));
    }

    #[test]
    fn a_row_has_the_number_of_its_first_line() {
        for end in ["\n", "\r\n"] {
            let text = ["one,two", "\"a", "b\",c", "", "d,e", "f"].join(end);
            assert!(
                message(&text).starts_with("a.csv, line 6: expected 2 columns separated by commas"),
                "{}",
                message(&text)
            );
            let table = Format::Csv.read("a.csv", text.trim_end_matches(['f', '\r', '\n']).as_bytes()).unwrap();
            assert_eq!(table.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 5]);
        }
    }

    #[test]
    fn the_header_determines_the_separator() {
        let commas = Format::Csv.read("a.csv", b"one,two\n\"a; b\",c\n").unwrap();
        for text in ["one;two\n\"a; b\";c\n", "one\ttwo\na; b\tc\n"] {
            let table = Format::Csv.read("a.csv", text.as_bytes()).unwrap();
            assert_eq!((&table.columns, &table.rows), (&commas.columns, &commas.rows));
            assert!(table.notes[0].starts_with("the header has no comma but one "), "{:?}", table.notes);
        }
        let named = Format::Csv.read("a.csv", b"sep=;\r\none;two\r\na;b;c\r\n").unwrap_err().to_string();
        assert_eq!(named, "a.csv, line 3: expected 2 columns separated by semicolons, as in the header, found 3");
    }

    #[test]
    fn every_ragged_row_is_reported_with_its_line() {
        assert_eq!(
            message("one,two\na,b\na\nc,d\na,b,c\na\n"),
            "a.csv, line 3: expected 2 columns separated by commas, as in the header, found 1; the same on lines 5, 6"
        );
        let many = format!("one,two\n{}", "a\n".repeat(9));
        assert!(message(&many).ends_with("found 1; the same on lines 3, 4, 5, 6, 7 and 3 more"), "{}", message(&many));
    }

    #[test]
    fn an_unclosed_quote_is_reported_where_it_opens() {
        let text = "label,text\n1,fine\n0,\"never closed\n1,swallowed\n0,swallowed too\n";
        assert!(
            message(text).starts_with("a.csv, line 3: a quote is opened here and never closed"),
            "{}",
            message(text)
        );
        assert!(message("label,text\n0,\"").starts_with("a.csv, line 2: a quote is opened here"));
    }

    proptest! {
        #[test]
        fn rows_survive_a_round_trip(rows in proptest::collection::vec(("[a-z\",\n]{0,9}x", "[a-z\",\n]{0,9}y"), 1..20)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["one", "two"]).unwrap();
            for (one, two) in &rows {
                writer.write_record([one, two]).unwrap();
            }
            let table = Format::Csv.read("a.csv", &writer.into_inner().unwrap()).unwrap();
            let read: Vec<_> = table.rows.into_iter().map(|row| row.values).collect();
            let written: Vec<_> =
                rows.iter().map(|(one, two)| vec![Some(one.trim().to_owned()), Some(two.trim().to_owned())]).collect();
            prop_assert_eq!(read, written);
        }
    }
}
