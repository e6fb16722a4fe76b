//! Parquet: columns of text and whole numbers, as in data sets on the hub.
//!
//! The `parquet` crate decodes. It trusts declared sizes, so these are checked against the file first.

mod claims;
mod thrift;

use super::table::TableBuilder;
use super::{Choose, DataError, DataTable};
use bytes::Bytes;
use parquet::basic::{ConvertedType, LogicalType, Type as Kind};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::schema::types::{Type, TypePtr};
use std::sync::Arc;

/// Repeated rows may compress to a hundredth of their text. Rows beyond this factor of the file's size, and beyond what any
/// file may have, are treated as a decompression bomb.
const EXPANSION: usize = 256;
const ALWAYS_ALLOWED: usize = 64 << 20;
/// Memory of a row besides its text.
const ROW: usize = 100;

pub fn read(place: &str, bytes: &[u8], choose: Choose<'_>) -> Result<DataTable, DataError> {
    let wrong = |message: String| DataError::Parquet { place: place.into(), message };
    if bytes.is_empty() {
        return Err(DataError::EmptyFile { place: place.into() });
    }
    claims::check_footer(bytes).map_err(wrong)?;
    let plain = |error: parquet::errors::ParquetError| wrong(error.to_string());
    let file = SerializedFileReader::new(Bytes::copy_from_slice(bytes)).map_err(plain)?;
    let schema = file.metadata().file_metadata().schema();
    let header: Vec<String> = schema.get_fields().iter().map(|column| column.name().to_owned()).collect();
    let mut reading = TableBuilder::new(&header, choose)?;
    let chosen: Vec<TypePtr> =
        reading.chosen().iter().filter_map(|column| schema.get_fields().get(*column)).cloned().collect();
    for column in &chosen {
        check_kind(place, column)?;
    }
    claims::check_pages(bytes, file.metadata(), &chosen).map_err(wrong)?;
    let projection = Type::group_type_builder(schema.name()).with_fields(chosen.clone()).build().map_err(plain)?;
    let mut left = bytes.len().saturating_mul(EXPANSION).saturating_add(ALWAYS_ALLOWED);
    for (number, row) in file.get_row_iter(Some(projection)).map_err(plain)?.enumerate() {
        let row = row.map_err(plain)?;
        let mut values: Vec<Option<String>> = Vec::with_capacity(chosen.len());
        for (name, field) in row.get_column_iter() {
            let value = text(field).map_err(|found| wrong(format!("`{name}` holds {found} in row {}", number + 1)))?;
            left = left.saturating_sub(ROW + value.as_ref().map_or(0, String::len));
            values.push(value);
        }
        if left == 0 {
            return Err(wrong("its rows are far larger than itself".into()));
        }
        let mut values = values.into_iter();
        reading.row(number as u64 + 1, |_| values.next().flatten());
    }
    Ok(reading.table())
}

/// Checks for text or numbers, one per row.
fn check_kind(place: &str, column: &Arc<Type>) -> Result<(), DataError> {
    const EXPECTED: &str = "text or numbers";
    let refused = |found: &str, expected| {
        let (place, column) = (place.to_owned(), column.name().to_owned());
        Err(DataError::ColumnKind { place, column, found: found.into(), expected })
    };
    let info = column.get_basic_info();
    if !column.is_primitive() || (info.has_repetition() && info.repetition() == parquet::basic::Repetition::REPEATED) {
        return refused("lists or tables", EXPECTED);
    }
    let is_plain = matches!(
        info.logical_type_ref(),
        None | Some(LogicalType::String | LogicalType::Enum | LogicalType::Json | LogicalType::Integer { .. })
    );
    let is_decimal = info.converted_type() == ConvertedType::DECIMAL;
    match column.get_physical_type() {
        _ if is_decimal => refused("decimals", EXPECTED),
        // pandas stores whole numbers with missing values as floats
        Kind::BOOLEAN | Kind::INT32 | Kind::INT64 | Kind::FLOAT | Kind::DOUBLE | Kind::BYTE_ARRAY if is_plain => Ok(()),
        kind => refused(&format!("values of another kind ({kind})"), EXPECTED),
    }
}

/// A value as text, else the kind of value.
fn text(field: &Field) -> Result<Option<String>, &'static str> {
    Ok(match field {
        Field::Null => None,
        Field::Str(text) => Some(text.trim().to_owned()),
        // older writers do not mark byte arrays as text
        Field::Bytes(bytes) => match std::str::from_utf8(bytes.data()) {
            Ok(text) => Some(text.trim().to_owned()),
            Err(_) => return Err("bytes that are no UTF-8"),
        },
        Field::Bool(_)
        | Field::Byte(_)
        | Field::Short(_)
        | Field::Int(_)
        | Field::Long(_)
        | Field::UByte(_)
        | Field::UShort(_)
        | Field::UInt(_)
        | Field::ULong(_) => Some(field.to_string()),
        Field::Float(number) => Some(format!("{number:?}")),
        Field::Double(number) => Some(format!("{number:?}")),
        _ => return Err("no text and no number"),
    })
}
