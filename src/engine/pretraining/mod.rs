//! Pre-training, from the first update to the folder of the finished model. It can be stopped at any time and resumes from
//! its checkpoint; neither interruptions nor the number of threads affect the result. It is independent of the source of the
//! text and of the front.

mod blocks;
mod folder;
mod pretrainer;

pub use blocks::Blocks;
pub use folder::PretrainingFolder;
pub use pretrainer::Pretrainer;

use crate::data::{DataError, Masked, Masking};
use crate::domain::model::ModelConfig;
use crate::domain::random::{Key, Purpose};
use crate::export::PretrainedFolder;
use crate::train::{PretrainingPlan, PretrainingTally, TrainError};
use crossbeam_channel::{Receiver, bounded};
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Pairs of a batch, and batches of an update. Fixed, so that the number of threads does not affect the result.
pub const BATCH_SIZE: usize = 16;
const BATCHES: usize = 4;
/// Pairs of an update.
pub const PAIRS_AN_UPDATE: usize = BATCHES * BATCH_SIZE;

const SEED: u32 = 0;
const WEIGHT_DECAY: f64 = 0.01;
const CLIP_NORM: f64 = 1.0;

const BETWEEN_CHECKPOINTS: Duration = Duration::from_mins(1);
/// Losses are reported as means over this time.
const BETWEEN_NEWS: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub enum PretrainingError {
    #[error("cannot {doing} {path}: {cause}")]
    Files { doing: &'static str, path: PathBuf, cause: io::Error },
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error("{path} is not a checkpoint or plan of a pre-training: {message}; remove it, or name another folder")]
    Content { path: PathBuf, message: String },
    #[error("{folder} holds {done} updates of another pre-training (other text, rate or length); name another folder")]
    AnotherPlan { folder: PathBuf, done: u64 },
    #[error("the thread that reads ahead ended early")]
    Reader,
}

/// Everything that determines a pre-trained model, and where it is made.
pub struct Pretraining {
    pub folder: PretrainingFolder,
    pub config: ModelConfig,
    /// lines of `vocab.txt`
    pub vocabulary: String,
    pub plan: PretrainingPlan,
    pub workers: usize,
}

/// Progress of a pre-training.
#[derive(Clone, Copy, Debug)]
pub struct PretrainingProgress {
    /// updates done
    pub done: u64,
    /// updates in all
    pub updates: u64,
    /// since the last report; empty until the next one is due
    pub tally: Option<PretrainingTally>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PretrainingEnd {
    /// finished; the model is in this folder
    Finished(PathBuf),
    /// stopped after this many updates; the same call resumes
    Stopped(u64),
}

impl Pretraining {
    /// Resumes from the folder's checkpoint, if there is one.
    pub fn run(
        &self,
        blocks: Blocks,
        masking: Masking,
        stop: &Receiver<()>,
        tell: &mut dyn FnMut(PretrainingProgress),
    ) -> Result<PretrainingEnd, PretrainingError> {
        let updates = self.plan.updates;
        let mut pretrainer = self.resumed()?;
        let batches = read_ahead(blocks, masking, pretrainer.steps(), updates);
        let (mut told, mut saved) = (Instant::now(), Instant::now());
        let mut tally = PretrainingTally::default();
        tell(PretrainingProgress { done: pretrainer.steps(), updates, tally: None });
        while pretrainer.steps() < updates {
            let batches = batches.recv().map_err(|_| PretrainingError::Reader)??;
            tally.add(pretrainer.update(&batches, self.plan.rate(pretrainer.steps()))?);
            let done = pretrainer.steps();
            let news = told.elapsed() >= BETWEEN_NEWS || done == updates;
            tell(PretrainingProgress { done, updates, tally: news.then_some(tally) });
            if news {
                (told, tally) = (Instant::now(), PretrainingTally::default());
            }
            let stopped = stop.try_recv().is_ok();
            if stopped || saved.elapsed() >= BETWEEN_CHECKPOINTS || done == updates {
                self.folder.save(&pretrainer.snapshot()?)?;
                saved = Instant::now();
            }
            if stopped && done < updates {
                return Ok(PretrainingEnd::Stopped(done));
            }
        }
        Ok(PretrainingEnd::Finished(self.write(&pretrainer)?))
    }

    /// Writes the model at its checkpoint.
    pub fn export(&self) -> Result<PathBuf, PretrainingError> {
        self.write(&self.resumed()?)
    }

    fn write(&self, pretrainer: &Pretrainer) -> Result<PathBuf, PretrainingError> {
        let model = pretrainer.model();
        let tensors = model.tensors().map_err(TrainError::from)?;
        self.folder.write(PretrainedFolder { config: model.config(), tensors, vocabulary: &self.vocabulary })
    }

    fn resumed(&self) -> Result<Pretrainer, PretrainingError> {
        let mut pretrainer = Pretrainer::new(&self.config, SEED, WEIGHT_DECAY, CLIP_NORM, self.workers)?;
        if let Some(snapshot) = self.folder.resume(&self.plan)? {
            pretrainer.restore(snapshot)?;
        }
        Ok(pretrainer)
    }
}

/// A thread that reads and masks the batches of the next updates while this one is computed.
fn read_ahead(blocks: Blocks, masking: Masking, first: u64, end: u64) -> Receiver<Result<Vec<Masked>, DataError>> {
    let key = Key::new(SEED.into(), Purpose::Masking);
    let (sender, receiver) = bounded(blocks.updates as usize);
    std::thread::spawn(move || {
        for block in first / blocks.updates..end.div_ceil(blocks.updates) {
            let skipped = first.saturating_sub(block * blocks.updates) as usize;
            let batches = match (blocks.read)(block) {
                Ok(batches) => batches,
                Err(error) => return drop(sender.send(Err(error))),
            };
            for batches in batches.chunks_exact(BATCHES).skip(skipped) {
                let masked = batches.iter().map(|batch| masking.mask(batch.clone(), key)).collect();
                if sender.send(Ok(masked)).is_err() {
                    return; // the receiver is gone
                }
            }
        }
    });
    receiver
}
