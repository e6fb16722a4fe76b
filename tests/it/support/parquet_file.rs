//! Parquet files like those of the hub.

use super::rows;
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::sync::Arc;

/// The values of a column of a Parquet file.
pub enum Values<'v> {
    Text(Vec<&'v str>),
    Long(Vec<i64>),
    Int(Vec<i32>),
    Double(Vec<f64>),
}

/// A Parquet file of these columns, as the hub has them: compressed with Snappy, text through a dictionary.
pub fn parquet(columns: &[(&str, Values<'_>)], compression: Compression) -> Vec<u8> {
    let field = |(name, values): &(&str, Values<'_>)| match values {
        Values::Text(_) => format!("optional binary {name} (STRING);"),
        Values::Long(_) => format!("optional int64 {name};"),
        Values::Int(_) => format!("optional int32 {name};"),
        Values::Double(_) => format!("optional double {name};"),
    };
    let schema: String = columns.iter().map(field).collect();
    let schema = Arc::new(parse_message_type(&format!("message schema {{ {schema} }}")).unwrap());
    let properties = WriterProperties::builder().set_compression(compression).build();
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties)).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for (_, values) in columns {
        let mut column = group.next_column().unwrap().unwrap();
        match values {
            Values::Text(values) => {
                let values: Vec<ByteArray> = values.iter().map(|text| ByteArray::from(*text)).collect();
                column.typed::<ByteArrayType>().write_batch(&values, Some(&vec![1; values.len()]), None).unwrap()
            }
            Values::Long(values) => {
                column.typed::<Int64Type>().write_batch(values, Some(&vec![1; values.len()]), None).unwrap()
            }
            Values::Int(values) => {
                column.typed::<Int32Type>().write_batch(values, Some(&vec![1; values.len()]), None).unwrap()
            }
            Values::Double(values) => {
                column.typed::<DoubleType>().write_batch(values, Some(&vec![1; values.len()]), None).unwrap()
            }
        };
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}

/// The pairs of [`pairs`] as the hub has them.
pub fn parquet_pairs(tsv: &str) -> Vec<u8> {
    let rows: Vec<[&str; 3]> = rows(tsv).collect();
    let column = |place: usize| rows.iter().map(|row| row[place]).collect::<Vec<&str>>();
    let columns = [
        ("sentence1", Values::Text(column(1))),
        ("sentence2", Values::Text(column(2))),
        ("label", Values::Long(column(0).iter().map(|label| label.parse().unwrap()).collect())),
        ("idx", Values::Int((0..rows.len() as i32).collect())),
    ];
    parquet(&columns, Compression::SNAPPY)
}
