//! `model.safetensors`: a header that says where each tensor lies, then their bytes.

use super::tensor::{ElementType, StoredTensor};
use safetensors::SafeTensorError;
use safetensors::SafeTensors;
use std::collections::BTreeMap;

/// Whether the bytes begin like a file of this format: the length of its header, which is a JSON object.
pub fn is_safetensors(bytes: &[u8]) -> bool {
    let header = bytes.split_first_chunk().filter(|(_, rest)| rest.starts_with(b"{"));
    header.is_some_and(|(length, rest)| u64::from_le_bytes(*length) <= rest.len() as u64)
}

/// The crate checks that tensors lie in the file, one behind the other.
pub fn read(bytes: &[u8]) -> Result<BTreeMap<String, StoredTensor<'_>>, SafeTensorError> {
    let file = SafeTensors::deserialize(bytes)?;
    let stored = file.iter().map(|(name, tensor)| {
        let kind = ElementType::named(&format!("{:?}", tensor.dtype()));
        (name.to_owned(), StoredTensor::contiguous(kind, tensor.shape().to_vec(), tensor.data()))
    });
    Ok(stored.collect())
}
