//! `model.safetensors`: a header that says where each tensor lies, then their bytes.

use super::tensor::{Kind, Stored};
use safetensors::SafeTensorError;
use safetensors::SafeTensors;
use std::collections::BTreeMap;

/// The crate checks that tensors lie in the file, one behind the other.
pub fn read(bytes: &[u8]) -> Result<BTreeMap<String, Stored<'_>>, SafeTensorError> {
    let file = SafeTensors::deserialize(bytes)?;
    let stored = file.iter().map(|(name, tensor)| {
        let kind = Kind::named(&format!("{:?}", tensor.dtype()));
        (name.to_owned(), Stored::contiguous(kind, tensor.shape().to_vec(), tensor.data()))
    });
    Ok(stored.collect())
}
