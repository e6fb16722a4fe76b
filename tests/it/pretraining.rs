//! Pre-training: the same bits for any interruptions and threads, and the fine-tuning pairs are not read.

#[path = "../../examples/pretrain_demo/reading.rs"]
mod reading;

use crate::corpus::made as corpus;
use crate::support::{World, batch_of, fixture, no_dropout, pairs, tiny_config};
use batchscope::data::{Masked, Masking, PairTokenizer, PretrainingInput, TokenPair};
use batchscope::engine::{Blocks, Pretrainer, Pretraining, PretrainingEnd, PretrainingFolder};
use batchscope::model::Bert;
use batchscope::train::{PretrainingPlan, Snapshot, pretraining_pass};
use crossbeam_channel::bounded;
use reading::{READ, Reader};
use std::fs;
use std::path::Path;

/// Batches of pairs in which the second word of each sequence is to be guessed.
fn batches() -> Vec<Masked> {
    [&[6, 4][..], &[5], &[7, 3], &[4, 4]]
        .map(|lengths| {
            let batch = batch_of(lengths);
            let places: Vec<u32> = batch.sequences().map(|tokens| tokens.start as u32 + 1).collect();
            let words = places.iter().map(|place| batch.tokens[*place as usize]).collect();
            Masked { batch, places, words }
        })
        .into()
}

fn pretrainer(workers: usize) -> Pretrainer {
    Pretrainer::new(&tiny_config(), 1, 0.01, 1.0, workers).unwrap()
}

#[test]
fn the_number_of_threads_does_not_affect_the_result() {
    let trained = |workers: usize| {
        let mut pretrainer = pretrainer(workers);
        let tallies: Vec<_> = (0..3).map(|_| pretrainer.update(&batches(), 1e-2).unwrap()).collect();
        (tallies, pretrainer.snapshot().unwrap().to_bytes().unwrap())
    };
    let alone = trained(1);
    assert_eq!(trained(2), alone);
    assert_eq!(trained(3), alone);
}

#[test]
fn going_on_from_a_snapshot_gives_the_same_bits() {
    let mut whole = pretrainer(2);
    for _ in 0..4 {
        whole.update(&batches(), 1e-2).unwrap();
    }
    let mut first = pretrainer(2);
    for _ in 0..2 {
        first.update(&batches(), 1e-2).unwrap();
    }
    let bytes = first.snapshot().unwrap().to_bytes().unwrap();
    let mut second = pretrainer(2);
    second.restore(Snapshot::from_bytes(&bytes).unwrap()).unwrap();
    for _ in 0..2 {
        second.update(&batches(), 1e-2).unwrap();
    }
    assert_eq!(second.snapshot().unwrap(), whole.snapshot().unwrap());
}

#[test]
fn masked_tokens_and_next_sentences_are_learned() {
    let mut pretrainer = pretrainer(1);
    let first = pretrainer.update(&batches(), 1e-2).unwrap();
    assert!((first.words.mean_loss() - 40f64.ln()).abs() < 0.5, "{first:?}: nothing is known yet of 40 words");
    for _ in 0..60 {
        pretrainer.update(&batches(), 1e-2).unwrap();
    }
    let last = pretrainer.update(&batches(), 1e-2).unwrap();
    assert_eq!((last.words.accuracy(), last.pairs.accuracy()), (1.0, 1.0), "{last:?}");
}

#[test]
fn every_parameter_of_pre_training_gets_a_gradient() {
    let mut model = Bert::for_pretraining(&tiny_config(), 1).unwrap();
    pretraining_pass(&mut model, &batches()[0], &no_dropout()).unwrap();
    for group in &model.groups {
        let gradient = group.gradient();
        for view in group.layout().views() {
            // a bias that all scores of a query share changes no probability
            let zero = view.name.ends_with("key.bias");
            let found = gradient[view.range()].iter().any(|value| value.abs() > 1e-7);
            assert!(found != zero, "{}: gradient {}", view.name, if found { "found" } else { "missing" });
        }
    }
}

fn reader(input: PretrainingInput) -> Reader {
    let vocabulary = include_bytes!("../../data/demo/vocab.txt");
    let tokenizer = PairTokenizer::from_vocabulary("vocab.txt", vocabulary, true, 512).unwrap();
    Reader { tokenizer, reserved: corpus::sentences(), input, draws: 1 }
}

#[test]
fn no_sentence_of_the_task_is_read_in_pre_training() {
    let (reader, reserved) = (reader(PretrainingInput::Pairs), corpus::sentences());
    assert_eq!(reserved.len(), 2 * (830 + 300));
    for draw in [0, 1, 7_000] {
        let sentences = reader.draw(draw);
        assert_eq!(sentences.len(), READ);
        assert!(sentences.iter().all(|(first, second)| !reserved.contains(first) && !reserved.contains(second)));
    }
    assert_ne!(reader.draw(0), reader.draw(1));
}

#[test]
fn half_of_the_pairs_that_are_read_belong_together() {
    let batches = reader(PretrainingInput::Pairs).batches(3, 32).unwrap();
    assert_eq!(batches, reader(PretrainingInput::Pairs).batches(3, 32).unwrap());
    assert_eq!(batches.len(), READ / 32);
    let (mut single, mut belong, mut others) = (0, 0, 0);
    for batch in &batches {
        for (tokens, label) in batch.sequences().zip(&batch.labels) {
            match (batch.token_types[tokens].last(), label) {
                (Some(0), _) => single += 1,
                (_, 0) => belong += 1,
                _ => others += 1,
            }
        }
    }
    assert_eq!((single, belong, others), (2 * 72, 284, 284));
    let alone = reader(PretrainingInput::SingleSentences).batches(3, 32).unwrap();
    assert!(alone.iter().all(|batch| batch.len() == 64 && batch.token_types.iter().all(|kind| *kind == 0)));
}

/// Pre-trains a tiny model on made-up words in this folder, and is asked to stop when so many updates are done.
fn pretrain(folder: &Path, stop_at: Option<u64>) -> PretrainingEnd {
    let vocabulary: String = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        .map(String::from)
        .into_iter()
        .chain((5..40).map(|number| format!("w{number}")))
        .collect::<Vec<_>>()
        .join("\n");
    let tokenizer = PairTokenizer::from_vocabulary("vocab.txt", vocabulary.as_bytes(), true, 32).unwrap();
    let sentence = |number: usize| format!("w{} w{} w{}", 5 + number % 35, 5 + number % 31, 5 + number % 29);
    let pairs = (0..150).map(|number| TokenPair::encode(&tokenizer, &sentence(number), &sentence(number + 7)).unwrap());
    let pretraining = Pretraining {
        folder: PretrainingFolder { path: folder.to_owned() },
        config: tiny_config(),
        vocabulary,
        plan: PretrainingPlan { updates: 7, learning_rate: 1e-3, reading: "made-up words".into() },
        workers: 2,
    };
    let (ask, stop) = bounded(1);
    let blocks = Blocks::of(pairs.collect(), PretrainingInput::Pairs).unwrap();
    assert_eq!(blocks.updates, 2, "of 150 pairs 128 are read, then others");
    let mut tell = |progress: batchscope::engine::PretrainingProgress| {
        if Some(progress.done) == stop_at {
            let _ = ask.try_send(());
        }
    };
    pretraining.run(blocks, Masking::of(&tokenizer).unwrap(), &stop, &mut tell).unwrap()
}

#[test]
fn a_resumed_pre_training_gives_the_same_model() {
    let (whole, cut) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert_eq!(pretrain(whole.path(), None), PretrainingEnd::Finished(whole.path().join("model")));
    assert_eq!(pretrain(cut.path(), Some(3)), PretrainingEnd::Stopped(3));
    assert!(!cut.path().join("model").exists());
    assert_eq!(pretrain(cut.path(), None), PretrainingEnd::Finished(cut.path().join("model")));
    for name in ["model.safetensors", "config.json", "vocab.txt"] {
        let read = |folder: &Path| fs::read(folder.join("model").join(name)).unwrap();
        assert_eq!(read(whole.path()), read(cut.path()), "{name}");
    }
}

#[test]
fn a_start_of_ones_own_can_be_fine_tuned() {
    let world = World::new();
    let (text, start) = (world.path("text"), world.path("start"));
    fs::create_dir(&text).unwrap();
    fs::write(text.join("pairs.tsv"), pairs(200, 3)).unwrap();
    let pretrain = |more: &[&str]| {
        let folders = [text.to_str().unwrap(), "--output", start.to_str().unwrap()];
        let size = ["--layers", "1", "--hidden-size", "64", "--vocabulary-size", "150", "--pairs", "320"];
        world.anything(&[&["pretrain"], &folders[..], &size, more].concat())
    };
    let finished = pretrain(&[]).expect(0);
    assert_eq!(finished.out.trim(), start.join("model").to_str().unwrap());
    assert!(finished.err.contains("320 of 320 pairs; masked tokens"), "{}", finished.err);
    let again = pretrain(&["--learning-rate", "1e-2"]).expect(2).err;
    assert!(again.contains("holds 5 updates of another pre-training"), "{again}");
    world.run(&["--set", &format!("model.source={}", start.join("model").display())]).expect(0);
    let few = ["pretrain", fixture("golden").to_str().unwrap(), "--output", "nowhere"].map(str::to_owned);
    let refused = world.anything(&few.each_ref().map(String::as_str)).expect(2).err;
    assert!(refused.contains("golden contains no sentences; expected text files (.txt)"), "{refused}");
}
