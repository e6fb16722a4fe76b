//! What a checkpoint costs: bringing rows of the word table up to date, then writing, hashing and syncing everything that a
//! run resumes from.
//!
//! `cargo bench --bench checkpoint [FOLDER]` writes below the folder, else below the current one: the disk matters.

use batchscope::data::{Examples, PairTokenizer, WordRows, gather, read_embedded};
use batchscope::domain::choice::Norm;
use batchscope::domain::model::ModelConfig;
use batchscope::domain::run::DropoutRates;
use batchscope::model::{Bert, Masks, Weights};
use batchscope::resolve::{Sources, prepare};
use batchscope::spec_file::{parse, preset};
use batchscope::store::{BeatWatch, Claim, ClaimedAttempt, Owner, RunFolder, Store};
use batchscope::train::Learner;
use std::path::Path;
use std::time::{Duration, Instant};

const ROUNDS: usize = 15;

fn main() {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_else(|| ".".into());
    let vocabulary = include_bytes!("../data/demo/vocab.txt");
    let tokenizer = PairTokenizer::from_vocabulary("vocab.txt", vocabulary, true, 64).unwrap();
    let mut examples = Examples::encode(&read_embedded().unwrap().train, &tokenizer).unwrap();
    let rows = WordRows::used_by(&[&examples]);
    rows.renumber(&mut examples);
    let store = tempfile::tempdir_in(folder).unwrap();
    let (run, attempt) = claimed(store.path());
    // MRPC uses 11,563 words of BERT's 30,522
    for (name, vocab_size) in
        [("BERT-mini, the words of the demo", 0), ("BERT-mini, as many words as MRPC has", 11_563)]
    {
        let config = ModelConfig::bert_mini(vocab_size.max(tokenizer.vocabulary_size()));
        let words: Vec<u32> = match vocab_size {
            0 => rows.words().to_vec(),
            count => (0..count as u32).collect(),
        };
        let weights = Weights::random(&config, 0);
        let model = Bert::new(&config, Norm::Layer, &weights, &words, 2, 0, 0).unwrap();
        let mut learner = Learner::new(model, 0.01);
        let rates = DropoutRates { hidden: 0.1, attention: 0.1, classifier: 0.1 };
        let masks = Masks::new(rates, 0, 0, 0);
        let (mut taken, mut written, mut bytes) = (Vec::new(), Vec::new(), 0);
        for round in 0..ROUNDS as u32 {
            // rows fall behind by as much as between two checkpoints of a second of training
            for step in 0..20 {
                let numbers: Vec<u32> = (0..8).map(|number| (round * 160 + step * 8 + number) % 300).collect();
                learner.step(&gather(&examples, &numbers), &masks, 1e-4, 1.0).unwrap();
            }
            let begun = Instant::now();
            let snapshot = learner.snapshot().unwrap();
            taken.push(begun.elapsed());
            let staged = attempt.stage_checkpoint(snapshot.step, |file| snapshot.write(file)).unwrap();
            attempt.commit_checkpoint(&run, staged).unwrap();
            written.push(begun.elapsed());
            bytes = run.bytes();
        }
        println!(
            "{name}: {:.1} MB, {:.1} ms in memory, {:.1} ms with the disk (medians of {ROUNDS})",
            bytes as f64 / 1e6,
            median(taken),
            median(written)
        );
    }
}

/// An attempt at some run.
fn claimed(store: &Path) -> (RunFolder, ClaimedAttempt) {
    let prepared = prepare(parse("demo", preset("demo").unwrap(), &[]).unwrap(), &Sources::cached()).unwrap();
    let planned = prepared.plan().runs(&prepared.spec.arms[0]).unwrap().remove(0);
    let run = Store::open(store).unwrap().run(&planned.id);
    run.create(&planned.spec).unwrap();
    match run.claim(&Owner::this_process(), &mut BeatWatch::default(), false).unwrap() {
        Claim::Mine(attempt) => (run, attempt),
        other => panic!("not mine: {other:?}"),
    }
}

/// Milliseconds.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e3
}
