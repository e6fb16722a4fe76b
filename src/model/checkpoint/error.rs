//! Errors of a model's files.

use super::labels::Unfit;
use super::torch::TorchError;
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
        "{path}: `{key}` is {found}: such a model computes something else than the plain BERT encoder that is trained here; \
         take one without it"
    )]
    Computation { path: PathBuf, key: String, found: String },
    #[error("{path} is {what}")]
    Mistaken { path: PathBuf, what: &'static str },
    #[error(
        "{path}: not a usable safetensors file: {message}, in {bytes} bytes; it is cut short or damaged: fetch it again"
    )]
    Safetensors { path: PathBuf, bytes: usize, message: String },
    #[error("{folder} holds neither model.safetensors nor pytorch_model.bin; put the weights of the model there")]
    NoWeights { folder: PathBuf },
    #[error(
        "{folder} holds {found}, which is {what}, and neither model.safetensors nor pytorch_model.bin with config.json; {way}"
    )]
    Foreign { folder: PathBuf, found: String, what: &'static str, way: &'static str },
    #[error("{path}: not a usable index of shards: {message}")]
    Index { path: PathBuf, message: String },
    #[error("{path}: its shard {shard} is not beside it; all {count} shards are needed: fetch it again")]
    NoShard { path: PathBuf, shard: String, count: usize },
    #[error("{path} says that the tensor `{name}` is in {shard}, which lacks it; the files do not belong together")]
    NotInShard { path: PathBuf, name: String, shard: PathBuf },
    #[error("the tensor `{name}` is in two shards, {first} and {second}; they do not belong together")]
    InTwoShards { name: String, first: PathBuf, second: PathBuf },
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
    #[error("{path} holds two encoders, of `{first}` and `{second}`; save one of them alone")]
    Encoders { path: PathBuf, first: String, second: String },
    #[error("{path}: model.head is \"keep\", and the classifier cannot be kept: {reason}")]
    Head { path: PathBuf, reason: Unfit },
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
