//! Pre-trains the embedded model: `cargo run --release --example pretrain_demo -- --folder pretraining`. Stopped, by
//! Ctrl-C or otherwise, the same command goes on; at the end the model lies in `pretraining/model`. data/README.md
//! tells what is learned and what came of it. This file knows the plan and the terminal.

#[path = "../make_demo_corpus/corpus/mod.rs"]
mod corpus;

mod checkpoint;
mod plan;
mod reading;
mod search;

use anyhow::{Context, Result};
use batchscope::data::{Columns, Format, Masked, Masking, PairTokenizer};
use batchscope::domain::model::ModelConfig;
use batchscope::domain::random::{Key, Purpose};
use batchscope::engine::{Pretrainer, stop_signals};
use batchscope::train::PretrainingTally;
use clap::Parser;
use plan::Plan;
use reading::{Diet, Reader};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

/// Pairs of a batch, and batches of an update. Fixed, so that the number of threads leaves no trace.
const BATCH_SIZE: usize = 16;
const BATCHES: usize = 4;
/// Draws that second sentences are searched in.
const DRAWS_IN_BLOCK: u64 = 48;
const SEED: u32 = 0;
const WEIGHT_DECAY: f64 = 0.01;
const CLIP_NORM: f64 = 1.0;

const BETWEEN_CHECKPOINTS: Duration = Duration::from_secs(60);
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Pre-trains the embedded model.
#[derive(Parser)]
struct Arguments {
    /// where checkpoints are kept
    #[arg(long)]
    folder: PathBuf,
    /// pairs to read in all
    #[arg(long, default_value_t = 1_000_000)]
    pairs: u64,
    /// the peak
    #[arg(long, default_value_t = 1e-3)]
    learning_rate: f64,
    /// a control: the same sentences one by one
    #[arg(long)]
    single_sentences: bool,
    /// threads; as many as cores when not given
    #[arg(long)]
    workers: Option<usize>,
    /// write the model as it is by the newest checkpoint, and leave
    #[arg(long)]
    export: bool,
    /// print what would be read first, and leave
    #[arg(long)]
    show: bool,
}

fn main() -> Result<ExitCode> {
    for variable in ["RAYON_NUM_THREADS", "CANDLE_NUM_THREADS"] {
        // SAFETY: the first statement of main: no other thread exists that could read the environment meanwhile.
        unsafe { std::env::set_var(variable, "1") };
    }
    // others come first; training is right without it
    #[cfg(unix)]
    let _ = rustix::process::nice(19);
    pretrain(&Arguments::parse())
}

fn pretrain(arguments: &Arguments) -> Result<ExitCode> {
    let files = corpus::files();
    let vocabulary = files.iter().find(|(name, _)| *name == "vocab.txt").map_or("", |(_, text)| text);
    let tokenizer = || PairTokenizer::from_vocabulary("vocab.txt", vocabulary.as_bytes(), true, 512);
    let masking = Masking::of(&tokenizer()?)?;
    let mut reserved = std::collections::BTreeSet::new();
    for (name, table) in files.iter().filter(|(name, _)| name.ends_with(".tsv")) {
        let set = Columns::default().read(name, Format::Tsv, table.as_bytes(), None)?;
        reserved.extend(set.examples.into_iter().flat_map(|pair| [pair.first, pair.second.unwrap_or_default()]));
    }
    let diet = if arguments.single_sentences { Diet::SingleSentences } else { Diet::Pairs };
    let config = ModelConfig::bert_mini(tokenizer()?.vocabulary_size());
    let reader = Reader { tokenizer: tokenizer()?, reserved, diet, draws: DRAWS_IN_BLOCK };

    if arguments.show {
        return show(&reader, vocabulary);
    }
    let plan = Plan {
        updates: arguments.pairs.div_ceil((BATCHES * BATCH_SIZE) as u64),
        learning_rate: arguments.learning_rate,
        single_sentences: arguments.single_sentences,
    };
    let updates = plan.updates;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = arguments.workers.unwrap_or(cores).clamp(1, BATCHES);
    let mut pretrainer = Pretrainer::new(&config, SEED, WEIGHT_DECAY, CLIP_NORM, workers)?;
    if let Some(snapshot) = checkpoint::resume(&arguments.folder, &plan)? {
        pretrainer.restore(snapshot)?;
    }
    let export = |pretrainer: &Pretrainer| -> Result<ExitCode> {
        let folder = arguments.folder.join("model");
        checkpoint::export(&folder, pretrainer.model(), vocabulary)?;
        println!("{}", folder.display());
        Ok(ExitCode::SUCCESS)
    };
    if arguments.export {
        return export(&pretrainer);
    }
    eprintln!("{workers} threads, update {} of {updates}", pretrainer.steps());

    let stop = stop_signals(|| {}).context("cannot watch for signals")?.listen();
    let batches = read_ahead(reader, masking, pretrainer.steps(), updates);
    let mut progress = Progress::new(updates);
    let mut saved = Instant::now();
    while pretrainer.steps() < updates {
        let batches = batches.recv().context("the reader ended early")??;
        let tally = pretrainer.update(&batches, plan.rate(pretrainer.steps()))?;
        progress.add(tally, pretrainer.steps());
        let stopped = stop.try_recv().is_ok();
        if stopped || saved.elapsed() >= BETWEEN_CHECKPOINTS || pretrainer.steps() == updates {
            checkpoint::save(&arguments.folder, &pretrainer.snapshot()?)?;
            saved = Instant::now();
        }
        if stopped {
            eprintln!("stopped at update {}; the same command goes on from here", pretrainer.steps());
            return Ok(ExitCode::from(130));
        }
    }
    export(&pretrainer)
}

/// The first sequences as text, each behind the answer of the pair objective.
fn show(reader: &Reader, vocabulary: &str) -> Result<ExitCode> {
    let words: Vec<&str> = vocabulary.lines().collect();
    for batch in reader.batches(0, BATCH_SIZE)?.iter().take(BATCHES) {
        for (tokens, label) in batch.sequences().zip(&batch.labels) {
            let tokens = batch.tokens[tokens].iter();
            let text: Vec<&str> = tokens.map(|token| words.get(*token as usize).copied().unwrap_or("?")).collect();
            println!("{label} {}", text.join(" "));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A thread that draws and masks the batches of the next updates while this one is computed.
fn read_ahead(reader: Reader, masking: Masking, first: u64, end: u64) -> Receiver<Result<Vec<Masked>>> {
    let updates_in_block = (reader.block() / (BATCHES * BATCH_SIZE)) as u64;
    let key = Key::new(SEED.into(), Purpose::Masking);
    let (sender, receiver) = sync_channel(updates_in_block as usize);
    std::thread::spawn(move || {
        for block in first / updates_in_block..end.div_ceil(updates_in_block) {
            let skipped = first.saturating_sub(block * updates_in_block) as usize;
            let batches = match reader.batches(block, BATCH_SIZE) {
                Ok(batches) => batches,
                Err(error) => return drop(sender.send(Err(error.into()))),
            };
            for batches in batches.chunks_exact(BATCHES).skip(skipped) {
                let masked = batches.iter().map(|batch| masking.hide(batch.clone(), key)).collect();
                if sender.send(Ok(masked)).is_err() {
                    return; // nobody reads any more
                }
            }
        }
    });
    receiver
}

/// Says now and then how it goes.
struct Progress {
    updates: u64,
    /// since the last line
    tally: PretrainingTally,
    done: u64,
    since: Instant,
}

impl Progress {
    fn new(updates: u64) -> Self {
        Self { updates, tally: PretrainingTally::default(), done: 0, since: Instant::now() }
    }

    fn add(&mut self, tally: PretrainingTally, step: u64) {
        self.tally.add(tally);
        self.done += 1;
        let elapsed = self.since.elapsed();
        if elapsed < BETWEEN_LINES && step < self.updates {
            return;
        }
        let PretrainingTally { words, pairs } = self.tally;
        let pairs_an_update = (BATCHES * BATCH_SIZE) as u64;
        let a_second = self.done as f64 / elapsed.as_secs_f64();
        eprintln!(
            "{:>8} of {} pairs, {:.0}/s, {:.0} min left; hidden words: loss {:.3}, right {:.3}; belonging: loss {:.3}, right {:.3}",
            step * pairs_an_update,
            self.updates * pairs_an_update,
            a_second * pairs_an_update as f64,
            (self.updates - step) as f64 / a_second / 60.0,
            words.mean_loss(),
            words.accuracy(),
            pairs.mean_loss(),
            pairs.accuracy(),
        );
        *self = Self::new(self.updates);
    }
}
