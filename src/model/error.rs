//! What can be wrong with a model's files.

pub use super::checkpoint::TorchError;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("cannot read {path}: {cause}")]
    Read { path: PathBuf, cause: std::io::Error },
    #[error("{path}: not a BERT configuration: {message}")]
    Config { path: PathBuf, message: String },
    #[error("{path} describes a `{found}` model; only the `bert` architecture can be trained here")]
    Architecture { path: PathBuf, found: String },
    #[error(
        "{path}: not a usable safetensors file: {message}, in {bytes} bytes; it is cut short or damaged: fetch it again"
    )]
    Safetensors { path: PathBuf, bytes: usize, message: String },
    #[error("{folder} holds neither model.safetensors nor pytorch_model.bin; put the weights of the model there")]
    NoWeights { folder: PathBuf },
    #[error(
        "{path} has {found} bytes, and what config.json describes takes at most {most}; they do not belong together"
    )]
    TooLarge { path: PathBuf, found: u64, most: u64 },
    #[error("{path}: not a usable PyTorch file: {cause}")]
    Torch { path: PathBuf, cause: TorchError },
    #[error(
        "{path}: its tensors share their bytes, and are together larger than the {bytes} of the file; take another"
    )]
    Shared { path: PathBuf, bytes: usize },
    #[error("{path}: `{first}` and `{second}` are two spellings of one tensor")]
    Twice { path: PathBuf, first: String, second: String },
    #[error("{path}: the tensor `{name}` is missing; is this the model that config.json describes?")]
    Missing { path: PathBuf, name: String },
    #[error("{path}: the tensor `{name}` is not part of a BERT classifier of this shape")]
    Extra { path: PathBuf, name: String },
    #[error("{path}: the tensor `{name}` has shape {found:?}, expected {expected:?} by config.json and the task")]
    Shape { path: PathBuf, name: String, found: Vec<usize>, expected: Vec<usize> },
    #[error("{path}: the tensor `{name}` holds {found}, expected F32, F16, BF16 or F64; save the model in one of them")]
    Kind { path: PathBuf, name: String, found: String },
    #[error(
        "{path}: the tensor `{name}` holds values that are not finite numbers; such a model cannot be trained: take another"
    )]
    NotFinite { path: PathBuf, name: String },
}
