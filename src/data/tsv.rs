//! Tab-separated values under a header. Quotes mean nothing in it, as GLUE writes it.

use super::{DataError, Table};

pub fn read(place: &str, text: &str) -> Result<Table, DataError> {
    let mut table = Table::default();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
        let values = line.split('\t').map(|value| value.trim().to_owned());
        if table.columns.is_empty() {
            table.columns = values.collect();
            continue;
        }
        let (line, expected, found) = (index as u64 + 1, table.columns.len(), values.clone().count());
        if found != expected {
            return Err(DataError::Columns { place: place.into(), line, expected, found, separator: "tabs" });
        }
        table.push(line, values.map(Some));
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::super::Format;

    #[test]
    fn quotes_mean_nothing_and_blank_lines_are_passed_over() {
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
    fn what_is_no_table_is_refused_by_line() {
        let message = |bytes: &[u8]| Format::Tsv.read("a.tsv", bytes).unwrap_err().to_string();
        assert!(
            message(b"one\ttwo\r\nA\tB\r\n\r\nA\r\n")
                .starts_with("a.tsv, line 4: expected 2 columns separated by tabs")
        );
        assert_eq!(message(b"one\ntwo\0\n"), "a.tsv, line 2: holds a NUL byte; is this a text file?");
        assert_eq!(message(b"one\n\nt\xffwo\n"), "a.tsv, line 3: not valid UTF-8; convert the file to UTF-8");
        assert!(message(b" \n\n").starts_with("a.tsv: the file is empty"));
        assert!(message(b"one\ttwo\n").starts_with("a.tsv: there is a header and no row below it"));
    }
}
