//! Whether a checkpoint's classifier is kept, and in which order of its rows.

use super::ModelRequest;
use super::labels::{LabelOrder, Labels, Unfit};
use super::names::Named;
use crate::domain::classifier::{Classifier, HeadChoice};
use crate::domain::model::ModelConfig;
use std::collections::BTreeMap;

pub const CLASSIFIER: [&str; 2] = ["classifier.weight", "classifier.bias"];

pub enum Choice {
    Keep(LabelOrder),
    /// why, where the checkpoint has one
    Draw(Option<String>),
}

/// Keeps a classifier that fits, unless the spec says otherwise; fails where it must be kept and does not fit.
pub fn choose(
    found: &Named<'_>,
    config: &ModelConfig,
    labels: &Labels,
    has_pooler: bool,
    wanted: ModelRequest<'_>,
) -> Result<Choice, Unfit> {
    let has_one = CLASSIFIER.iter().any(|name| found.contains_key(*name));
    if wanted.head == Some(HeadChoice::Fresh) {
        return Ok(Choice::Draw(has_one.then(|| "model.head is \"fresh\"".to_owned())));
    }
    let order = rows(found, config, has_pooler).and_then(|rows| labels.order(rows, wanted.classes, wanted.names));
    match order {
        Ok(order) => Ok(Choice::Keep(order)),
        Err(reason) if wanted.head == Some(HeadChoice::Keep) => Err(reason),
        Err(reason) => Ok(Choice::Draw(has_one.then(|| reason.to_string()))),
    }
}

/// The number of rows, one a class, of a classifier that this model can have.
fn rows(found: &Named<'_>, config: &ModelConfig, has_pooler: bool) -> Result<usize, Unfit> {
    let shape = |name: &str| match found.get(name) {
        Some((_, Ok(tensor))) => Some(tensor.shape.clone()),
        _ => None,
    };
    let [weight, bias] = CLASSIFIER;
    let (table, biases) = match (shape(weight), shape(bias)) {
        (Some(table), Some(biases)) => (table, biases),
        (None, None) => return Err(Unfit::None),
        (Some(_), None) => return Err(Unfit::Half { found: weight, missing: bias }),
        (None, Some(_)) => return Err(Unfit::Half { found: bias, missing: weight }),
    };
    let rows = table.first().copied().unwrap_or(0);
    let wrong = |name, found, expected| Err(Unfit::Shape { name, found, expected });
    if table != [rows, config.hidden_size] {
        return wrong(weight, table, vec![rows, config.hidden_size]);
    }
    if biases != [rows] {
        return wrong(bias, biases, vec![rows]);
    }
    if has_pooler { Ok(rows) } else { Err(Unfit::NoPooler) }
}

impl Choice {
    /// Brings a classifier's rows among these tensors into the order of the classes, and says what was done.
    pub fn made(self, tensors: &mut BTreeMap<String, Vec<f32>>, labels: &Labels, hidden: usize) -> Classifier {
        let order = match self {
            Choice::Draw(detail) => return Classifier { kept: false, detail },
            Choice::Keep(LabelOrder::Named(order)) => order,
            Choice::Keep(LabelOrder::Positional) => {
                let unnamed = labels.names().is_none();
                let detail = unnamed.then(|| "its classes have no names and are taken in order".to_owned());
                return Classifier { kept: true, detail };
            }
        };
        for (name, width) in CLASSIFIER.into_iter().zip([hidden, 1]) {
            if let Some(values) = tensors.get_mut(name) {
                let rows = order.iter().filter_map(|row| values.get(row * width..(row + 1) * width));
                *values = rows.flatten().copied().collect();
            }
        }
        let moved = order.iter().enumerate().any(|(class, row)| class != *row);
        let own = labels.names().unwrap_or_default().join(", ");
        let detail = moved.then(|| format!("its rows ({own}) are reordered as the task's classes"));
        Classifier { kept: true, detail }
    }
}
