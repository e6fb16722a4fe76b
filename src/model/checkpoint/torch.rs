//! `pytorch_model.bin`: a state dict as `torch.save` writes it, or a training program's checkpoint that holds one. A
//! pickle says what each tensor is, and of which storage it is a view; the storages lie beside it, in a zip archive, or
//! since before PyTorch 1.6 one behind the other.

use super::pickle::{Pickle, PickleError, PickleValue};
use super::tensor::{ElementType, StoredTensor};
use std::collections::{BTreeMap, HashSet};
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
const TENSOR: &str = "torch._utils._rebuild_tensor_v2";
const PARAMETER: &str = "torch._utils._rebuild_parameter";

/// PyTorch's own bound.
const MOST_DIMENSIONS: usize = 64;

/// Where training programs keep the state dict beside optimisers and settings: PyTorch Lightning first.
const NESTED: [&str; 5] = ["state_dict", "model_state_dict", "model", "module", "net"];

#[derive(Debug, thiserror::Error)]
pub enum TorchError {
    #[error("it is neither a zip archive nor in PyTorch's older format")]
    Format,
    #[error(transparent)]
    Pickle(#[from] PickleError),
    #[error("its zip archive is damaged or cut short ({0}); fetch it again")]
    Zip(#[from] zip::result::ZipError),
    #[error("its zip archive has the entry `{name}`, which is {what}; PyTorch writes none")]
    Entry { name: String, what: &'static str },
    #[error("its zip archive has no entry `{0}`")]
    NoEntry(String),
    #[error("it was written on a big-endian machine; load it there and save it as safetensors")]
    BigEndian,
    #[error("its pickle asks for `{0}`, which no state dict needs; it was refused, and nothing of it was run")]
    Forbidden(String),
    #[error("it holds a whole object, a `{0}`; load it in Python and save its `state_dict()` instead")]
    WholeObject(String),
    #[error("its pickle holds no state dict, a dictionary of tensors by name")]
    NoStateDict,
    #[error("`{0}` in it is no plain tensor")]
    NoTensor(String),
    #[error("its tensor `{0}` reaches beyond its storage")]
    Beyond(String),
    #[error("it ends before its storage {0} does; it is cut short or damaged: fetch it again")]
    Short(String),
}

/// Tensors by name, or why an entry is none: it matters only where the entry is needed.
pub type TorchEntries<'b> = BTreeMap<String, Result<StoredTensor<'b>, TorchError>>;

/// Whether the bytes begin like one of PyTorch's files.
pub fn is_torch(bytes: &[u8]) -> bool {
    bytes.starts_with(ZIP) || bytes.starts_with(LEGACY)
}

pub fn read(bytes: &[u8]) -> Result<TorchEntries<'_>, TorchError> {
    if bytes.starts_with(ZIP) {
        read_zip(bytes)
    } else if let Some(rest) = bytes.strip_prefix(LEGACY) {
        read_legacy(rest)
    } else {
        Err(TorchError::Format)
    }
}

/// TorchEntries `FOLDER/data.pkl`, and `FOLDER/data/KEY` for each storage.
fn read_zip(bytes: &[u8]) -> Result<TorchEntries<'_>, TorchError> {
    let entries = entries(bytes)?;
    let folder = entries.keys().find_map(|name| name.strip_suffix("/data.pkl").filter(|folder| !folder.contains('/')));
    let folder = folder.ok_or_else(|| TorchError::NoEntry("data.pkl".into()))?;
    let entry = |name: &str| entries.get(&format!("{folder}/{name}")).copied();
    if entry("byteorder").is_some_and(|order| order != b"little") {
        return Err(TorchError::BigEndian);
    }
    let pickle = Pickle::read(entry("data.pkl").unwrap_or_default())?;
    entries_of(&pickle, |key| {
        let name = format!("data/{key}");
        entry(&name).ok_or(TorchError::NoEntry(name))
    })
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
fn read_legacy(bytes: &[u8]) -> Result<TorchEntries<'_>, TorchError> {
    let mut rest = bytes;
    let mut next = || -> Result<_, TorchError> {
        let pickle = Pickle::read(rest)?;
        rest = rest.get(pickle.length..).unwrap_or_default();
        Ok(pickle)
    };
    let (system, state, keys) = (next()?, next()?, next()?);
    let big_endian = |(key, value): &(PickleValue<'_>, PickleValue<'_>)| {
        key.text() == Some("little_endian") && *value != PickleValue::Bool(true)
    };
    if system.dict(system.root).unwrap_or_default().iter().any(big_endian) {
        return Err(TorchError::BigEndian);
    }
    // a storage is as long as the pickle says that refers to it
    let storages = state.persistents().filter_map(|id| storage(&state, id));
    let lengths: BTreeMap<&str, usize> = storages.map(|storage| (storage.key, storage.length)).collect();
    let mut storages = BTreeMap::new();
    for key in keys.items(keys.root).ok_or(TorchError::NoStateDict)? {
        let key = key.text().ok_or(TorchError::NoStateDict)?;
        let behind = rest.get(size_of::<i64>()..).unwrap_or_default();
        // where a length is not known or beyond the end, nothing behind it is found either
        let Some((storage, behind)) = lengths.get(key).and_then(|length| behind.split_at_checked(*length)) else {
            break;
        };
        storages.insert(key, storage);
        rest = behind;
    }
    entries_of(&state, |key| storages.get(key).copied().ok_or_else(|| TorchError::Short(key.into())))
}

/// Every entry of the state dict in a pickle. Where none is a tensor, why the first is not.
fn entries_of<'b>(
    pickle: &Pickle<'b>,
    contents: impl Fn(&str) -> Result<&'b [u8], TorchError>,
) -> Result<TorchEntries<'b>, TorchError> {
    let mut entries = TorchEntries::new();
    let items = state_dict(pickle)?;
    for (name, value) in items {
        // what has no name is no weight
        let Some(name) = name.text() else { continue };
        let stored = describe(pickle, name, *value).and_then(|tensor| {
            let content = contents(tensor.storage.key)?;
            tensor.stored(content)
        });
        entries.insert(name.to_owned(), stored);
    }
    if entries.values().all(Result::is_err) {
        let first = items.iter().find_map(|(name, _)| entries.remove(name.text()?));
        return Err(first.and_then(Result::err).unwrap_or(TorchError::NoStateDict));
    }
    Ok(entries)
}

/// The items of the state dict: those of the pickle, or of a dictionary in it.
fn state_dict<'p, 'b>(pickle: &'p Pickle<'b>) -> Result<&'p [(PickleValue<'b>, PickleValue<'b>)], TorchError> {
    let whole = || pickle.class(pickle.root).map(|class| TorchError::WholeObject(shown(class)));
    let items = pickle.dict(pickle.root).ok_or_else(|| whole().unwrap_or_else(|| foreign(pickle, pickle.root)))?;
    let has_tensors = |items: &[(PickleValue<'b>, PickleValue<'b>)]| {
        items.iter().any(|(_, value)| pickle.call(*value).is_some_and(|(f, _)| [TENSOR, PARAMETER].contains(&f)))
    };
    if has_tensors(items) {
        return Ok(items);
    }
    // a dictionary counts once, however often the pickle repeats it
    let mut seen = HashSet::new();
    let nested = items.iter().filter(|(_, value)| matches!(value, PickleValue::Object(number) if seen.insert(*number)));
    let nested = nested.filter_map(|(name, value)| Some((name.text()?, pickle.dict(*value)?)));
    let nested: Vec<_> = nested.filter(|(_, inner)| has_tensors(inner)).collect();
    let known = NESTED.iter().find_map(|key| nested.iter().find(|(name, _)| name == key));
    match (known, &nested[..]) {
        (Some((_, inner)), _) | (None, [(_, inner)]) => Ok(inner),
        // entries that are no tensors, by name
        (None, []) if items.iter().all(|(_, value)| pickle.dict(*value).is_none()) => Ok(items),
        _ => Err(TorchError::NoStateDict),
    }
}

/// What is wrong with a value that is no dictionary and no tensor.
fn foreign(pickle: &Pickle<'_>, value: PickleValue<'_>) -> TorchError {
    match pickle.call(value) {
        Some((function, _)) if ![TENSOR, PARAMETER].contains(&function) => TorchError::Forbidden(shown(function)),
        _ => TorchError::NoStateDict,
    }
}

/// A name of a pickle as it can be shown.
fn shown(name: &str) -> String {
    name.chars().take(80).flat_map(char::escape_default).collect()
}

/// A storage as a pickle describes it.
struct Storage<'b> {
    kind: ElementType,
    /// bytes of an element
    width: usize,
    key: &'b str,
    /// in bytes
    length: usize,
}

/// `("storage", kind, key, device, elements, ...)`
fn storage<'b>(pickle: &Pickle<'b>, id: &[PickleValue<'b>]) -> Option<Storage<'b>> {
    let [_, kind, key, _, elements, view @ ..] = id else { return None };
    // a storage that is a part of another: nobody writes such any more
    if !view.iter().all(|view| *view == PickleValue::None) {
        return None;
    }
    let kind = pickle.global(*kind)?;
    let (_, kind, width) = *STORAGES.iter().find(|(known, ..)| *known == kind)?;
    Some(Storage {
        kind: ElementType::named(kind),
        width,
        key: key.text()?,
        length: elements.count()?.checked_mul(width)?,
    })
}

/// A tensor as a pickle describes it.
struct Described<'b> {
    name: &'b str,
    storage: Storage<'b>,
    /// in elements
    offset: usize,
    shape: Vec<usize>,
    strides: Vec<usize>,
}

impl<'b> Described<'b> {
    /// As a view of its storage.
    fn stored(self, content: &'b [u8]) -> Result<StoredTensor<'b>, TorchError> {
        let Storage { kind, width, key, length } = self.storage;
        let content = content.get(..length).ok_or_else(|| TorchError::Short(key.into()))?;
        let view = StoredTensor::view(kind, width, content, self.offset, self.shape, self.strides);
        view.ok_or_else(|| TorchError::Beyond(shown(self.name)))
    }
}

/// `_rebuild_tensor_v2(storage, offset, shape, strides, ...)`, perhaps as a parameter.
fn describe<'b>(pickle: &Pickle<'b>, name: &'b str, value: PickleValue<'b>) -> Result<Described<'b>, TorchError> {
    let called = |value| match pickle.call(value) {
        Some((PARAMETER, [tensor, ..])) => *tensor,
        _ => value,
    };
    let value = called(value);
    let described = |value| {
        let (_, arguments) = pickle.call(value).filter(|(function, _)| *function == TENSOR)?;
        let [id, offset, shape, strides, ..] = arguments else { return None };
        let counts = |value| {
            let counts = pickle.items(value).filter(|counts| counts.len() <= MOST_DIMENSIONS)?;
            counts.iter().map(|count| count.count()).collect::<Option<Vec<usize>>>()
        };
        Some(Described {
            name,
            storage: storage(pickle, pickle.persistent(*id)?)?,
            offset: offset.count()?,
            shape: counts(*shape)?,
            strides: counts(*strides)?,
        })
    };
    described(value).ok_or_else(|| match foreign(pickle, value) {
        TorchError::NoStateDict => TorchError::NoTensor(shown(name)),
        forbidden => forbidden,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    /// tests/golden/lightning/make.py wrote these with Python's own pickler.
    #[test]
    fn a_training_programs_checkpoint_gives_its_weights_alone() {
        for name in ["protocol2.ckpt", "protocol4.ckpt"] {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/lightning");
            let bytes = std::fs::read(format!("{folder}/{name}")).unwrap();
            let entries = read(&bytes).unwrap();
            let floats = |name: &str| entries[name].as_ref().unwrap().floats().unwrap();
            assert_eq!(floats("model.bert.embeddings.word_embeddings.weight"), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
            assert_eq!(floats("model.classifier.bias"), [0.5, -0.5]);
            assert!(matches!(entries["loss_fct.steps"], Err(TorchError::NoTensor(_))));
            assert_eq!(entries.len(), 3, "no optimiser's state");
        }
    }

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
                let tensor = tensor.as_ref().unwrap();
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
