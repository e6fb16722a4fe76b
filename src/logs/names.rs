//! Labels from names that differ, where nothing else tells: `bs8/no-dropout/seed3`, `lr=0.1,seed=2`.

use super::label::{LogLabel, LogSetting, Part};
use std::collections::BTreeSet;

/// Words that precede a number in names, the longest first where one is a part of another.
const WORDS: [(&str, Part); 12] = [
    ("per_device_train_batch_size", Part::BatchSize),
    ("train_batch_size", Part::BatchSize),
    ("batch_size", Part::BatchSize),
    ("batch-size", Part::BatchSize),
    ("batchsize", Part::BatchSize),
    ("batch", Part::BatchSize),
    ("bsz", Part::BatchSize),
    ("bs", Part::BatchSize),
    ("instance", Part::Iid),
    ("seed", Part::Iid),
    ("iid", Part::Iid),
    ("rep", Part::Iid),
];

/// What stands between the parts of a name.
const BETWEEN: [char; 7] = ['/', '-', '_', ',', ' ', ';', '.'];

/// Reads names. Parts that a label has already are left as they are. Returns the words by which names were read.
pub fn read(runs: &mut [(&str, &mut LogLabel)]) -> BTreeSet<&'static str> {
    let mut words = BTreeSet::new();
    let rests: Vec<String> = runs
        .iter_mut()
        .map(|(name, label)| {
            let mut rest = String::new();
            for segment in name.split('/') {
                let kept = read_segment(segment, label, &mut words);
                rest += "/";
                rest += kept.trim_matches(BETWEEN);
            }
            rest
        })
        .collect();
    if let Some(arms) = arms(&rests) {
        let mut set = false;
        for ((_, label), arm) in runs.iter_mut().zip(arms) {
            if label.arm.is_none() {
                set |= label.set(Part::Arm, &LogSetting::Text(arm));
            }
        }
        if set {
            words.insert("arm");
        }
    }
    words
}

/// Takes what is recognised into the label and returns the rest.
fn read_segment(segment: &str, label: &mut LogLabel, words: &mut BTreeSet<&'static str>) -> String {
    let mut rest = Vec::new();
    for piece in segment.split([',', ' ', ';']) {
        if let Some((name, value)) = piece.split_once('=') {
            let value = LogSetting::of(value);
            match Part::of(name) {
                Some((part, _)) if !label.has(part) => {
                    if label.set(part, &value) {
                        words.insert(word_of(part));
                    }
                }
                Some(_) => {}
                None => {
                    label.column(name, &value);
                    words.insert("name=value");
                }
            }
            continue;
        }
        rest.push(read_words(piece, label, words));
    }
    rest.join("-")
}

fn word_of(part: Part) -> &'static str {
    match part {
        Part::Arm => "arm",
        Part::BatchSize => "batch size",
        Part::Iid => "instance",
        Part::Updates => "updates",
    }
}

/// Words with a number behind them, `bs8` or `seed_3`.
fn read_words(piece: &str, label: &mut LogLabel, words: &mut BTreeSet<&'static str>) -> String {
    let mut text = piece.to_owned();
    for (word, part) in WORDS {
        let lower = text.to_ascii_lowercase();
        let Some((begin, digits, end)) = lower.match_indices(word).find_map(|(at, _)| number_behind(&lower, at, word))
        else {
            continue;
        };
        if !label.has(part) && label.set(part, &LogSetting::of(&lower[digits..end])) {
            words.insert(word_of(part));
        }
        // where it stood, what is before and behind is still apart
        text.replace_range(begin..end, "");
        let doubled = ["--", "__", "-_", "_-"];
        doubled.iter().for_each(|twice| text = text.replace(twice, &twice[..1]));
    }
    text
}

/// Where a word and the number behind it begin and end, if it is a word by itself.
fn number_behind(text: &str, at: usize, word: &str) -> Option<(usize, usize, usize)> {
    let is_apart = text[..at].chars().next_back().is_none_or(|before| BETWEEN.contains(&before));
    let behind = &text[at + word.len()..];
    let digits = behind.strip_prefix(['_', '-', ':']).unwrap_or(behind);
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    let ends = digits[length..].chars().next().is_none_or(|after| BETWEEN.contains(&after));
    let begin = text.len() - digits.len();
    (is_apart && length > 0 && ends).then_some((at, begin, begin + length))
}

/// What differs in the rests, if it can be the names of arms: several runs share one, or it is a word and no number.
fn arms(rests: &[String]) -> Option<Vec<String>> {
    let split = |rest: &String| rest.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let parts: Vec<Vec<String>> = rests.iter().map(split).collect();
    let depth = parts.iter().map(Vec::len).max()?;
    let at = |parts: &Vec<String>, place: usize| parts.get(place).cloned().unwrap_or_default();
    let differs = |place: &usize| parts.iter().any(|one| at(one, *place) != at(&parts[0], *place));
    let places: Vec<usize> = (0..depth).filter(differs).collect();
    let join = |one: &Vec<String>| {
        let parts = places.iter().map(|place| at(one, *place)).filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join("/")
    };
    let arms: Vec<String> = parts.iter().map(join).collect();
    // `run-0` and `run-1`, `version_3`, or times: numbers of runs, and no arms
    let is_name = |arm: &str| arm.chars().any(char::is_alphabetic) && !arm.ends_with(|c: char| c.is_ascii_digit());
    let distinct: BTreeSet<&String> = arms.iter().collect();
    let shared = distinct.len() < arms.len();
    let named = arms.iter().all(|arm| is_name(arm));
    (!places.is_empty() && distinct.len() > 1 && (shared || named) && arms.iter().all(|arm| !arm.is_empty()))
        .then_some(arms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(names: &[&str]) -> Vec<(Option<String>, Option<u32>, Option<u32>)> {
        let mut labels = vec![LogLabel::default(); names.len()];
        let mut runs: Vec<(&str, &mut LogLabel)> = names.iter().copied().zip(&mut labels).collect();
        read(&mut runs);
        labels.into_iter().map(|label| (label.arm, label.batch_size, label.iid)).collect()
    }

    #[test]
    fn names_of_sweeps_are_read() {
        let some = |arm: &str, size, iid| (Some(arm.to_owned()), Some(size), Some(iid));
        assert_eq!(
            labels(&["bs2/base/seed0", "bs2/base/seed1", "bs8/no-dropout/seed0"]),
            [some("base", 2, 0), some("base", 2, 1), some("no-dropout", 8, 0)]
        );
        assert_eq!(labels(&["adam-w_bs16_seed-3", "sgd_bs16_seed-3"]), [some("adam-w", 16, 3), some("sgd", 16, 3)]);
        assert_eq!(labels(&["batch_size=8,seed=1", "batch_size=8,seed=2"])[1], (None, Some(8), Some(2)));
    }

    #[test]
    fn what_names_do_not_tell_stays_unknown() {
        assert_eq!(labels(&["run-0", "run-1"]), [(None, None, None), (None, None, None)]);
        assert_eq!(labels(&["version_0", "version_1"])[0], (None, None, None));
        assert_eq!(labels(&["jobs8", "rebatch4"])[0].1, None);
        assert_eq!(labels(&["one"]), [(None, None, None)]);
        assert_eq!(labels(&["adam", "sgd"])[1].0.as_deref(), Some("sgd"));
    }

    #[test]
    fn named_values_are_columns() {
        let mut label = LogLabel::default();
        read(&mut [("lr=1e-3,model=tiny", &mut label)]);
        let columns: Vec<String> = label.columns.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(columns, ["lr=0.001", "model=tiny"]);
    }

    proptest! {
        #[test]
        fn arbitrary_names_never_panic(names in proptest::collection::vec("(bs|seed|8|/|-|=|é|İ|,|a|_){0,12}", 0..5)) {
            labels(&names.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
}
