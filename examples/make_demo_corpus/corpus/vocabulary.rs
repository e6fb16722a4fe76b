//! The word pieces: special marks, single characters, whole words, and endings. They are gathered
//! from the texts of the frames and the halves of the names, so that every sentence can be read
//! with them, plus a stock of everyday English. It does not know the drawn sentences.

use super::everyday;
use super::frame::{Frame, Source};
use super::frames;
use super::names;
use std::collections::BTreeSet;

const SPECIALS: [&str; 5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

/// The vocabulary, one piece a line.
pub fn lines() -> String {
    let characters: Vec<String> = ('a'..='z').chain('0'..='9').map(String::from).collect();
    let punctuation = ('!'..='~').filter(char::is_ascii_punctuation);
    let continued_characters = characters.iter().map(|character| format!("##{character}"));
    let single: Vec<String> = SPECIALS
        .into_iter()
        .map(String::from)
        .chain(characters.clone())
        .chain(punctuation.map(String::from))
        .chain(continued_characters)
        .collect();
    let longer = longer_words().into_iter().chain(endings());
    single.into_iter().chain(longer).flat_map(|piece| [piece, "\n".to_owned()]).collect()
}

/// Whole words of two letters or more, and the beginnings of names; sorted.
fn longer_words() -> BTreeSet<String> {
    let frames = frames::all();
    let texts = frames
        .iter()
        .flat_map(|frame| texts(frame))
        .chain(names::given_names().iter().copied())
        .chain(names::halves().into_iter().flat_map(|halves| halves.beginnings).copied())
        .chain([everyday::WORDS]);
    texts.flat_map(words).filter(|word| word.len() > 1).collect()
}

/// Endings of words and of names, marked as continuations; sorted.
fn endings() -> BTreeSet<String> {
    let of_names = names::halves().into_iter().flat_map(|halves| halves.endings);
    everyday::ENDINGS
        .iter()
        .chain(of_names)
        .filter(|ending| ending.len() > 1)
        .map(|ending| format!("##{ending}"))
        .collect()
}

/// Everything that is written in a frame: its forms and its listed values.
fn texts(frame: &'static Frame) -> impl Iterator<Item = &'static str> {
    let values = frame.slots.iter().flat_map(|(_, source)| match source {
        Source::Listed(values) => *values,
        _ => &[],
    });
    frame.forms.iter().chain(values).copied()
}

/// The lower-case words of a template: letters only, without the names of its slots.
fn words(template: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut in_slot = false;
    for character in template.chars() {
        in_slot = character == '{' || (in_slot && character != '}');
        if character.is_ascii_alphabetic() && !in_slot {
            let last = words.last_mut().expect("the list starts with one word");
            last.push(character.to_ascii_lowercase());
        } else {
            words.push(String::new());
        }
    }
    words
}
