//! From the tensors of a file to the weights of a model: those that the configuration asks for, under their names, checked.

use super::classifier::{CLASSIFIER, Choice, choose};
use super::config::Description;
use super::error::ModelError;
use super::names::{Named, Prefix, is_of_encoder, is_of_known_head};
use super::torch::TorchEntries;
use super::{ModelRequest, Pretrained};
use crate::model::weights::{Weights, is_classifier, is_pooler, layouts};
use std::collections::BTreeMap;
use std::path::Path;

/// Tensors that a note names one by one.
const MOST_NAMED: usize = 4;

/// A file, of so many bytes, that is being read for a task.
pub struct Reading<'r> {
    pub path: &'r Path,
    pub bytes: usize,
    pub wanted: ModelRequest<'r>,
}

impl Reading<'_> {
    pub fn of(&self, file: TorchEntries<'_>, description: Description) -> Result<Pretrained, ModelError> {
        let Description { config, labels } = description;
        let mut found = self.named(file)?;
        // a masked language model is saved without one
        let has_pooler = found.keys().any(|name| is_pooler(name));
        let choice = choose(&found, &config, &labels, has_pooler, self.wanted)
            .map_err(|reason| ModelError::Head { path: self.path.to_owned(), reason })?;
        let keeps = matches!(choice, Choice::Keep(_));
        let (mut tensors, mut values_read) = (BTreeMap::new(), 0);
        for view in layouts(&config, config.vocab_size, self.wanted.classes).iter().flat_map(|layout| layout.views()) {
            let is_drawn = (is_classifier(&view.name) && !keeps) || (is_pooler(&view.name) && !has_pooler);
            if is_drawn {
                continue;
            }
            let values = self.values(&mut found, &view.name, &view.shape)?;
            // tensors may share their bytes; that a small file becomes a huge model so is no accident
            values_read += values.len();
            if values_read > self.bytes {
                return Err(ModelError::Shared { path: self.path.to_owned(), bytes: self.bytes });
            }
            tensors.insert(view.name.clone(), values);
        }
        let classifier = choice.made(&mut tensors, &labels, config.hidden_size);
        let notes = self.note_on_unused(found)?.into_iter().collect();
        Ok(Pretrained { config, weights: Weights::from_tensors(tensors), classifier, notes })
    }

    fn named<'b>(&self, file: TorchEntries<'b>) -> Result<Named<'b>, ModelError> {
        let twice = |[first, second]: [String; 2]| ModelError::Encoders { path: self.path.to_owned(), first, second };
        let prefix = Prefix::of(file.keys().map(String::as_str)).map_err(twice)?;
        let mut found = Named::new();
        for (name, tensor) in file {
            if let Some((first, _)) = found.insert(prefix.canonical(&name), (name.clone(), tensor)) {
                return Err(ModelError::Twice { path: self.path.to_owned(), first, second: name });
            }
        }
        Ok(found)
    }

    /// Takes out the values of one tensor, of this shape.
    fn values(&self, found: &mut Named<'_>, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelError> {
        let path = || self.path.to_owned();
        let Some((name, tensor)) = found.remove(name) else {
            return Err(ModelError::Missing { path: path(), name: name.to_owned() });
        };
        let tensor = tensor.map_err(|cause| ModelError::Torch { path: path(), cause })?;
        if tensor.shape != shape {
            return Err(ModelError::Shape { path: path(), name, found: tensor.shape, expected: shape.to_vec() });
        }
        let Some(values) = tensor.floats() else {
            return Err(ModelError::Kind { path: path(), name, found: tensor.kind.to_string() });
        };
        match values.iter().all(|value| value.is_finite()) {
            true => Ok(values),
            false => Err(ModelError::NotFinite { path: path(), name }),
        }
    }

    /// A note on tensors of no known head. Further tensors of the encoder are an error: they mean that it computes something
    /// else.
    fn note_on_unused(&self, rest: Named<'_>) -> Result<Option<String>, ModelError> {
        if let Some((_, (name, _))) = rest.iter().find(|(name, _)| is_of_encoder(name)) {
            return Err(ModelError::Extra { path: self.path.to_owned(), name: name.clone() });
        }
        let is_unknown = |name: &str| !is_of_known_head(name) && !CLASSIFIER.contains(&name);
        let unknown: Vec<String> = rest
            .into_iter()
            .filter(|(name, (_, tensor))| tensor.is_ok() && is_unknown(name))
            .map(|(_, (own, _))| own)
            .collect();
        if unknown.is_empty() {
            return Ok(None);
        }
        let mut names = unknown.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join(", ");
        if unknown.len() > MOST_NAMED {
            names += &format!(" and {} more", unknown.len() - MOST_NAMED);
        }
        Ok(Some(format!("{}: tensors that no BERT classifier has are not used: {names}", self.path.display())))
    }
}
