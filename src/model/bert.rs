//! BERT for sequence classification (Devlin et al. 2019) over packed batches.

use super::attention::Padding;
use super::blocks::{Embeddings, EncoderLayer, Head};
use super::context::Context;
use super::dropout::Masks;
use super::fused::FusedEncoder;
use super::interrupt::Interrupt;
use super::layout::Layout;
use super::norm::RunningStatistics;
use super::outputs::OutputPositions;
use super::parameters::Group;
use super::weights::{Weights, layouts};
use crate::domain::batch::Batch;
use crate::domain::choice::{Norm, Precision};
use crate::domain::model::ModelConfig;
use crate::domain::random::{Key, Purpose};
use candle_core::{Device, Result, Tensor, bail};
use safetensors::tensor::{Dtype, SafeTensors};

/// A model in training, with all the state that training changes.
pub struct Bert {
    config: ModelConfig,
    norm: Norm,
    precision: Precision,
    /// the embeddings, each layer, the head
    pub groups: Vec<Group>,
    /// `None`: computed by the composed blocks
    fused: Option<FusedEncoder>,
    /// of every norm, in order: the embeddings', then two a layer
    pub running: Vec<RunningStatistics>,
    /// cancels a pass
    interrupt: Option<Interrupt>,
}

/// How encoder layers are computed. Both give the same numbers, up to rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Implementation {
    /// from candle's operations: the definition
    Composed,
    /// as one operation each, where there is one for the activation
    Fused,
}

/// What a pass is for.
#[derive(Clone, Copy)]
pub enum Pass<'m> {
    /// with gradients and dropout by these masks; batch norm takes the statistics of the batch
    Train(&'m Masks),
    /// without gradients, dropout only where masks are given; batch norm takes the running statistics
    Evaluate(Option<&'m Masks>),
}

/// What a pass over every token gives.
pub struct BertOutput {
    /// \[T, H\] after the embeddings and after every layer
    pub hidden: Vec<Tensor>,
    /// \[B, C\]
    pub logits: Tensor,
}

/// A copy of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedTensor {
    pub name: String,
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

/// What an instance draws that the weights lack.
fn head_key(seed: u32, iid: u32) -> Key {
    Key::new(seed.into(), Purpose::Initialise).with(iid.into())
}

impl Bert {
    /// `words` are the rows of the word table; a classifier that `weights` lacks is drawn from `seed` and `iid`.
    pub fn new(
        config: &ModelConfig,
        norm: Norm,
        weights: &Weights,
        words: &[u32],
        classes: usize,
        seed: u32,
        iid: u32,
    ) -> Result<Self> {
        let head = head_key(seed, iid);
        Self::of_layouts(layouts(config, words.len(), classes), config, norm, weights, words, head)
    }

    /// The embeddings, each layer and the head by these layouts; what `weights` lacks is drawn from `head`.
    pub(super) fn of_layouts(
        layouts: Vec<Layout>,
        config: &ModelConfig,
        norm: Norm,
        weights: &Weights,
        words: &[u32],
        head: Key,
    ) -> Result<Self> {
        let groups = layouts
            .into_iter()
            .map(|layout| {
                let flat = weights.flat(&layout, config, words, head);
                Group::new(layout, flat)
            })
            .collect::<Result<Vec<_>>>()?;
        let norms = 1 + 2 * config.num_hidden_layers;
        let running = (0..norms).map(|_| RunningStatistics::new(config.hidden_size)).collect();
        let model = Self {
            config: config.clone(),
            norm,
            precision: Precision::F32,
            groups,
            running,
            fused: None,
            interrupt: None,
        };
        Ok(model.implemented(Implementation::Fused))
    }

    /// The same model with another implementation.
    #[must_use]
    pub fn implemented(mut self, implementation: Implementation) -> Self {
        self.fused = match implementation {
            Implementation::Composed => None,
            Implementation::Fused => FusedEncoder::of(&self.config, self.norm, self.precision, &self.groups),
        };
        self
    }

    /// The same model with its layers' linear maps in this precision.
    #[must_use]
    pub fn with_precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        let is_fused = self.fused.is_some();
        self.implemented(if is_fused { Implementation::Fused } else { Implementation::Composed })
    }

    /// Lets passes be cancelled between two layers. Only running statistics have changed by then.
    pub fn interrupted_by(&mut self, interrupt: Interrupt) {
        self.interrupt = Some(interrupt);
    }

    /// Whether that was requested.
    pub fn is_interrupted(&self) -> bool {
        self.interrupt.as_ref().is_some_and(Interrupt::is_asked)
    }

    /// One forward pass that computes every hidden state. An empty batch is an error.
    pub fn forward(&mut self, batch: &Batch, pass: Pass<'_>) -> Result<BertOutput> {
        self.pass(batch, pass, OutputPositions::All)
    }

    /// The logits alone, \[B, C\]: the last layer computes `[CLS]` only.
    pub fn logits(&mut self, batch: &Batch, pass: Pass<'_>) -> Result<Tensor> {
        Ok(self.pass(batch, pass, OutputPositions::ClsOnly)?.logits)
    }

    /// `outputs` are those used of the last layer.
    fn pass(&mut self, batch: &Batch, pass: Pass<'_>, outputs: OutputPositions) -> Result<BertOutput> {
        let (training, masks) = match pass {
            Pass::Train(masks) => (true, Some(masks)),
            Pass::Evaluate(masks) => (false, masks),
        };
        if batch.is_empty() {
            bail!("a batch of no sequences")
        }
        let Self { config, norm, precision, groups, running, fused, interrupt } = self;
        let context = Context { batch, masks, training, interrupt: interrupt.as_ref() };
        let padding = Padding::new(batch)?;
        let (first, rest) = running.split_at_mut(1);
        let mut hidden = vec![match fused {
            Some(fused) => fused.embeddings.forward(&groups[0], &context, &mut first[0])?,
            None => Embeddings::load(groups[0].views(training), *norm, config)?.forward(&context, &mut first[0])?,
        }];
        // positions of the newest hidden states
        let mut computed = OutputPositions::All;
        let layers = groups[1..].iter().zip(rest.chunks_exact_mut(2)).enumerate();
        for (number, (group, running)) in layers {
            // batch norm takes its statistics over all tokens
            if number + 1 == config.num_hidden_layers && *norm != Norm::Batch {
                computed = outputs;
            }
            if let Some(interrupt) = context.interrupt {
                interrupt.check()?;
            }
            let x = &hidden[number];
            let x = match fused {
                Some(fused) => fused.layers[number].forward(x, group, computed, &context, running)?,
                None => {
                    let layer = EncoderLayer::load(group.views(training), *norm, *precision, config)?;
                    layer.forward(x, number, computed, &padding, &context, running)?
                }
            };
            hidden.push(x);
        }
        let head = Head::load(groups[groups.len() - 1].views(training))?;
        let last = &hidden[hidden.len() - 1];
        let cls = match computed {
            OutputPositions::All => context.select(last, OutputPositions::ClsOnly)?,
            OutputPositions::ClsOnly => last.clone(),
        };
        let logits = head.forward(&cls, &context)?;
        Ok(BertOutput { hidden, logits })
    }

    /// How far the parameters are from those that [`Bert::new`] began with, as a Euclidean norm.
    pub fn distance_from(&self, weights: &Weights, words: &[u32], seed: u32, iid: u32) -> Result<f64> {
        let mut squares = 0.0;
        for group in &self.groups {
            let start = weights.flat(group.layout(), &self.config, words, head_key(seed, iid));
            let moved = group.values()?.into_iter().zip(start).map(|(now, start)| f64::from(now - start).powi(2));
            squares += moved.sum::<f64>();
        }
        Ok(squares.sqrt())
    }

    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// Every parameter by its checkpoint name. The word table holds this task's rows only.
    pub fn tensors(&self) -> Result<Vec<NamedTensor>> {
        let mut tensors = Vec::new();
        for group in &self.groups {
            let values = group.values()?;
            for view in group.layout().views() {
                let (name, shape) = (view.name.clone(), view.shape.clone());
                tensors.push(NamedTensor { name, shape, values: values[view.range()].to_vec() });
            }
        }
        Ok(tensors)
    }

    /// The parameters as a safetensors file under their checkpoint names, with the words of the word table's rows.
    pub fn to_safetensors(&self, words: &[u32]) -> Result<Vec<u8>> {
        let mut tensors = vec![("words".to_owned(), Tensor::new(words, &Device::Cpu)?)];
        for NamedTensor { name, shape, values } in self.tensors()? {
            tensors.push((name, Tensor::from_vec(values, shape, &Device::Cpu)?));
        }
        safetensors::serialize(tensors, None).map_err(candle_core::Error::wrap)
    }

    /// Loads the parameters from a file that [`Bert::to_safetensors`] wrote of such a model. Running statistics stay.
    pub fn load_safetensors(&mut self, words: &[u32], bytes: &[u8]) -> Result<()> {
        let file = SafeTensors::deserialize(bytes).map_err(candle_core::Error::wrap)?;
        let find = |name: &str, dtype: Dtype, length: usize| match file.tensor(name) {
            Ok(found) if found.dtype() == dtype && found.data().len() == 4 * length => Ok(found.data().to_vec()),
            _ => bail!("`{name}` is not there in this shape"),
        };
        let rows = find("words", Dtype::U32, words.len())?;
        if !rows.as_chunks().0.iter().zip(words).all(|(row, word)| u32::from_le_bytes(*row) == *word) {
            bail!("the rows are of other words")
        }
        for group in &mut self.groups {
            let mut values = vec![0.0; group.layout().len()];
            for view in group.layout().views() {
                let found = find(&view.name, Dtype::F32, view.len())?;
                let numbers = found.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
                values[view.range()].iter_mut().zip(numbers).for_each(|(value, number)| *value = number);
            }
            group.update(|target, _| target.copy_from_slice(&values))?;
        }
        Ok(())
    }
}
