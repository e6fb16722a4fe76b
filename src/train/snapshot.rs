//! The state from which a run resumes, as one safetensors file.
//!
//! Knows no folders: converts to and from bytes. There is no generator state: randomness is a function of the step.

use super::noise_meter::NoiseMeter;
use super::{AdamW, TrainError};
use crate::model::Bert;
use safetensors::tensor::{Dtype, Metadata, SafeTensors, TensorInfo};
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};

/// A run between two updates.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot<'s> {
    /// updates done
    pub step: u64,
    tensors: Vec<(String, Cow<'s, [f32]>)>,
    meter: NoiseMeter,
}

/// A snapshot that was read from bytes.
pub type OwnedSnapshot = Snapshot<'static>;

/// Key of the step in the file's metadata.
///
/// Behind the step stands what is measured of gradients; older snapshots have none. One entry: several have no fixed order.
const STEP: &str = "step";

impl<'s> Snapshot<'s> {
    /// The state of a model and its optimiser, which must be settled. Moments are not copied, to keep an exit fast.
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
        Ok(Self { step: optimizer.steps, tensors, meter: optimizer.meter })
    }

    /// Restores the state. The model must be of the same shape as the one it was taken from.
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
        (optimizer.steps, optimizer.meter) = (self.step, self.meter);
        Ok(())
    }

    /// Writes it from memory without a copy, which would delay an exit with a large model.
    pub fn write(&self, output: &mut impl Write) -> io::Result<()> {
        let mut end = 0;
        let tensors = self.tensors.iter().map(|(name, values)| {
            let begin = end;
            end += size_of_val(&**values);
            (name.clone(), TensorInfo { dtype: Dtype::F32, shape: vec![values.len()], data_offsets: (begin, end) })
        });
        let meter = self.meter.to_numbers().map(|number| number.to_string()).join(" ");
        let step = HashMap::from([(STEP.to_owned(), format!("{} {meter}", self.step))]);
        let header = Metadata::new(Some(step), tensors.collect()).map_err(io::Error::other)?;
        let mut header = serde_json::to_vec(&header)?;
        // the format wants its values aligned
        header.resize(header.len().next_multiple_of(8), b' ');
        output.write_all(&(header.len() as u64).to_le_bytes())?;
        output.write_all(&header)?;
        self.tensors.iter().try_for_each(|(_, values)| output.write_all(&bytes(values)))
    }

    pub fn to_bytes(&self) -> Result<Vec<u8>, TrainError> {
        let mut bytes = Vec::new();
        self.write(&mut bytes).map_err(|error| TrainError::Snapshot(error.to_string()))?;
        Ok(bytes)
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<OwnedSnapshot, TrainError> {
        let wrong = |error: safetensors::SafeTensorError| TrainError::Snapshot(error.to_string());
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(wrong)?;
        let entry = metadata.metadata().as_ref().and_then(|entries| entries.get(STEP)).cloned().unwrap_or_default();
        let mut words = entry.split(' ');
        let step = words.next().and_then(|step| step.parse().ok());
        let step = step.ok_or_else(|| TrainError::Snapshot("it names no step".into()))?;
        let numbers: Vec<f64> = words.filter_map(|number| number.parse().ok()).collect();
        let meter = numbers.try_into().map(NoiseMeter::from_numbers).unwrap_or_default();
        let tensors = SafeTensors::deserialize(bytes)
            .map_err(wrong)?
            .iter()
            .map(|(name, view)| match view.dtype() {
                Dtype::F32 => Ok((name.to_owned(), floats(view.data()).into())),
                other => Err(TrainError::Snapshot(format!("`{name}` holds {other:?}, expected F32"))),
            })
            .collect::<Result<_, _>>()?;
        Ok(Snapshot { step, tensors, meter })
    }
}

fn bytes(values: &[f32]) -> Cow<'_, [u8]> {
    if cfg!(target_endian = "little") {
        bytemuck::cast_slice(values).into()
    } else {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}
