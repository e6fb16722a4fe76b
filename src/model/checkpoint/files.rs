//! The files of a folder that hold its weights: one, or shards that an index lists; and what is there instead where there
//! are none.

use super::error::ModelError;
use crate::domain::contents::mistaken;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Files that may hold the weights, the first that is there wins, as in transformers.
pub const WEIGHTS: [&str; 4] =
    ["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"];

/// What ends the name of a list of shards.
const INDEX: &str = ".index.json";
/// Bytes of the longest index; a tensor takes about a hundred.
const MOST_INDEX_BYTES: u64 = 8 << 20;
const MOST_SHARDS: usize = 1000;

/// The weights' files, read.
pub struct WeightFiles {
    /// the file, or the index of its shards, to be named in errors
    pub path: PathBuf,
    pub files: Vec<(PathBuf, Vec<u8>)>,
    /// of each tensor the path of its shard; empty without an index
    pub places: BTreeMap<String, PathBuf>,
}

impl WeightFiles {
    /// Those of a folder, of at most so many bytes together.
    pub fn read(folder: &Path, most: u64) -> Result<Self, ModelError> {
        let path = WEIGHTS.map(|name| folder.join(name)).into_iter().find(|path| path.exists());
        let path = path.ok_or_else(|| without_weights(folder))?;
        if !is_index(&path) {
            let bytes = read(&path, most)?;
            return Ok(Self { files: vec![(path.clone(), bytes)], path, places: BTreeMap::new() });
        }
        let map = read_index(&path)?;
        let shards: BTreeSet<&String> = map.values().collect();
        let mut files: Vec<(PathBuf, Vec<u8>)> = Vec::new();
        let mut left = most;
        for shard in &shards {
            let place = folder.join(shard);
            if !place.exists() {
                let (shard, count) = ((*shard).clone(), shards.len());
                return Err(ModelError::NoShard { path, shard, count });
            }
            let bytes = read(&place, left)?;
            left -= bytes.len() as u64;
            files.push((place, bytes));
        }
        let places = map.iter().map(|(tensor, shard)| (tensor.clone(), folder.join(shard))).collect();
        Ok(Self { path, files, places })
    }

    /// Of all files together.
    pub fn bytes(&self) -> usize {
        self.files.iter().map(|(_, bytes)| bytes.len()).sum()
    }
}

fn is_index(path: &Path) -> bool {
    path.to_string_lossy().ends_with(INDEX)
}

/// Names of the files that a weights' file needs beside it: the shards of an index.
pub fn shards(path: &Path) -> Result<Vec<String>, ModelError> {
    match is_index(path) {
        true => Ok(read_index(path)?.into_values().collect::<BTreeSet<_>>().into_iter().collect()),
        false => Ok(Vec::new()),
    }
}

/// Of each tensor the name of its shard: a plain one, in the same folder.
fn read_index(path: &Path) -> Result<BTreeMap<String, String>, ModelError> {
    #[derive(Deserialize)]
    struct Index {
        weight_map: BTreeMap<String, String>,
    }
    let wrong = |message: String| ModelError::Index { path: path.to_owned(), message };
    let bytes = read(path, MOST_INDEX_BYTES)?;
    if let Some(what) = mistaken(&bytes) {
        return Err(ModelError::Mistaken { path: path.to_owned(), what });
    }
    let Index { weight_map } = serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let ending = name.trim_end_matches(INDEX).rsplit('.').next().unwrap_or_default().to_owned();
    let is_shard = |shard: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        shard.chars().all(plain) && !shard.starts_with('.') && shard.ends_with(&format!(".{ending}"))
    };
    if let Some((tensor, shard)) = weight_map.iter().find(|(_, shard)| !is_shard(shard)) {
        let shown: String = shard.chars().take(80).flat_map(char::escape_default).collect();
        return Err(wrong(format!("`{tensor}` lies in `{shown}`, expected a file .{ending} beside the index")));
    }
    let count = weight_map.values().collect::<BTreeSet<_>>().len();
    match count {
        0 => Err(wrong("it names no shards".into())),
        1..=MOST_SHARDS => Ok(weight_map),
        _ => Err(wrong(format!("it names {count} shards, expected at most {MOST_SHARDS}"))),
    }
}

/// All of a file. What is none, a pipe or a device, may never end.
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, ModelError> {
    let read = || {
        let found = std::fs::metadata(path)?;
        match found.is_file() {
            true if found.len() > most => {
                let (found, path) = (found.len(), path.to_owned());
                Ok(Err(ModelError::TooLarge { path, found, most }))
            }
            true => std::fs::read(path).map(Ok),
            false => Err(std::io::Error::other("it is not a regular file")),
        }
    };
    read().unwrap_or_else(|cause| Err(ModelError::Read { path: path.to_owned(), cause }))
}

/// Files of other programs, by what their names begin and end with, and how to come by weights that can be read.
const FOREIGN: [(&str, &str, &str, &str); 9] = [
    ("adapter_model", ".safetensors", "a LoRA adapter", MERGE),
    ("adapter_model", ".bin", "a LoRA adapter", MERGE),
    ("tf_model", ".h5", "TensorFlow weights", FROM_TENSORFLOW),
    ("", ".ckpt.index", "a TensorFlow checkpoint", FROM_TENSORFLOW_1),
    ("flax_model", ".msgpack", "Flax weights", FROM_FLAX),
    ("", ".onnx", "an ONNX graph", "export from PyTorch with save_pretrained instead"),
    ("", ".ckpt", "a checkpoint", RENAME),
    ("", ".pt", "a PyTorch file", RENAME),
    ("", ".pth", "a PyTorch file", RENAME),
];
const MERGE: &str = "merge it into its base model with peft, `model.merge_and_unload().save_pretrained(FOLDER)`";
const FROM_TENSORFLOW: &str =
    "convert them with transformers 4, `AutoModel.from_pretrained(FOLDER, from_tf=True).save_pretrained(FOLDER)`";
const FROM_TENSORFLOW_1: &str = "convert it with transformers 4, `transformers-cli convert --model_type bert`";
const FROM_FLAX: &str =
    "convert them with transformers 4, `AutoModel.from_pretrained(FOLDER, from_flax=True).save_pretrained(FOLDER)`";
const RENAME: &str = "if PyTorch or Lightning wrote it, rename it to pytorch_model.bin";

/// What the Trainer of transformers keeps beside the weights.
const NO_WEIGHTS: [&str; 3] = ["optimizer.pt", "scheduler.pt", "rng_state.pth"];

/// What a folder without weights has instead that is no model which can be read here.
pub fn foreign(folder: &Path) -> Option<ModelError> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    if names.iter().any(|name| WEIGHTS.contains(&name.as_str())) {
        return None;
    }
    names.retain(|name| !NO_WEIGHTS.contains(&name.as_str()));
    names.sort();
    FOREIGN.iter().find_map(|(start, end, what, way)| {
        let found = names.iter().find(|name| name.starts_with(start) && name.ends_with(end))?;
        let (folder, found) = (folder.to_owned(), found.escape_debug().to_string());
        Some(ModelError::Foreign { folder, found, what, way })
    })
}

fn without_weights(folder: &Path) -> ModelError {
    foreign(folder).unwrap_or_else(|| ModelError::NoWeights { folder: folder.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn message(map: &serde_json::Value) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors.index.json");
        std::fs::write(&path, json!({ "weight_map": map }).to_string()).unwrap();
        read_index(&path).unwrap_err().to_string()
    }

    #[test]
    fn shards_lie_beside_their_index() {
        for shard in ["../x.safetensors", "/etc/x.safetensors", "a\\b.safetensors", ".x.safetensors", "x.bin", ""] {
            assert!(
                message(&json!({ "a": shard })).contains("expected a file .safetensors beside the index"),
                "{shard}"
            );
        }
        assert!(message(&json!({})).contains("names no shards"));
        assert!(message(&json!(["a"])).contains("invalid type"));
        let many: BTreeMap<String, String> = (0..1001).map(|n| (n.to_string(), format!("{n}.safetensors"))).collect();
        assert!(message(&json!(many)).contains("1001 shards"));
    }
}
