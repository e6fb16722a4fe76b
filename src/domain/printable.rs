//! Escapes text from files for display.

use std::borrow::Cow;

/// Whether it is a control character, or one that changes the direction of text (Unicode annex 9).
fn is_obeyed(character: char) -> bool {
    let is_bidirectional =
        matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    // separators of lines and paragraphs end a line
    character.is_control() || is_bidirectional || matches!(character, '\u{2028}' | '\u{2029}')
}

/// Escapes every such character except line ends.
pub fn printable(text: &str) -> Cow<'_, str> {
    spelled(text, |character, text| text.extend(character.escape_default()))
}

/// The same for JSON, whose value does not change.
pub fn printable_json(json: &str) -> Cow<'_, str> {
    // all of them have four digits
    spelled(json, |character, json| *json += &format!("\\u{:04x}", u32::from(character)))
}

fn spelled(text: &str, spell: impl Fn(char, &mut String)) -> Cow<'_, str> {
    let is_harmless = |character: char| character == '\n' || !is_obeyed(character);
    if text.chars().all(is_harmless) {
        return text.into();
    }
    let mut whole = String::with_capacity(text.len());
    for character in text.chars() {
        match is_harmless(character) {
            true => whole.push(character),
            false => spell(character, &mut whole),
        }
    }
    whole.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_spelled_out() {
        assert_eq!(printable("a label\n`\u{1b}[31mred\u{7}`, é"), "a label\n`\\u{1b}[31mred\\u{7}`, é");
        assert_eq!(
            printable("\u{202e}txt\u{2066}\u{200f}\u{9b}\u{7f}"),
            "\\u{202e}txt\\u{2066}\\u{200f}\\u{9b}\\u{7f}"
        );
        assert!(matches!(printable("plain: 中文, עברית"), Cow::Borrowed(_)), "scripts of either direction stay");
    }

    #[test]
    fn json_is_the_same_value() {
        let value = serde_json::json!({"arm": "a\u{202e}b\u{9b}\u{7f}\n"});
        let json = serde_json::to_string_pretty(&value).unwrap();
        let shown = printable_json(&json);
        assert!(shown.contains("\\u202e") && shown.contains("\\u009b"), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
