//! `pytorch_model.bin`: a state dict as `torch.save` writes it. A pickle says what each tensor is, and of which storage
//! it is a view; the storages lie beside it, in a zip archive, or since before PyTorch 1.6 one behind the other.

use super::pickle::{Pickle, PickleError, Value};
use super::tensor::{Kind, Stored};
use std::collections::BTreeMap;
use std::io::Cursor;
use zip::{CompressionMethod, ZipArchive};

/// What every zip archive begins with.
const ZIP: &[u8] = b"PK\x03\x04";
/// The older format begins with two pickles: torch's magic number, and 1001, the version of the format.
const LEGACY: &[u8] = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.";

/// Kinds of storages: name, kind, bytes of an element.
const STORAGES: [(&str, &str, usize); 10] = [
    ("torch.FloatStorage", "F32", 4),
    ("torch.DoubleStorage", "F64", 8),
    ("torch.HalfStorage", "F16", 2),
    ("torch.BFloat16Storage", "BF16", 2),
    ("torch.LongStorage", "I64", 8),
    ("torch.IntStorage", "I32", 4),
    ("torch.ShortStorage", "I16", 2),
    ("torch.CharStorage", "I8", 1),
    ("torch.ByteStorage", "U8", 1),
    ("torch.BoolStorage", "BOOL", 1),
];

/// Functions that make what a state dict holds.
const DICTIONARY: &str = "collections.OrderedDict";
const TENSOR: &str = "torch._utils._rebuild_tensor_v2";
const PARAMETER: &str = "torch._utils._rebuild_parameter";

#[derive(Debug, thiserror::Error)]
pub enum TorchError {
    #[error("it is neither a zip archive nor in PyTorch's older format")]
    Format,
    #[error(transparent)]
    Pickle(#[from] PickleError),
    #[error("its zip archive is damaged: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("its zip archive has the entry `{name}`, which is {what}; PyTorch writes none")]
    Entry { name: String, what: &'static str },
    #[error("its zip archive has no entry `{0}`")]
    NoEntry(String),
    #[error("it was written on a big-endian machine; load it there and save it as safetensors")]
    BigEndian,
    #[error("its pickle holds no state dict, a dictionary of tensors by name")]
    NoStateDict,
    #[error("`{0}` in it is no plain tensor")]
    NoTensor(String),
    #[error("its tensor `{0}` reaches beyond its storage")]
    Beyond(String),
    #[error("it ends before its storage {0} does")]
    Short(String),
}

pub fn read(bytes: &[u8]) -> Result<BTreeMap<String, Stored<'_>>, TorchError> {
    if bytes.starts_with(ZIP) {
        read_zip(bytes)
    } else if let Some(rest) = bytes.strip_prefix(LEGACY) {
        read_legacy(rest)
    } else {
        Err(TorchError::Format)
    }
}

/// Whether a state dict may name this class or function.
fn knows(name: &str) -> bool {
    [DICTIONARY, TENSOR, PARAMETER].contains(&name) || STORAGES.iter().any(|(known, ..)| *known == name)
}

/// Entries `FOLDER/data.pkl`, and `FOLDER/data/KEY` for each storage.
fn read_zip(bytes: &[u8]) -> Result<BTreeMap<String, Stored<'_>>, TorchError> {
    let entries = entries(bytes)?;
    let folder = entries.keys().find_map(|name| name.strip_suffix("/data.pkl").filter(|folder| !folder.contains('/')));
    let folder = folder.ok_or_else(|| TorchError::NoEntry("data.pkl".into()))?;
    let entry = |name: &str| entries.get(&format!("{folder}/{name}")).copied();
    if entry("byteorder").is_some_and(|order| order != b"little") {
        return Err(TorchError::BigEndian);
    }
    let pickle = Pickle::read(entry("data.pkl").unwrap_or_default(), knows)?;
    let stored = described(&pickle)?.into_iter().map(|tensor| {
        let name = format!("data/{}", tensor.key);
        tensor.stored(entry(&name).ok_or(TorchError::NoEntry(name))?)
    });
    stored.collect()
}

/// Where each entry of an archive lies. None is packed, so none is larger than it looks.
fn entries(bytes: &[u8]) -> Result<BTreeMap<String, &[u8]>, TorchError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let mut entries = BTreeMap::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index)?;
        let name = entry.name()?.into_owned();
        let climbs = name.starts_with('/') || name.contains('\\') || name.split('/').any(|part| part == "..");
        let odd = match () {
            () if climbs => Some("a path out of it"),
            () if entry.is_symlink() => Some("a link"),
            () if entry.encrypted() => Some("encrypted"),
            () if entry.compression() != CompressionMethod::Stored => Some("compressed"),
            () => None,
        };
        if let Some(what) = odd {
            let name = name.chars().take(80).flat_map(char::escape_default).collect();
            return Err(TorchError::Entry { name, what });
        }
        let place = entry
            .data_start()
            .and_then(|begin| Some((usize::try_from(begin).ok()?, usize::try_from(entry.size()).ok()?)));
        let content = place.and_then(|(begin, size)| bytes.get(begin..)?.get(..size));
        entries.insert(name.clone(), content.ok_or(TorchError::Short(name))?);
    }
    Ok(entries)
}

/// Three more pickles, the system's properties, the state dict, and the keys of its storages; then each storage, the
/// number of its elements first.
fn read_legacy(bytes: &[u8]) -> Result<BTreeMap<String, Stored<'_>>, TorchError> {
    let mut rest = bytes;
    let mut next = || -> Result<_, TorchError> {
        let pickle = Pickle::read(rest, knows)?;
        rest = rest.get(pickle.length..).unwrap_or_default();
        Ok(pickle)
    };
    let (system, state, keys) = (next()?, next()?, next()?);
    let big_endian =
        |(key, value): &(Value<'_>, Value<'_>)| key.text() == Some("little_endian") && *value != Value::Bool(true);
    if system.dict(system.root).unwrap_or_default().iter().any(big_endian) {
        return Err(TorchError::BigEndian);
    }
    let described = described(&state)?;
    // a storage is as long as the tensors say that use it
    let lengths: BTreeMap<&str, usize> = described.iter().map(|tensor| (tensor.key, tensor.length)).collect();
    let mut storages = BTreeMap::new();
    for key in keys.items(keys.root).ok_or(TorchError::NoStateDict)? {
        let key = key.text().ok_or(TorchError::NoStateDict)?;
        let short = || TorchError::Short(key.into());
        let length = *lengths.get(key).ok_or_else(short)?;
        let (_, behind) = rest.split_at_checked(size_of::<i64>()).ok_or_else(short)?;
        let (storage, behind) = behind.split_at_checked(length).ok_or_else(short)?;
        storages.insert(key, storage);
        rest = behind;
    }
    let stored = described.into_iter().map(|tensor| {
        let short = || TorchError::Short(tensor.key.into());
        let storage = storages.get(tensor.key).copied().ok_or_else(short)?;
        tensor.stored(storage)
    });
    stored.collect()
}

/// A tensor as a pickle tells it.
struct Described<'b> {
    name: &'b str,
    kind: Kind,
    /// bytes of an element
    width: usize,
    /// of its storage, and how many bytes that has
    key: &'b str,
    length: usize,
    /// in elements
    offset: usize,
    shape: Vec<usize>,
    strides: Vec<usize>,
}

impl<'b> Described<'b> {
    /// As a view of its storage.
    fn stored(self, storage: &'b [u8]) -> Result<(String, Stored<'b>), TorchError> {
        let storage = storage.get(..self.length).ok_or_else(|| TorchError::Short(self.key.into()))?;
        let view = Stored::view(self.kind, self.width, storage, self.offset, self.shape, self.strides);
        Ok((self.name.to_owned(), view.ok_or_else(|| TorchError::Beyond(self.name.into()))?))
    }
}

/// The tensors of a state dict, in its order.
fn described<'b>(pickle: &Pickle<'b>) -> Result<Vec<Described<'b>>, TorchError> {
    let items = pickle.dict(pickle.root).ok_or(TorchError::NoStateDict)?;
    let described = items.iter().map(|(name, value)| {
        let name = name.text().ok_or(TorchError::NoStateDict)?;
        describe(pickle, name, *value).ok_or_else(|| TorchError::NoTensor(name.chars().take(80).collect()))
    });
    described.collect()
}

/// `_rebuild_tensor_v2(storage, offset, shape, strides, ...)`, in which a storage is
/// `("storage", kind, key, device, elements, ...)`.
fn describe<'b>(pickle: &Pickle<'b>, name: &'b str, value: Value<'b>) -> Option<Described<'b>> {
    let arguments = match pickle.call(value)? {
        (PARAMETER, [tensor, ..]) => pickle.call(*tensor).filter(|(function, _)| *function == TENSOR)?.1,
        (TENSOR, arguments) => arguments,
        _ => return None,
    };
    let [storage, offset, shape, strides, ..] = arguments else { return None };
    let [_, kind, key, _, elements, view @ ..] = pickle.persistent(*storage)? else { return None };
    // a storage that is a part of another: nobody writes such any more
    if !view.iter().all(|view| *view == Value::None) {
        return None;
    }
    let kind = pickle.global(*kind)?;
    let (_, kind, width) = *STORAGES.iter().find(|(known, ..)| *known == kind)?;
    let counts = |value| pickle.items(value)?.iter().map(|count| count.count()).collect::<Option<Vec<usize>>>();
    Some(Described {
        name,
        kind: Kind::named(kind),
        width,
        key: key.text()?,
        length: elements.count()?.checked_mul(width)?,
        offset: offset.count()?,
        shape: counts(*shape)?,
        strides: counts(*strides)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    /// tests/golden/torch/make.py wrote these with PyTorch: views, shared storages and every kind of number.
    #[test]
    fn what_pytorch_wrote_is_read_as_it_was() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/torch");
        let expected: Json =
            serde_json::from_slice(&std::fs::read(format!("{folder}/expected.json")).unwrap()).unwrap();
        for name in ["zip.bin", "legacy.bin", "protocol4.bin"] {
            let bytes = std::fs::read(format!("{folder}/{name}")).unwrap();
            let tensors = read(&bytes).unwrap();
            assert_eq!(tensors.len(), expected.as_object().unwrap().len());
            for (key, tensor) in &tensors {
                let expected = &expected[key];
                assert_eq!(
                    (json!(tensor.kind.to_string()), json!(tensor.shape)),
                    (expected["kind"].clone(), expected["shape"].clone())
                );
                let values: Option<Vec<f32>> = serde_json::from_value(expected["values"].clone()).unwrap();
                assert_eq!(tensor.floats(), values.filter(|_| key != "ids"), "{key} of {name}");
            }
        }
    }
}
