//! The demonstration corpus as one pure function: [`files`] gives the name and the exact contents
//! of every file, and a test can hold them against the committed ones byte for byte. This module
//! knows the sizes, the seed and the layout of the files; it does not know the disc, and nothing
//! here is measured.

mod event;
mod everyday;
mod frame;
mod frames;
mod names;
pub mod pairs;
pub mod random;
mod template;
mod values;
mod vocabulary;

use pairs::Pair;
use random::Random;
use std::collections::BTreeSet;

pub const SEED: u64 = 20_260_415;

/// Pairs that are drawn to train on, ...
const DRAWN_TO_TRAIN: usize = 830;
/// ... and how many of them do, from the first on: few enough that the default sweep is over in minutes, and a multiple
/// of each of its batch sizes, so that no pair of an epoch is left over. What is left out is read by nobody,
/// pre-training included.
const TRAINING_PAIRS: usize = 320;
const VALIDATION_PAIRS: usize = 300;
const FIRST_ID: usize = 1_000_001;
const HEADER: &str = "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n";

/// Every file of the corpus: its name and its contents.
pub fn files() -> Vec<(&'static str, String)> {
    let Drawn { training, validation, .. } = draw();
    vec![
        ("train.tsv", table(&training[..TRAINING_PAIRS], FIRST_ID)),
        ("dev.tsv", table(&validation, FIRST_ID + 2 * DRAWN_TO_TRAIN)),
        ("vocab.txt", vocabulary::lines()),
    ]
}

/// Every sentence that was drawn for the corpus: none of them is read in pre-training.
pub fn sentences() -> BTreeSet<String> {
    draw().sentences
}

struct Drawn {
    training: Vec<Pair>,
    validation: Vec<Pair>,
    sentences: BTreeSet<String>,
}

/// No sentence occurs twice in the whole corpus, hence no pair does either.
fn draw() -> Drawn {
    let mut random = Random::new(SEED);
    let mut sentences = BTreeSet::new();
    let training = pairs::draw(DRAWN_TO_TRAIN, &mut sentences, &mut random);
    let validation = pairs::draw(VALIDATION_PAIRS, &mut sentences, &mut random);
    Drawn { training, validation, sentences }
}

/// The pairs in MRPC's layout; each sentence takes the next id.
fn table(pairs: &[Pair], first_id: usize) -> String {
    let mut text = String::from(HEADER);
    for (row, pair) in pairs.iter().enumerate() {
        let id = first_id + 2 * row;
        text += &format!("{}\t{}\t{}\t{}\t{}\n", u8::from(pair.same_meaning), id, id + 1, pair.first, pair.second);
    }
    text
}
