//! State dicts as `torch.save` writes them, opcode by opcode, so that each opcode can be replaced.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A tensor: its shape, and its values in single precision.
pub type Tensors = BTreeMap<String, (Vec<usize>, Vec<u8>)>;

/// A state dict before it is put into a container.
#[derive(Clone)]
pub struct StateDict {
    pub pickle: Vec<u8>,
    /// contents by key
    pub storages: Vec<(String, Vec<u8>)>,
}

impl StateDict {
    pub fn of(tensors: &Tensors) -> Self {
        let (mut items, mut storages) = (Vec::new(), Vec::new());
        for (number, (name, (shape, values))) in tensors.iter().enumerate() {
            let key = number.to_string();
            items.extend(text(name));
            items.extend(tensor("FloatStorage", &key, values.len() / 4, 0, shape, &row_major(shape)));
            storages.push((key, values.clone()));
        }
        Self { pickle: pickle(&dict(&items)), storages }
    }

    /// The container since PyTorch 1.6.
    pub fn zip(&self) -> Vec<u8> {
        let mut entries = vec![("archive/data.pkl".to_owned(), self.pickle.clone())];
        entries.push(("archive/byteorder".into(), b"little".to_vec()));
        entries.extend(self.storages.iter().map(|(key, bytes)| (format!("archive/data/{key}"), bytes.clone())));
        zip_of(&entries)
    }

    /// The container before.
    pub fn legacy(&self) -> Vec<u8> {
        let system = [b"}(".to_vec(), text("little_endian"), b"\x88u".to_vec()].concat();
        let keys: Vec<u8> = self.storages.iter().flat_map(|(key, _)| text(key)).collect();
        let mut bytes = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.".to_vec();
        bytes.extend([pickle(&system), self.pickle.clone(), pickle(&[b"](", &keys[..], b"e"].concat())].concat());
        for (_, storage) in &self.storages {
            bytes.extend((storage.len() as u64 / 4).to_le_bytes());
            bytes.extend(storage);
        }
        bytes
    }
}

pub fn zip_of(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in entries {
        writer.start_file(name.as_str(), stored).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub fn pickle(body: &[u8]) -> Vec<u8> {
    [b"\x80\x02", body, b"."].concat()
}

pub fn text(text: &str) -> Vec<u8> {
    [b"X", &(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat()
}

pub fn global(module: &str, name: &str) -> Vec<u8> {
    format!("c{module}\n{name}\n").into_bytes()
}

pub fn integer(number: usize) -> Vec<u8> {
    [&[0x8a, 8], &(number as u64).to_le_bytes()[..]].concat()
}

pub fn tuple(items: &[Vec<u8>]) -> Vec<u8> {
    [b"(".to_vec(), items.concat(), b"t".to_vec()].concat()
}

/// An ordered dictionary of these items, names and values in turn.
pub fn dict(items: &[u8]) -> Vec<u8> {
    let metadata = [b"}".to_vec(), text("_metadata"), b"}sb".to_vec()].concat();
    [global("collections", "OrderedDict"), b")R(".to_vec(), items.to_vec(), b"u".to_vec(), metadata].concat()
}

/// A view of a storage.
pub fn tensor(storage: &str, key: &str, elements: usize, offset: usize, shape: &[usize], strides: &[usize]) -> Vec<u8> {
    let counts = |counts: &[usize]| tuple(&counts.iter().map(|count| integer(*count)).collect::<Vec<_>>());
    let id = [text("storage"), global("torch", storage), text(key), text("cpu"), integer(elements)];
    let storage = [tuple(&id), b"Q".to_vec()].concat();
    let hooks = [global("collections", "OrderedDict"), b")R".to_vec()].concat();
    let arguments = [storage, integer(offset), counts(shape), counts(strides), vec![0x89], hooks];
    [global("torch._utils", "_rebuild_tensor_v2"), tuple(&arguments), b"R".to_vec()].concat()
}

pub fn row_major(shape: &[usize]) -> Vec<usize> {
    (0..shape.len()).map(|dimension| shape[dimension + 1..].iter().product()).collect()
}

/// The tensors of a safetensors file in single precision.
pub fn tensors(bytes: &[u8]) -> Tensors {
    let file = safetensors::SafeTensors::deserialize(bytes).unwrap();
    file.iter().map(|(name, tensor)| (name.to_owned(), (tensor.shape().to_vec(), tensor.data().to_vec()))).collect()
}
