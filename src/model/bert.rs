//! BERT for sequence classification (Devlin et al. 2019) over packed batches.

use super::attention::Rectangle;
use super::blocks::{Context, Embeddings, EncoderLayer, Head};
use super::dropout::Masks;
use super::fused;
use super::interrupt::Interrupt;
use super::layout::Layout;
use super::norm::RunningStatistics;
use super::parameters::Group;
use super::read::Read;
use super::weights::{Weights, layouts};
use crate::domain::arm::Norm;
use crate::domain::batch::Batch;
use crate::domain::model::ModelConfig;
use crate::domain::random::{Key, Purpose};
use candle_core::{Device, Result, Tensor, bail};
use safetensors::tensor::{Dtype, SafeTensors};
use std::sync::{Arc, Mutex, PoisonError};

/// A model being trained, with all the state that training changes.
pub struct Bert {
    config: ModelConfig,
    norm: Norm,
    /// the embeddings, each layer, the head
    pub groups: Vec<Group>,
    /// where layers run fused
    fused: Option<Fused>,
    /// of every norm, in order: the embeddings', then two a layer
    pub running: Vec<RunningStatistics>,
    /// gives up the pass under way
    interrupt: Option<Interrupt>,
}

/// How encoder layers are computed. Both give the same numbers, up to rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Implementation {
    /// from candle's operations: the definition
    Composed,
    /// as one operation each, where there is one for the norm and the activation
    Fused,
}

/// What the embeddings and the layers need to run as one operation each.
struct Fused {
    embeddings: Arc<fused::EmbeddingsShape>,
    embeddings_workspace: Arc<Mutex<fused::EmbeddingsWorkspace>>,
    layers: Vec<FusedLayer>,
    scratch: Arc<Mutex<fused::Scratch>>,
}

/// What a layer needs.
struct FusedLayer {
    shape: Arc<fused::Shape>,
    workspace: Arc<Mutex<fused::Workspace>>,
}

/// What a pass is for.
#[derive(Clone, Copy)]
pub enum Pass<'m> {
    /// gradients are wanted; dropout by these masks; batch norm takes the batch's own statistics
    Train(&'m Masks),
    /// no gradients, dropout only where masks are given; batch norm takes the running statistics
    Evaluate(Option<&'m Masks>),
}

/// What a pass over every token gives.
pub struct Output {
    /// \[T, H\] after the embeddings and after every layer
    pub hidden: Vec<Tensor>,
    /// \[B, C\]
    pub logits: Tensor,
}

impl Fused {
    /// Nothing where there is no fused code for the model.
    fn of(config: &ModelConfig, norm: Norm, groups: &[Group]) -> Option<Self> {
        let (embeddings, layers) = (groups.first()?.layout(), &groups[1..groups.len() - 1]);
        let layers = layers.iter().map(|group| {
            let shape = fused::Shape::of(config, norm, group.layout())?;
            Some(FusedLayer { shape: Arc::new(shape), workspace: Arc::default() })
        });
        let embeddings = fused::EmbeddingsShape::of(config, fused::Statistics::of(norm), embeddings)?;
        Some(Self {
            embeddings: Arc::new(embeddings),
            embeddings_workspace: Arc::default(),
            layers: layers.collect::<Option<_>>()?,
            scratch: Arc::default(),
        })
    }

    /// -> \[T, H\]. `running` is followed while training with batch norm.
    fn embeddings(&self, group: &Group, context: &Context<'_>, running: &mut RunningStatistics) -> Result<Tensor> {
        let (parameters, gradient) = group.leaf();
        let operation = fused::EmbeddingsOperation::new(
            self.embeddings.clone(),
            context.batch,
            context.masks,
            (!context.training).then_some(&*running),
            self.embeddings_workspace.clone(),
            self.scratch.clone(),
            gradient.clone(),
        )?;
        if !context.training {
            return parameters.apply_op1_no_bwd(&operation);
        }
        let y = parameters.apply_op1(operation)?;
        if self.embeddings.statistics == fused::Statistics::Columns {
            let workspace = self.embeddings_workspace.lock().unwrap_or_else(PoisonError::into_inner);
            running.follow(&workspace.saved.mean, &workspace.saved.variance, context.batch.token_count());
        }
        Ok(y)
    }

    /// x \[T, H\] -> \[R, H\]. `running` of the layer's two norms is followed while training with batch norm.
    #[allow(clippy::too_many_arguments)]
    fn layer(
        &self,
        x: &Tensor,
        number: usize,
        read: Read,
        group: &Group,
        context: &Context<'_>,
        running: &mut [RunningStatistics],
        interrupt: Option<&Interrupt>,
    ) -> Result<Tensor> {
        let FusedLayer { shape, workspace } = &self.layers[number];
        let (parameters, gradient) = group.leaf();
        let operation = fused::EncoderLayerOperation::new(
            shape.clone(),
            number,
            read,
            context.batch,
            context.masks,
            (!context.training).then_some(&*running),
            workspace.clone(),
            self.scratch.clone(),
            interrupt.cloned(),
            gradient.clone(),
        );
        if !context.training {
            return x.apply_op2_no_bwd(parameters, &operation);
        }
        let y = x.apply_op2(parameters, operation)?;
        if shape.statistics == fused::Statistics::Columns {
            let workspace = workspace.lock().unwrap_or_else(PoisonError::into_inner);
            for (running, saved) in running.iter_mut().zip([&workspace.first_norm, &workspace.second_norm]) {
                running.follow(&saved.mean, &saved.variance, context.batch.token_count());
            }
        }
        Ok(y)
    }
}

/// A parameter, copied out.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedTensor {
    pub name: String,
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

impl Bert {
    /// `words` names the rows of the word table; `seed` and `iid` draw the classifier if `weights` has none.
    pub fn new(
        config: &ModelConfig,
        norm: Norm,
        weights: &Weights,
        words: &[u32],
        classes: usize,
        seed: u32,
        iid: u32,
    ) -> Result<Self> {
        let head = Key::new(seed.into(), Purpose::Initialise).with(iid.into());
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
        let model = Self { config: config.clone(), norm, groups, running, fused: None, interrupt: None };
        Ok(model.implemented(Implementation::Fused))
    }

    /// The same model, computed in another way.
    #[must_use]
    pub fn implemented(mut self, implementation: Implementation) -> Self {
        self.fused = match implementation {
            Implementation::Composed => None,
            Implementation::Fused => Fused::of(&self.config, self.norm, &self.groups),
        };
        self
    }

    /// Lets passes be given up between two layers. What training has changed by then are running statistics alone.
    pub fn interrupted_by(&mut self, interrupt: Interrupt) {
        self.interrupt = Some(interrupt);
    }

    /// Whether somebody asked for that.
    pub fn is_interrupted(&self) -> bool {
        self.interrupt.as_ref().is_some_and(Interrupt::is_asked)
    }

    /// One forward pass that computes every hidden state. An empty batch is an error.
    pub fn forward(&mut self, batch: &Batch, pass: Pass<'_>) -> Result<Output> {
        self.pass(batch, pass, Read::Every)
    }

    /// The logits alone, \[B, C\]: the last layer computes the first token of each sequence and no other.
    pub fn logits(&mut self, batch: &Batch, pass: Pass<'_>) -> Result<Tensor> {
        Ok(self.pass(batch, pass, Read::First)?.logits)
    }

    /// `read` of the last layer's output.
    fn pass(&mut self, batch: &Batch, pass: Pass<'_>, read: Read) -> Result<Output> {
        let (training, masks) = match pass {
            Pass::Train(masks) => (true, Some(masks)),
            Pass::Evaluate(masks) => (false, masks),
        };
        if batch.is_empty() {
            bail!("a batch of no sequences")
        }
        let Self { config, norm, groups, running, fused, interrupt } = self;
        let context = Context { batch, rectangle: Rectangle::new(batch)?, masks, training };
        let (first, rest) = running.split_at_mut(1);
        let mut hidden = vec![match fused {
            Some(fused) => fused.embeddings(&groups[0], &context, &mut first[0])?,
            None => Embeddings::load(groups[0].views(training), *norm, config)?.forward(&context, &mut first[0])?,
        }];
        // what the newest hidden states hold
        let mut held = Read::Every;
        let layers = groups[1..].iter().zip(rest.chunks_exact_mut(2)).enumerate();
        for (number, (group, running)) in layers {
            // batch norm takes its statistics over all tokens
            if number + 1 == config.num_hidden_layers && *norm != Norm::Batch {
                held = read;
            }
            if let Some(interrupt) = interrupt {
                interrupt.check()?;
            }
            let x = &hidden[number];
            let x = match fused {
                Some(fused) => fused.layer(x, number, held, group, &context, running, interrupt.as_ref())?,
                None => {
                    let layer = EncoderLayer::load(group.views(training), *norm, config)?;
                    layer.forward(x, number, held, &context, running)?
                }
            };
            hidden.push(x);
        }
        let head = Head::load(groups[groups.len() - 1].views(training))?;
        let last = &hidden[hidden.len() - 1];
        let first = if held == Read::Every { context.read(last, Read::First)? } else { last.clone() };
        let logits = head.forward(&first, &context)?;
        Ok(Output { hidden, logits })
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

    /// Takes the parameters of a file that [`Bert::to_safetensors`] wrote of such a model. Running statistics stay.
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
