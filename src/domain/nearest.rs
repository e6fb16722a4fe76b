//! Suggestions for misspelled words.

/// Least similarity of a suggestion (Jaro-Winkler).
const LIKE: f64 = 0.8;

/// The most similar known word, if any is similar enough.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let likeness = known.into_iter().map(|known| (strsim::jaro_winkler(known, word), known));
    likeness.filter(|(like, _)| *like > LIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}

/// `; did you mean X?`, or an empty string.
pub fn suggestion<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(word, known).map_or(String::new(), |nearest| format!("; did you mean `{nearest}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        assert_eq!(nearest("stat", ["arm", "state"]), Some("state"));
        assert_eq!(suggestion("stat", ["arm", "state"]), "; did you mean `state`?");
        assert_eq!(suggestion("elephant", ["arm", "state"]), "");
    }
}
