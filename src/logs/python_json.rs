//! JSON as Python writes it: `NaN`, `Infinity` and `-Infinity` are numbers there, and no JSON.

use std::borrow::Cow;

const WORDS: [&str; 3] = ["-Infinity", "Infinity", "NaN"];

/// The text with these numbers as strings, which [`number`] reads.
pub fn strict(text: &[u8]) -> Cow<'_, [u8]> {
    let has_word = |word: &str| text.windows(word.len()).any(|window| window == word.as_bytes());
    if !has_word("NaN") && !has_word("Infinity") {
        return Cow::Borrowed(text);
    }
    let (mut strict, mut at, mut in_string) = (Vec::with_capacity(text.len() + 16), 0, false);
    while let Some(byte) = text.get(at) {
        if in_string && *byte == b'\\' {
            strict.extend(&text[at..text.len().min(at + 2)]);
            at += 2;
            continue;
        }
        in_string ^= *byte == b'"';
        let word = WORDS.iter().find(|word| !in_string && text[at..].starts_with(word.as_bytes()));
        match word {
            Some(word) => {
                strict.push(b'"');
                strict.extend(word.as_bytes());
                strict.push(b'"');
                at += word.len();
            }
            None => {
                strict.push(*byte);
                at += 1;
            }
        }
    }
    Cow::Owned(strict)
}

/// A number, also one that JSON has not.
pub fn number(value: &serde_json::Value) -> Option<f64> {
    match value {
        serde_json::Value::Number(number) => number.as_f64(),
        serde_json::Value::String(word) => match word.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_json_has_not_are_read() {
        let text = br#"{"a NaN \" NaN": NaN, "b": [-Infinity, Infinity], "c": "NaNa"}"#;
        let value: serde_json::Value = serde_json::from_slice(&strict(text)).unwrap();
        assert!(number(&value["a NaN \" NaN"]).unwrap().is_nan());
        assert_eq!(number(&value["b"][0]), Some(f64::NEG_INFINITY));
        assert_eq!((number(&value["c"]), value["c"].as_str()), (None, Some("NaNa")));
        assert!(matches!(strict(b"{}"), Cow::Borrowed(_)));
    }
}
