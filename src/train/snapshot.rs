//! Everything a run needs to go on from a step, as one safetensors file.
//!
//! Knows no folder: it makes and takes bytes. There is no generator state: randomness is a function of the step.

use super::{AdamW, TrainError};
use crate::model::Bert;
use safetensors::tensor::{Dtype, SafeTensors, View};
use std::borrow::Cow;
use std::collections::HashMap;

/// A run between two updates.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot<'s> {
    /// updates done
    pub step: u64,
    tensors: Vec<(String, Cow<'s, [f32]>)>,
}

/// A snapshot that was read, which lives by itself.
pub type OwnedSnapshot = Snapshot<'static>;

/// Key of the step in the file's metadata.
const STEP: &str = "step";

impl<'s> Snapshot<'s> {
    /// The state of a model and its optimiser, which must be settled. Moments are not copied: somebody who wants to
    /// leave waits for it.
    pub fn take(model: &Bert, optimizer: &'s AdamW) -> Result<Self, TrainError> {
        let mut tensors = Vec::new();
        for (number, group) in model.groups.iter().enumerate() {
            tensors.push((format!("values.{number}"), group.values()?.into()));
            tensors.push((format!("first.{number}"), optimizer.moments[number].first.as_slice().into()));
            tensors.push((format!("second.{number}"), optimizer.moments[number].second.as_slice().into()));
        }
        for (number, running) in model.running.iter().enumerate() {
            tensors.push((format!("mean.{number}"), running.mean.clone().into()));
            tensors.push((format!("variance.{number}"), running.variance.clone().into()));
        }
        Ok(Self { step: optimizer.steps, tensors })
    }

    /// Puts the state back. The model must be of the same shape as the one it was taken from.
    pub fn restore(self, model: &mut Bert, optimizer: &mut AdamW) -> Result<(), TrainError> {
        let mut tensors: HashMap<String, Vec<f32>> =
            self.tensors.into_iter().map(|(name, values)| (name, values.into_owned())).collect();
        let mut take = |name: String, length: usize| match tensors.remove(&name) {
            Some(values) if values.len() == length => Ok(values),
            Some(values) => {
                Err(TrainError::Snapshot(format!("`{name}` has {} values, expected {length}", values.len())))
            }
            None => Err(TrainError::Snapshot(format!("`{name}` is missing"))),
        };
        for (number, group) in model.groups.iter_mut().enumerate() {
            let length = group.layout().len();
            let values = take(format!("values.{number}"), length)?;
            group.update(|target, _| target.copy_from_slice(&values))?;
            optimizer.moments[number].first = take(format!("first.{number}"), length)?;
            optimizer.moments[number].second = take(format!("second.{number}"), length)?;
        }
        for (number, running) in model.running.iter_mut().enumerate() {
            let hidden = running.mean.len();
            running.mean = take(format!("mean.{number}"), hidden)?;
            running.variance = take(format!("variance.{number}"), hidden)?;
        }
        optimizer.steps = self.step;
        Ok(())
    }

    pub fn to_bytes(&self) -> Result<Vec<u8>, TrainError> {
        let wrong = |error: safetensors::SafeTensorError| TrainError::Snapshot(error.to_string());
        let views = self.tensors.iter().map(|(name, values)| (name, Flat { values, shape: [values.len()] }));
        let metadata = HashMap::from([(STEP.to_owned(), self.step.to_string())]);
        safetensors::serialize(views, Some(metadata)).map_err(wrong)
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<OwnedSnapshot, TrainError> {
        let wrong = |error: safetensors::SafeTensorError| TrainError::Snapshot(error.to_string());
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(wrong)?;
        let step = metadata.metadata().as_ref().and_then(|entries| entries.get(STEP)?.parse().ok());
        let step = step.ok_or_else(|| TrainError::Snapshot("it names no step".into()))?;
        let tensors = SafeTensors::deserialize(bytes)
            .map_err(wrong)?
            .iter()
            .map(|(name, view)| match view.dtype() {
                Dtype::F32 => Ok((name.to_owned(), floats(view.data()).into())),
                other => Err(TrainError::Snapshot(format!("`{name}` holds {other:?}, expected F32"))),
            })
            .collect::<Result<_, _>>()?;
        Ok(Snapshot { step, tensors })
    }
}

/// Values as a tensor of one dimension.
struct Flat<'v> {
    values: &'v [f32],
    shape: [usize; 1],
}

impl View for Flat<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        if cfg!(target_endian = "little") {
            bytemuck::cast_slice(self.values).into()
        } else {
            self.values.iter().flat_map(|value| value.to_le_bytes()).collect()
        }
    }

    fn data_len(&self) -> usize {
        size_of_val(self.values)
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}
