//! Checks the sizes that a Parquet file declares against its actual bytes. Fields are numbered as in
//! https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift

use super::thrift::Thrift;
use parquet::basic::Compression;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::schema::types::TypePtr;

const MAGIC: &[u8; 4] = b"PAR1";
/// Upper bound of the number of columns, nested ones included.
const MOST_COLUMNS: usize = 1000;
/// A page beyond this size and this expansion of its compressed bytes is treated as a decompression bomb.
const PAGE: u64 = 32 << 20;
const EXPANSION: u64 = 32;
/// PLAIN, PLAIN_DICTIONARY, RLE and RLE_DICTIONARY: the defaults of writers for text and whole numbers.
const ENCODINGS: [i64; 4] = [0, 2, 3, 8];

/// The schema is read recursively, so its depth is limited.
pub fn check_footer(bytes: &[u8]) -> Result<(), String> {
    let no_parquet = || "it does not end as a Parquet file does; is it whole?".to_owned();
    let (rest, magic) = bytes.split_last_chunk::<4>().ok_or_else(no_parquet)?;
    let (rest, length) = rest.split_last_chunk::<4>().ok_or_else(no_parquet)?;
    let start = rest.len().checked_sub(u32::from_le_bytes(*length) as usize).filter(|_| magic == MAGIC);
    let footer = rest.get(start.ok_or_else(no_parquet)?..).ok_or_else(no_parquet)?;
    let mut columns = 0usize;
    // 2: schema, whose elements tell their kind (1), their width (2), whether they repeat (3), how many they hold (5)
    let mut count = |path: &[i64], _| columns += usize::from(matches!(path, [2, 3 | 5]));
    let read = Thrift::new(footer).structure(&mut Vec::new(), &mut count);
    read.ok_or("its footer is broken")?;
    match columns > 2 * MOST_COLUMNS {
        true => Err(format!("it has more than {MOST_COLUMNS} columns")),
        false => Ok(()),
    }
}

/// Checks every page of the selected columns.
pub fn check_pages(bytes: &[u8], file: &ParquetMetaData, chosen: &[TypePtr]) -> Result<(), String> {
    for (number, group) in file.row_groups().iter().enumerate() {
        for chunk in group.columns() {
            let name = chunk.column_path().parts().first();
            let Some(name) = name.filter(|name| chosen.iter().any(|column| column.name() == *name)) else { continue };
            check_chunk(bytes, chunk).map_err(|what| format!("part {} of column `{name}` {what}", number + 1))?;
        }
    }
    Ok(())
}

fn check_chunk(bytes: &[u8], chunk: &ColumnChunkMetaData) -> Result<(), String> {
    if !matches!(chunk.compression(), Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::ZSTD(_)) {
        return Err(format!("is compressed with {}; save it with Snappy or Zstandard", chunk.compression()));
    }
    let start = usize::try_from(chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset()));
    let length = usize::try_from(chunk.compressed_size());
    let (Ok(start), Ok(length)) = (start, length) else { return Err("lies before the file".into()) };
    let end = start.checked_add(length).filter(|end| *end <= bytes.len());
    let mut left = end.and_then(|end| bytes.get(start..end)).ok_or("lies beyond the file")?;
    while !left.is_empty() {
        let page = PageHeader::read(left).ok_or("has a broken page")?;
        page.check()?;
        left = left.get(page.header + page.compressed as usize..).ok_or("has a page that lies beyond it")?;
    }
    Ok(())
}

/// The header of a page.
#[derive(Default)]
struct PageHeader {
    /// bytes of the header itself
    header: usize,
    uncompressed: u64,
    compressed: u64,
    /// number of words of a dictionary page
    words: u64,
    encodings: Vec<i64>,
}

impl PageHeader {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (mut page, mut negative) = (Self::default(), false);
        let mut thrift = Thrift::new(bytes);
        thrift.structure(&mut Vec::new(), &mut |path, value| {
            let size = u64::try_from(value).ok();
            let target = match path {
                [2] => &mut page.uncompressed,
                [3] => &mut page.compressed,
                // 5: a page of data, 7: a dictionary, 8: a page of data of the second kind
                [7, 1] => &mut page.words,
                [5 | 7, 2] | [8, 4] => return page.encodings.push(value),
                _ => return,
            };
            negative |= size.is_none();
            *target = size.unwrap_or(0);
        })?;
        page.header = bytes.len() - thrift.bytes.len();
        (!negative && page.compressed <= thrift.bytes.len() as u64).then_some(page)
    }

    fn check(&self) -> Result<(), String> {
        if self.uncompressed > PAGE.max(self.compressed.saturating_mul(EXPANSION)) {
            return Err(format!("claims a page of {} bytes in {}", self.uncompressed, self.compressed));
        }
        if self.words > self.uncompressed {
            return Err(format!("claims {} words in {} bytes", self.words, self.uncompressed));
        }
        match self.encodings.iter().find(|encoding| !ENCODINGS.contains(encoding)) {
            Some(encoding) => Err(format!("is encoded in a way (number {encoding}) that is not read; save it plainly")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page's header: its kind, its sizes and, as a dictionary, its words. Numbers are doubled as positive ones are.
    fn header(uncompressed: u64, compressed: u64, words: u64) -> Vec<u8> {
        let number = |value: u64| {
            let (mut bytes, mut rest) = (Vec::new(), value * 2);
            while rest > 127 {
                bytes.push(rest as u8 | 128);
                rest >>= 7;
            }
            bytes.push(rest as u8);
            bytes
        };
        let mut bytes = [&[0x15, 4][..], &[0x15], &number(uncompressed), &[0x15], &number(compressed)].concat();
        bytes.extend([&[0x4c, 0x15][..], &number(words), &[0, 0]].concat());
        bytes.extend(vec![0; compressed as usize]);
        bytes
    }

    fn check(uncompressed: u64, compressed: u64, words: u64) -> Result<(), String> {
        PageHeader::read(&header(uncompressed, compressed, words)).unwrap().check()
    }

    #[test]
    fn a_page_may_not_claim_more_than_it_can_hold() {
        assert_eq!(check(1000, 100, 20), Ok(()));
        assert!(check(1 << 30, 100, 20).unwrap_err().starts_with("claims a page of 1073741824 bytes in 100"));
        assert!(check(1000, 100, 1 << 31).unwrap_err().starts_with("claims 2147483648 words in 1000 bytes"));
    }

    #[test]
    fn a_page_lies_within_the_file() {
        let mut bytes = header(10, 10, 1);
        bytes.truncate(bytes.len() - 1);
        assert!(PageHeader::read(&bytes).is_none());
        assert!(PageHeader::read(&bytes[..4]).is_none());
    }
}
