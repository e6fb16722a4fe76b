//! Pre-trains the embedded model: `cargo run --release --example pretrain_demo -- --folder pretraining`. Stopped, by
//! Ctrl-C or otherwise, the same command goes on; at the end the model lies in `pretraining/model`. data/README.md
//! tells what is learned and what came of it. `batchscope pretrain` does the same with text of one's own.

#[path = "../make_demo_corpus/corpus/mod.rs"]
mod corpus;

mod reading;

use anyhow::{Context, Result};
use batchscope::cli::PretrainingBar;
use batchscope::data::{Masking, PairTokenizer, PretrainingInput};
use batchscope::domain::model::ModelConfig;
use batchscope::engine::{
    BATCH_SIZE, Blocks, PAIRS_AN_UPDATE, Pretraining, PretrainingEnd, PretrainingFolder, stop_signals,
};
use batchscope::train::PretrainingPlan;
use clap::Parser;
use reading::Reader;
use std::path::PathBuf;
use std::process::ExitCode;

/// Draws that second sentences are searched in.
const DRAWS_IN_BLOCK: u64 = 48;
/// Batches that `--show` prints.
const SHOWN: usize = 4;

/// Pre-trains the embedded model.
#[derive(Parser)]
struct Arguments {
    /// where checkpoints are kept
    #[arg(long)]
    folder: PathBuf,
    /// pairs to read in all
    #[arg(long, default_value_t = PAIRS)]
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

/// Those that the embedded model has read.
const PAIRS: u64 = 480_000;

fn main() -> Result<ExitCode> {
    for variable in ["RAYON_NUM_THREADS", "CANDLE_NUM_THREADS"] {
        // SAFETY: the first statement of main: no other thread exists that could read the environment meanwhile.
        #[expect(unsafe_code, reason = "candle and gemm read the environment alone")]
        unsafe {
            std::env::set_var(variable, "1");
        }
    }
    // others come first; training is right without it
    #[cfg(unix)]
    let _ = rustix::process::nice(19);
    pretrain(Arguments::parse())
}

fn pretrain(arguments: Arguments) -> Result<ExitCode> {
    let files = corpus::files();
    let vocabulary = files.iter().find(|(name, _)| *name == "vocab.txt").map_or("", |(_, text)| text);
    let tokenizer = PairTokenizer::from_vocabulary("vocab.txt", vocabulary.as_bytes(), true, 512)?;
    let (masking, config) = (Masking::of(&tokenizer)?, ModelConfig::bert_mini(tokenizer.vocabulary_size()));
    let (input, reading) = match arguments.single_sentences {
        true => (PretrainingInput::SingleSentences, "single sentences"),
        false => (PretrainingInput::Pairs, "events told twice"),
    };
    let reader = Reader { tokenizer, reserved: corpus::sentences(), input, draws: DRAWS_IN_BLOCK };
    if arguments.show {
        return show(&reader, vocabulary);
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let pretraining = Pretraining {
        folder: PretrainingFolder { path: arguments.folder },
        config,
        vocabulary: vocabulary.to_owned(),
        plan: PretrainingPlan {
            updates: arguments.pairs.div_ceil(PAIRS_AN_UPDATE as u64),
            learning_rate: arguments.learning_rate,
            reading: reading.into(),
        },
        workers: arguments.workers.unwrap_or(cores),
    };
    if arguments.export {
        println!("{}", pretraining.export()?.display());
        return Ok(ExitCode::SUCCESS);
    }
    let blocks = Blocks {
        updates: (reader.block() / PAIRS_AN_UPDATE) as u64,
        read: Box::new(move |number| reader.batches(number, BATCH_SIZE)),
    };
    let stop = stop_signals(|| {}).context("cannot watch for signals")?.listen();
    let mut bar = PretrainingBar::default();
    match pretraining.run(blocks, masking, &stop, &mut |progress| bar.draw(progress))? {
        PretrainingEnd::Finished(folder) => {
            println!("{}", folder.display());
            Ok(ExitCode::SUCCESS)
        }
        PretrainingEnd::Stopped(done) => {
            eprintln!("stopped at update {done}; the same command goes on from here");
            Ok(ExitCode::from(130))
        }
    }
}

/// The first sequences as text, each behind the answer of the pair objective.
fn show(reader: &Reader, vocabulary: &str) -> Result<ExitCode> {
    let words: Vec<&str> = vocabulary.lines().collect();
    for batch in reader.batches(0, BATCH_SIZE)?.iter().take(SHOWN) {
        for (tokens, label) in batch.sequences().zip(&batch.labels) {
            let tokens = batch.tokens[tokens].iter();
            let text: Vec<&str> = tokens.map(|token| words.get(*token as usize).copied().unwrap_or("?")).collect();
            println!("{label} {}", text.join(" "));
        }
    }
    Ok(ExitCode::SUCCESS)
}
