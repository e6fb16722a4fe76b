//! Pre-training: the same bits however it is cut and spread, and nothing of the fine-tuning pairs is read.

#[path = "../../examples/pretrain_demo/reading.rs"]
mod reading;
#[path = "../../examples/pretrain_demo/search.rs"]
mod search;

use crate::corpus::made as corpus;
use crate::support::{batch_of, no_dropout, tiny_config};
use batchscope::data::{Columns, Format, Masked, PairTokenizer};
use batchscope::engine::Pretrainer;
use batchscope::model::Bert;
use batchscope::train::{Snapshot, pretraining_pass};
use reading::{Diet, READ, Reader};
use std::collections::BTreeSet;

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
fn the_number_of_threads_leaves_no_trace() {
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
fn hidden_words_and_belonging_pairs_are_learned() {
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

fn reader(diet: Diet) -> Reader {
    let vocabulary = include_bytes!("../../data/demo/vocab.txt");
    let tokenizer = PairTokenizer::from_vocabulary("vocab.txt", vocabulary, true, 512).unwrap();
    Reader { tokenizer, reserved: reserved(), diet, draws: 1 }
}

/// Every sentence of the fine-tuning and validation pairs.
fn reserved() -> BTreeSet<String> {
    let tables = corpus::files().into_iter().filter(|(name, _)| name.ends_with(".tsv"));
    let pairs = tables
        .flat_map(|(name, table)| Columns::default().read(name, Format::Tsv, table.as_bytes(), None).unwrap().examples);
    pairs.flat_map(|pair| [pair.first, pair.second.unwrap_or_default()]).collect()
}

#[test]
fn no_sentence_of_the_task_is_read_in_pre_training() {
    let (reader, reserved) = (reader(Diet::Pairs), reserved());
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
    let batches = reader(Diet::Pairs).batches(3, 32).unwrap();
    assert_eq!(batches, reader(Diet::Pairs).batches(3, 32).unwrap());
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
    assert_eq!((single, belong, others), (2 * 114, 456, 454));
    let alone = reader(Diet::SingleSentences).batches(3, 32).unwrap();
    assert!(alone.iter().all(|batch| batch.len() == 64 && batch.token_types.iter().all(|kind| *kind == 0)));
}
