//! A folder that pre-training can go on from, and the folder of the finished model.

use super::plan::Plan;
use anyhow::{Context, Result, bail};
use batchscope::model::Bert;
use batchscope::train::{OwnedSnapshot, Snapshot};
use candle_core::{DType, Device, Tensor};
use std::fs::File;
use std::io::Write;
use std::path::Path;

const CHECKPOINT: &str = "checkpoint.safetensors";
const PLAN: &str = "plan.json";

/// The checkpoint of a folder, if there is one. One that was made by another plan is an error.
pub fn resume(folder: &Path, plan: &Plan) -> Result<Option<OwnedSnapshot>> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let path = folder.join(CHECKPOINT);
    let snapshot = match read(&path)? {
        Some(bytes) => Some(Snapshot::from_bytes(&bytes).with_context(|| path.display().to_string())?),
        None => None,
    };
    let path = folder.join(PLAN);
    if let Some(bytes) = read(&path)? {
        let begun: Plan = serde_json::from_slice(&bytes).with_context(|| path.display().to_string())?;
        let done = snapshot.as_ref().map_or(0, |snapshot| snapshot.step);
        if !plan.agrees(&begun, done) {
            bail!("{} has {done} updates by {begun:?}, not by {plan:?}; use another folder", folder.display());
        }
    }
    replace(&path, &serde_json::to_vec(plan)?)?;
    Ok(snapshot)
}

/// The bytes of a file, if it is there.
fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

pub fn save(folder: &Path, snapshot: &Snapshot<'_>) -> Result<()> {
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
        let partial = path.with_extension("partial");
        let mut file = File::create(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&partial, path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}
