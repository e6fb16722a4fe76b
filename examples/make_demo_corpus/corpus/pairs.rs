//! Draws pairs of sentences. Both labels pass through the same steps: an event, a difference that
//! could be made to it, and two tellings that mention what the difference is about. Only for a
//! negative pair is the difference made. How many words the two sentences share is drawn before
//! the second is worded, so that sharing words tells little about the label. This module does not
//! know what the sentences are about.

use super::event::Event;
use super::frame::Frame;
use super::frames;
use super::random::Random;
use std::collections::BTreeSet;
use std::ops::Range;

/// Positive pairs, as a fraction: 67.5 percent, close to MRPC.
const POSITIVE: usize = 27;
const OUT_OF: usize = 40;
/// Shifts the turn of each frame, so that no round is all positive; prime to what it counts in.
const STRIDE: usize = 17;

/// The second sentence is the best of this many tellings.
const TELLINGS: usize = 16;

/// Words shared by the two sentences, in percent of all their words, as they are asked for; what
/// comes nearest is taken. Paraphrases share a little more, as in MRPC, but the range of the others
/// holds theirs, so that shared words alone tell the label of only about three pairs in four.
const SHARED_IF_POSITIVE: Range<usize> = 42..69;
const SHARED_IF_NEGATIVE: Range<usize> = 24..75;

/// One negative pair in this many differs in two details.
const TWO_CHANGES_CHANCES: usize = 4;

pub struct Pair {
    pub same_meaning: bool,
    pub first: String,
    pub second: String,
}

/// Draws pairs of all frames in turn and adds their sentences to those already spoken.
pub fn draw(count: usize, spoken: &mut BTreeSet<String>, random: &mut Random) -> Vec<Pair> {
    let frames = frames::all();
    let mut pairs: Vec<Pair> = (0..count)
        .map(|number| {
            let (round, place) = (number / frames.len(), number % frames.len());
            // Every frame gets the same share of positives, so that the topic tells nothing.
            let same_meaning = (round * POSITIVE + place * STRIDE) % OUT_OF < POSITIVE;
            unspoken_pair(frames[place], same_meaning, spoken, random)
        })
        .collect();
    random.shuffle(&mut pairs);
    pairs
}

fn unspoken_pair(
    frame: &'static Frame,
    same_meaning: bool,
    spoken: &mut BTreeSet<String>,
    random: &mut Random,
) -> Pair {
    loop {
        let pair = pair(frame, same_meaning, random);
        let is_new = !spoken.contains(&pair.first) && !spoken.contains(&pair.second);
        if is_new && pair.first != pair.second {
            spoken.insert(pair.first.clone());
            spoken.insert(pair.second.clone());
            return pair;
        }
    }
}

fn pair(frame: &'static Frame, same_meaning: bool, random: &mut Random) -> Pair {
    let changes = frame.changes();
    let change = *random.pick(&changes);
    let event = Event::draw(frame, random);
    let mut other = event.clone();
    if !same_meaning {
        other = other.changed(change, random);
        let second_change = *random.pick(&changes);
        if second_change != change && random.one_in(TWO_CHANGES_CHANCES) {
            other = other.changed(second_change, random);
        }
    }
    let range = if same_meaning { SHARED_IF_POSITIVE } else { SHARED_IF_NEGATIVE };
    let wanted = range.start + random.below(range.len());
    let first = event.told(&change.slots(), random);
    let mut tellings: Vec<String> =
        (0..TELLINGS).map(|_| other.told(&change.slots(), random)).filter(|second| *second != first).collect();
    // A stable sort: of two tellings equally far from the wish, the earlier one is taken.
    tellings.sort_by_key(|second| shared_percent(&first, second).abs_diff(wanted));
    let second = tellings.into_iter().next().unwrap_or_else(|| first.clone());
    Pair { same_meaning, first, second }
}

fn shared_percent(first: &str, second: &str) -> usize {
    let (first, second) = (words(first), words(second));
    let shared = first.intersection(&second).count();
    100 * shared / first.union(&second).count()
}

fn words(sentence: &str) -> BTreeSet<String> {
    sentence.split_whitespace().map(|word| word.trim_end_matches(['.', ',']).to_lowercase()).collect()
}
