//! Tab-separated values with a header. Quotes have no meaning, as in GLUE.

use super::separator::Separator;
use super::table::TableBuilder;
use super::{Choose, DataError, DataTable, csv};

/// CoLA has no header. Its columns are the source, the label, the author's mark and the sentence.
const COLA: [&str; 4] = ["source", "label", "mark", "sentence"];

/// A header without a tab means another format.
pub fn read(place: &str, text: &str, choose: Choose<'_>) -> Result<DataTable, DataError> {
    if Separator::named(text).is_some() || Separator::of(text, Separator::Tab).0 != Separator::Tab {
        return csv::read(place, text, Separator::Tab, choose);
    }
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty()).peekable();
    let header: Vec<String> = match lines.peek() {
        Some((_, first)) if is_cola(first) => COLA.map(String::from).to_vec(),
        _ => lines.next().map_or_else(Vec::new, |(_, line)| values(line).map(str::to_owned).collect()),
    };
    let mut reading = TableBuilder::new(&header, choose)?;
    for (index, line) in lines {
        let row: Vec<&str> = values(line).collect();
        reading.row_of(index as u64 + 1, row.len(), |column| row.get(*column).map(|value| (*value).to_owned()));
    }
    reading.end(place, Separator::Tab.plural())
}

fn values(line: &str) -> impl Iterator<Item = &str> {
    line.split('\t').map(str::trim)
}

/// Whether the first line is a row of CoLA: its second value is a label, the third a star or empty.
fn is_cola(line: &str) -> bool {
    let row: Vec<&str> = values(line).collect();
    matches!(row[..], [_, "0" | "1", "" | "*", _])
}

#[cfg(test)]
mod tests {
    use super::super::Format;

    #[test]
    fn quotes_have_no_meaning_and_blank_lines_are_skipped() {
        let table = Format::Tsv.read("a.tsv", b"one\ttwo\n\" He left .\tHe \"left\n\n\tB\"\n").unwrap();
        assert_eq!(table.columns, ["one", "two"]);
        assert_eq!(table.rows[0].values, [Some("\" He left .".into()), Some("He \"left".into())]);
        assert_eq!((table.rows[1].line, table.rows[1].values[0].as_deref()), (4, Some("")));
    }

    #[test]
    fn a_byte_order_mark_and_windows_line_ends_change_nothing() {
        let plain = Format::Tsv.read("a.tsv", b"one\ttwo\nA\tB\n").unwrap();
        assert_eq!(Format::Tsv.read("a.tsv", b"\xef\xbb\xbfone\ttwo\r\nA\tB\r\n").unwrap(), plain);
    }

    #[test]
    fn a_file_that_begins_with_a_row_of_cola_has_no_header() {
        let table = Format::Tsv.read("a.tsv", b"gj04\t1\t\tHe left.\ngj04\t0\t*\tLeft he.\n").unwrap();
        assert_eq!((table.columns[3].as_str(), table.rows.len()), ("sentence", 2));
        assert_eq!((table.rows[0].line, table.rows[0].values[1].as_deref()), (1, Some("1")));
    }

    #[test]
    fn a_malformed_table_is_refused_with_its_line() {
        let message = |bytes: &[u8]| Format::Tsv.read("a.tsv", bytes).unwrap_err().to_string();
        assert!(
            message(b"one\ttwo\r\nA\tB\r\n\r\nA\r\n")
                .starts_with("a.tsv, line 4: expected 2 columns separated by tabs")
        );
        assert_eq!(message(b"one\ntwo\0\n"), "a.tsv, line 2: contains a NUL byte; is this a text file?");
        assert!(message(b"one\n\nt\xffwo\n").starts_with("a.tsv, line 3: not valid UTF-8; convert the file"));
        assert!(message(b" \n\n").starts_with("a.tsv: the file is empty"));
        assert!(message(b"one\ttwo\n").starts_with("a.tsv: there is a header but no row"));
    }
}
