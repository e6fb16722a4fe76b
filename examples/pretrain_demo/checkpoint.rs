//! A folder that pre-training can go on from, and the folder of the finished model.

use anyhow::{Context, Result, bail};
use batchscope::model::Bert;
use batchscope::train::Snapshot;
use candle_core::{DType, Device, Tensor};
use std::io::Write;
use std::path::Path;

const CHECKPOINT: &str = "checkpoint.safetensors";
const PLAN: &str = "plan.json";

/// The checkpoint of a folder, if there is one. One that was made by another plan is an error.
pub fn resume(folder: &Path, plan: &str) -> Result<Option<Snapshot>> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let path = folder.join(PLAN);
    match std::fs::read_to_string(&path) {
        Ok(other) if other == plan => {}
        Ok(other) => bail!(
            "{} was begun with {other}, this is {plan}; use the same options, or another folder",
            folder.display()
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => replace(&path, plan.as_bytes())?,
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
    let path = folder.join(CHECKPOINT);
    match std::fs::read(&path) {
        Ok(bytes) => Ok(Some(Snapshot::from_bytes(&bytes).with_context(|| path.display().to_string())?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

pub fn save(folder: &Path, snapshot: &Snapshot) -> Result<()> {
    replace(&folder.join(CHECKPOINT), &snapshot.to_bytes()?)
}

/// Writes encoder and pooler in half precision as a folder that `model.source` can name. Both heads of pre-training
/// stay behind.
pub fn export(folder: &Path, model: &Bert, vocabulary: &str) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut tensors = Vec::new();
    for tensor in model.tensors()?.into_iter().filter(|tensor| tensor.name.starts_with("bert.")) {
        let values = Tensor::from_vec(tensor.values, tensor.shape, &Device::Cpu)?.to_dtype(DType::F16)?;
        tensors.push((tensor.name, values));
    }
    let mut config = serde_json::to_value(model.config())?;
    config["model_type"] = "bert".into();
    replace(&folder.join("config.json"), format!("{config:#}\n").as_bytes())?;
    replace(&folder.join("vocab.txt"), vocabulary.as_bytes())?;
    replace(&folder.join("model.safetensors"), &safetensors::serialize(tensors, None)?)
}

/// The file appears whole or not at all.
fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}
