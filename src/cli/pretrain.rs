//! `batchscope pretrain`: pre-trains a model on text or sentence pairs.

use super::exit::{BadInput, Exit};
use super::page::notify;
use crate::data::{Corpus, Masking, PairTokenizer, PretrainingInput, TokenPair, train_vocabulary};
use crate::domain::model::ModelConfig;
use crate::engine::{
    Blocks, PAIRS_AN_UPDATE, Pretraining, PretrainingEnd, PretrainingError, PretrainingFolder, PretrainingProgress,
    leave_soon, stop_signals,
};
use crate::resolve::cores;
use crate::train::PretrainingPlan;
use anyhow::{Context, Result};
use clap::Args;
use crossbeam_channel::bounded;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;
use std::path::PathBuf;

/// Progress reports buffered for drawing.
const BUFFERED: usize = 64;

#[derive(Clone, Debug, Args)]
pub struct PretrainArguments {
    /// A file, or a folder of files: text (.txt, one sentence per line, an empty line between documents) or tables (.tsv,
    /// .csv, .jsonl, .parquet) with columns sentence1 and sentence2, or sentence. Labels are ignored
    source: PathBuf,
    /// Folder for checkpoints; the model is written to its subfolder `model`
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
    /// Number of pairs to train on; the text is repeated as often as needed
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(64..))]
    pairs: u64,
    /// Peak learning rate, after a short warm-up; decays over the last fifth
    #[arg(long, value_name = "RATE", default_value_t = 1e-3)]
    learning_rate: f64,
    /// An uncased vocab.txt [default: trained on the text]
    #[arg(long, value_name = "FILE", conflicts_with = "vocabulary_size")]
    vocabulary: Option<PathBuf>,
    /// Approximate size of the trained vocabulary
    #[arg(long, value_name = "N", default_value_t = 8_000, value_parser = clap::value_parser!(u32).range(100..=200_000))]
    vocabulary_size: u32,
    /// Maximum number of tokens of a pair
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = clap::value_parser!(u32).range(5..=512))]
    max_length: u32,
    /// Encoder layers
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=48))]
    layers: u32,
    /// Hidden size; one attention head per 64
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(64..=2048))]
    hidden_size: u32,
    /// Masked language modelling only, on single sentences
    #[arg(long)]
    single_sentences: bool,
    /// Threads [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    workers: Option<u16>,
}

/// Size of a head, as in every BERT (Turc et al. 2019).
const HEAD_SIZE: u32 = 64;

pub fn pretrain(arguments: PretrainArguments) -> Result<Exit> {
    let bad = |error: &dyn std::fmt::Display| BadInput(error.to_string());
    if !(arguments.learning_rate > 0.0 && arguments.learning_rate.is_finite()) {
        return Err(
            BadInput(format!("--learning-rate is {}, expected a number above 0", arguments.learning_rate)).into()
        );
    }
    if !arguments.hidden_size.is_multiple_of(HEAD_SIZE) {
        let size = arguments.hidden_size;
        return Err(BadInput(format!("--hidden-size is {size}, expected a multiple of {HEAD_SIZE}")).into());
    }
    let stop = stop_signals(|| {}).context("cannot listen for signals")?.listen();
    let corpus = Corpus::read(&arguments.source).map_err(|error| bad(&error))?;
    let vocabulary = match &arguments.vocabulary {
        Some(path) => std::fs::read_to_string(path)
            .map_err(|error| BadInput(format!("cannot read {}: {error}", path.display())))?,
        None => {
            train_vocabulary(&corpus.sentences(), arguments.vocabulary_size as usize).map_err(|error| bad(&error))?
        }
    };
    let place =
        arguments.vocabulary.as_ref().map_or("the trained vocabulary".into(), |path| path.display().to_string());
    let tokenizer = PairTokenizer::from_vocabulary(&place, vocabulary.as_bytes(), true, arguments.max_length as usize)
        .map_err(|error| bad(&error))?;
    let masking = Masking::of(&tokenizer).map_err(|error| bad(&error))?;
    let pairs = corpus
        .pairs
        .iter()
        .map(|(first, second)| TokenPair::encode(&tokenizer, first, second))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| bad(&error))?;
    let input = if arguments.single_sentences { PretrainingInput::SingleSentences } else { PretrainingInput::Pairs };
    let found = pairs.len();
    let blocks = Blocks::of(pairs, input).ok_or_else(|| {
        let source = arguments.source.display();
        BadInput(format!(
            "{source} contains {found} sentence pairs; one update needs {PAIRS_AN_UPDATE}, and many updates are needed"
        ))
    })?;
    notify(&format!(
        "{found} sentence pairs, {} word pieces; training on {} pairs, {:.1} times the text",
        tokenizer.vocabulary_size(),
        arguments.pairs,
        arguments.pairs as f64 / found as f64,
    ));
    let cores = cores();
    let pretraining = Pretraining {
        folder: PretrainingFolder { path: arguments.output.clone() },
        config: ModelConfig {
            hidden_size: arguments.hidden_size as usize,
            num_hidden_layers: arguments.layers as usize,
            num_attention_heads: (arguments.hidden_size / HEAD_SIZE) as usize,
            intermediate_size: 4 * arguments.hidden_size as usize,
            ..ModelConfig::bert_mini(tokenizer.vocabulary_size())
        },
        plan: PretrainingPlan {
            updates: arguments.pairs.div_ceil(PAIRS_AN_UPDATE as u64),
            learning_rate: arguments.learning_rate,
            reading: reading(&corpus, &vocabulary, input, &arguments),
        },
        vocabulary,
        workers: arguments.workers.map_or(cores, usize::from),
    };
    // a terminal that is not read must delay neither the next checkpoint nor the exit
    let (progress, received) = bounded::<PretrainingProgress>(BUFFERED);
    let bar = std::thread::spawn(move || {
        let mut bar = PretrainingBar::default();
        received.iter().for_each(|progress| bar.draw(progress));
        bar.clear();
    });
    let ended = pretraining.run(blocks, masking, &stop, &mut |report| {
        let _ = progress.try_send(report);
    });
    if matches!(ended, Ok(PretrainingEnd::Stopped(_))) {
        leave_soon();
    }
    drop(progress);
    let _ = bar.join();
    match ended {
        Ok(PretrainingEnd::Finished(folder)) => {
            notify(&format!("fine-tune it: batchscope --set model.source={}", folder.display()));
            writeln!(std::io::stdout(), "{}", folder.display()).context("cannot write to standard output")?;
            Ok(Exit::Done)
        }
        Ok(PretrainingEnd::Stopped(done)) => {
            notify(&format!("stopped after {done} updates; rerun the same command to resume"));
            Ok(Exit::Interrupted)
        }
        Err(error @ (PretrainingError::AnotherPlan { .. } | PretrainingError::Content { .. })) => {
            Err(BadInput(error.to_string()).into())
        }
        Err(error) => Err(error).context("pre-training stopped"),
    }
}

/// Identifies the text and how it is read.
fn reading(corpus: &Corpus, vocabulary: &str, input: PretrainingInput, arguments: &PretrainArguments) -> String {
    let PretrainArguments { max_length, layers, hidden_size, .. } = arguments;
    let pieces = Corpus { pairs: vec![(vocabulary.to_owned(), String::new())] }.digest();
    let text = corpus.digest();
    format!("{layers} x {hidden_size} on {text}, pieces {pieces}, {input:?}, at most {max_length} tokens")
}

/// Progress of pre-training: a bar on a terminal, otherwise a line every few seconds.
pub struct PretrainingBar {
    bar: ProgressBar,
    /// updates done before this process began
    first: Option<u64>,
}

impl Default for PretrainingBar {
    fn default() -> Self {
        let bar = ProgressBar::new(1);
        if let Ok(style) = ProgressStyle::with_template("{bar:12.cyan} {percent:>3} %  {eta} left  {wide_msg}") {
            bar.set_style(style);
        }
        Self { bar, first: None }
    }
}

impl PretrainingBar {
    pub fn draw(&mut self, progress: PretrainingProgress) {
        let PretrainingProgress { done, updates, tally } = progress;
        if self.first.is_none() {
            self.first = Some(done);
            self.bar.set_length(updates);
            // updates of earlier processes do not count for the speed
            self.bar.set_position(done);
            self.bar.reset_eta();
        }
        self.bar.set_position(done);
        let Some(tally) = tally else { return };
        let words = format!("masked tokens: {:.1} % correct", 100.0 * tally.words.accuracy());
        let pairs = format!("next sentence: {:.1} % correct", 100.0 * tally.pairs.accuracy());
        let summary = if tally.pairs.count > 0 { format!("{words}, {pairs}") } else { words };
        self.bar.set_message(summary.clone());
        if self.bar.is_hidden() {
            let read = done * PAIRS_AN_UPDATE as u64;
            notify(&format!("{read} of {} pairs; {summary}", updates * PAIRS_AN_UPDATE as u64));
        }
    }

    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
