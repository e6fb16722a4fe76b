//! MRPC's own tab-separated layout: `Quality`, two ids, two sentences.
//!
//! Quotes mean nothing in it, a byte order mark may lead it, and lines may end in LF or CRLF. Knows no file: it takes
//! bytes and the name to call them by in messages.

use super::DataError;

/// Two sentences and whether the second says what the first says (1) or not (0).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub label: u32,
    pub first: String,
    pub second: String,
}

const HEADER: [&str; 5] = ["Quality", "#1 ID", "#2 ID", "#1 String", "#2 String"];

/// Reads every pair. `place` names the bytes in errors: a path, usually.
pub fn parse_pairs(place: &str, bytes: &[u8]) -> Result<Vec<Pair>, DataError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let line = 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count() as u64;
        return Err(DataError::Nul { place: place.into(), line });
    }
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).flexible(true).has_headers(false).from_reader(bytes);
    let mut pairs = Vec::new();
    for (index, record) in reader.byte_records().enumerate() {
        let record = record.map_err(|cause| DataError::Table { place: place.into(), cause })?;
        let line = record.position().map_or(index as u64 + 1, |position| position.line());
        let fields = text_fields(place, line, &record)?;
        if index == 0 {
            if fields != HEADER {
                let (expected, found) = (HEADER.join("\t"), fields.join("\t").chars().take(80).collect());
                return Err(DataError::Header { place: place.into(), expected, found });
            }
            continue;
        }
        pairs.push(parse_pair(place, line, &fields)?);
    }
    if pairs.is_empty() {
        return Err(DataError::Empty { place: place.into() });
    }
    Ok(pairs)
}

fn text_fields<'r>(place: &str, line: u64, record: &'r csv::ByteRecord) -> Result<Vec<&'r str>, DataError> {
    let invalid = |_| DataError::Encoding { place: place.into(), line };
    record.iter().map(|field| std::str::from_utf8(field).map_err(invalid)).collect()
}

fn parse_pair(place: &str, line: u64, fields: &[&str]) -> Result<Pair, DataError> {
    let &[label, _, _, first, second] = fields else {
        return Err(DataError::Columns { place: place.into(), line, expected: HEADER.len(), found: fields.len() });
    };
    let label = match label.trim() {
        "0" => 0,
        "1" => 1,
        other => {
            return Err(DataError::Label { place: place.into(), line, found: other.chars().take(40).collect() });
        }
    };
    let (first, second) = (first.trim().to_owned(), second.trim().to_owned());
    if first.is_empty() || second.is_empty() {
        return Err(DataError::EmptySentence { place: place.into(), line });
    }
    Ok(Pair { label, first, second })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEAD: &str = "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n";

    fn parse(text: &str) -> Result<Vec<Pair>, DataError> {
        parse_pairs("pairs.tsv", text.as_bytes())
    }

    fn message(text: &str) -> String {
        parse(text).expect_err("must be refused").to_string()
    }

    #[test]
    fn quotes_mean_nothing() {
        let pairs = parse(&format!("{HEAD}1\t10\t11\t\" He left .\tHe \"left\n0\t12\t13\tA\tB\"\n")).unwrap();
        assert_eq!(pairs.len(), 2);
        assert_eq!(pairs[0].first, "\" He left .");
        assert_eq!(pairs[0].second, "He \"left");
        assert_eq!(pairs[1].label, 0);
    }

    #[test]
    fn a_byte_order_mark_and_windows_line_ends_change_nothing() {
        let plain = parse(&format!("{HEAD}1\t10\t11\tA b .\tC d .\n")).unwrap();
        let windows = format!("\u{feff}{HEAD}1\t10\t11\tA b .\tC d .\n").replace('\n', "\r\n");
        assert_eq!(parse(&windows).unwrap(), plain);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        assert_eq!(
            message(&format!("{HEAD}1\t10\t11\tA\tB\n1\t10\t11\tA\n")),
            "pairs.tsv, line 3: expected 5 columns separated by tabs, found 4"
        );
        assert_eq!(
            message(&format!("{HEAD}yes\t10\t11\tA\tB\n")),
            "pairs.tsv, line 2: the label in the first column must be 0 or 1, found `yes`"
        );
        assert_eq!(message(&format!("{HEAD}1\t10\t11\tA\t \n")), "pairs.tsv, line 2: a sentence is empty");
        assert_eq!(message(HEAD), "pairs.tsv: no pairs in it");
        assert!(message("label\ttext\n").starts_with("pairs.tsv: expected the header `Quality"));
    }

    #[test]
    fn binary_files_are_refused_by_line() {
        let nul = parse_pairs("pairs.tsv", format!("{HEAD}1\t1\t2\tA\0\tB\n").as_bytes()).unwrap_err();
        assert_eq!(nul.to_string(), "pairs.tsv, line 2: holds a NUL byte; is this a text file?");
        let mut bytes = HEAD.as_bytes().to_vec();
        bytes.extend(b"1\t1\t2\tA\xff\tB\n");
        let encoding = parse_pairs("pairs.tsv", &bytes).unwrap_err();
        assert_eq!(encoding.to_string(), "pairs.tsv, line 2: not valid UTF-8; convert the file to UTF-8");
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse_pairs("pairs.tsv", &bytes);
            let mut headed = HEAD.as_bytes().to_vec();
            headed.extend(&bytes);
            let _ = parse_pairs("pairs.tsv", &headed);
        }

        #[test]
        fn what_is_written_is_read(rows in proptest::collection::vec((0u32..2, "[a-z\" ]{0,20}x", "[a-z\" ]{0,20}y"), 1..20)) {
            let mut text = HEAD.to_owned();
            for (label, first, second) in &rows {
                text += &format!("{label}\t1\t2\t{first}\t{second}\n");
            }
            let pairs = parse(&text).unwrap();
            prop_assert_eq!(pairs.len(), rows.len());
            for (pair, (label, first, second)) in pairs.iter().zip(&rows) {
                prop_assert_eq!((pair.label, pair.first.as_str(), pair.second.as_str()), (*label, first.trim(), second.trim()));
            }
        }
    }
}
