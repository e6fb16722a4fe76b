//! Reads the finished files back and says what is in them: counts, lengths, and how far one gets
//! on the validation pairs without understanding them. It sees only the text of the files; it
//! does not know how they were made.

use super::logistic::Logistic;
use super::wordpiece::{UNKNOWN, WordPiece, words};
use std::collections::BTreeSet;
use std::fmt::Write;

/// The longest pair that the corpus promises stays below this many word pieces.
const LENGTH_LIMIT: usize = 64;

struct Pair {
    same_meaning: bool,
    first: String,
    second: String,
}

/// The report on a training table, a validation table and a vocabulary.
pub fn report(training: &str, validation: &str, vocabulary: &str) -> String {
    let word_piece = WordPiece::new(vocabulary);
    let (training, validation) = (pairs(training), pairs(validation));
    let mut text = format!("vocabulary  {} pieces\n", word_piece.size());
    for (name, pairs) in [("training", &training), ("validation", &validation)] {
        let lengths = lengths(pairs, &word_piece);
        writeln!(
            text,
            "{name:<11} {} pairs, {:.1}% paraphrases, {:.2} tokens a pair on average, {} at most",
            pairs.len(),
            100.0 * share_of_positives(pairs),
            lengths.iter().sum::<usize>() as f64 / pairs.len() as f64,
            lengths.iter().max().expect("there are pairs"),
        )
        .expect("writing to a string cannot fail");
    }
    let majority = share_of_positives(&validation);
    let overlap = control(&training, &validation, overlap_features, 0.0);
    let lexicon: BTreeSet<String> = training.iter().flat_map(pooled_words).collect();
    let presence = |pair: &Pair| presence_features(&pooled_words(pair), &lexicon);
    let bag = control(&training, &validation, presence, 1.0);
    text += "accuracy on the validation pairs\n";
    for (name, accuracy) in [
        ("majority class", majority),
        ("word overlap, logistic regression", overlap),
        ("bag of words, logistic regression", bag),
    ] {
        text += &format!("  {name:<34} {accuracy:.3}\n");
    }
    text
}

fn pairs(table: &str) -> Vec<Pair> {
    let rows = table.lines().skip(1);
    rows.map(|row| {
        let columns: Vec<&str> = row.split('\t').collect();
        Pair { same_meaning: columns[0] == "1", first: columns[3].to_owned(), second: columns[4].to_owned() }
    })
    .collect()
}

fn share_of_positives(pairs: &[Pair]) -> f64 {
    pairs.iter().filter(|pair| pair.same_meaning).count() as f64 / pairs.len() as f64
}

/// The length of each pair as BERT reads it: `[CLS] first [SEP] second [SEP]`.
fn lengths(pairs: &[Pair], word_piece: &WordPiece) -> Vec<usize> {
    let length = |pair: &Pair| {
        let mut pieces = word_piece.split(&pair.first);
        pieces.extend(word_piece.split(&pair.second));
        assert!(
            pieces.iter().all(|piece| piece != UNKNOWN),
            "the vocabulary cannot read {:?} or {:?}",
            pair.first,
            pair.second
        );
        let length = pieces.len() + 3;
        assert!(length < LENGTH_LIMIT, "{:?} is too long", pair.first);
        length
    };
    pairs.iter().map(length).collect()
}

fn control(training: &[Pair], validation: &[Pair], features: impl Fn(&Pair) -> Vec<f64>, decay: f64) -> f64 {
    let split = |pairs: &[Pair]| -> (Vec<Vec<f64>>, Vec<bool>) {
        let labelled = pairs.iter().map(|pair| (features(pair), pair.same_meaning));
        labelled.unzip()
    };
    let (rows, labels) = split(training);
    let model = Logistic::fit(&rows, &labels, decay);
    let (rows, labels) = split(validation);
    model.accuracy(&rows, &labels)
}

/// How alike two sentences look, whatever they mean.
fn overlap_features(pair: &Pair) -> Vec<f64> {
    let (first, second) = (words(&pair.first), words(&pair.second));
    let (first_set, second_set) = (set(first.iter()), set(second.iter()));
    let (first_bigrams, second_bigrams) = (set(first.windows(2)), set(second.windows(2)));
    vec![
        shared(&first_set, &second_set),
        shared(&first_bigrams, &second_bigrams),
        first.len().abs_diff(second.len()) as f64,
        first_set.symmetric_difference(&second_set).count() as f64,
    ]
}

fn set<Item: Ord>(items: impl Iterator<Item = Item>) -> BTreeSet<Item> {
    items.collect()
}

fn shared<Item: Ord>(first: &BTreeSet<Item>, second: &BTreeSet<Item>) -> f64 {
    first.intersection(second).count() as f64 / first.union(second).count() as f64
}

fn pooled_words(pair: &Pair) -> BTreeSet<String> {
    words(&pair.first).into_iter().chain(words(&pair.second)).collect()
}

fn presence_features(present: &BTreeSet<String>, lexicon: &BTreeSet<String>) -> Vec<f64> {
    lexicon.iter().map(|word| f64::from(u8::from(present.contains(word)))).collect()
}
