//! Compressed files and archives: gzip is unpacked, others are recognised by their first bytes and refused by name.

use super::DataError;
use flate2::read::MultiGzDecoder;
use std::borrow::Cow;
use std::io::Read;

/// Text rarely compresses below a hundredth of its size. Output beyond this factor, and beyond what any file may have, is
/// treated as a decompression bomb.
const EXPANSION: u64 = 256;
const ALWAYS_ALLOWED: u64 = 64 << 20;

const UNPACK: &str = "unpack it first";

/// First bytes of formats that are not text, with their names and a remedy.
const KINDS: [(&[u8], &str, &str); 8] = [
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "unpack it, or save it as \"CSV UTF-8\""),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save it as \"CSV UTF-8\""),
    (b"BZh", "a bzip2 file", UNPACK),
    (b"\xfd7zXZ", "an xz file", UNPACK),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file", UNPACK),
    (b"PAR1", "a Parquet file", "give its name the ending .parquet"),
    (b"ARROW1", "an Arrow file", "write it as Parquet or CSV (datasets: to_parquet, to_csv)"),
    (b"version https://git-lfs", "a Git LFS pointer", "fetch the file with git lfs pull"),
];

/// The bytes of a text, decompressed if they are gzip.
pub fn unpacked<'b>(place: &str, bytes: &'b [u8]) -> Result<Cow<'b, [u8]>, DataError> {
    if let Some((_, kind, advice)) = KINDS.into_iter().find(|(first, ..)| bytes.starts_with(first)) {
        return Err(DataError::Packed { place: place.into(), kind, advice });
    }
    if !bytes.starts_with(b"\x1f\x8b") {
        return Ok(bytes.into());
    }
    let most = (bytes.len() as u64).saturating_mul(EXPANSION).saturating_add(ALWAYS_ALLOWED);
    let wrong = |message: String| DataError::Gzip { place: place.into(), message };
    let mut whole = Vec::new();
    MultiGzDecoder::new(bytes).take(most + 1).read_to_end(&mut whole).map_err(|error| wrong(error.to_string()))?;
    match whole.len() as u64 > most {
        true => Err(wrong("its content is far larger than the file".into())),
        false => Ok(whole.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn gzip_is_unpacked() {
        let text = b"one\ttwo\nA\tB\n";
        assert_eq!(Format::Tsv.read("a", &packed(text)).unwrap(), Format::Tsv.read("a", text).unwrap());
        let half = Format::Tsv.read("a", &packed(text)[..20]).unwrap_err().to_string();
        assert!(half.starts_with("a: not a readable gzip file"), "{half}");
        let bomb = Format::Tsv.read("a", &packed(&vec![b' '; 100 << 20])).unwrap_err().to_string();
        assert!(bomb.contains("far larger than the file"), "{bomb}");
    }

    #[test]
    fn other_formats_are_refused_by_name() {
        let message = |bytes: &[u8]| Format::Csv.read("a.csv", bytes).unwrap_err().to_string();
        assert!(message(b"PK\x03\x04...").starts_with("a.csv: not text but a zip archive or an Excel workbook"));
        assert!(message(b"version https://git-lfs.github.com/spec/v1\n").contains("git lfs pull"));
    }
}
