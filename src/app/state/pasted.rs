//! Pasted text in a line that is being typed.

use tui_input::{Input, InputRequest};

/// Characters that a paste may bring: a clipboard may hold a book.
const MOST: usize = 1000;

/// Puts a text into a line at its cursor: lines become one, control characters go.
pub(in crate::app) fn insert(text: &str, input: &mut Input) {
    let plain: String = text.chars().map(|letter| if letter.is_whitespace() { ' ' } else { letter }).collect();
    let words: Vec<&str> = plain.split(' ').filter(|word| !word.is_empty()).collect();
    for letter in words.join(" ").chars().filter(|letter| !letter.is_control()).take(MOST) {
        let _ = input.handle(InputRequest::InsertChar(letter));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_is_one_bounded_line_without_control_characters() {
        let pasted = |text: &str| {
            let mut input = Input::new("ab".into()).with_cursor(1);
            insert(text, &mut input);
            input.value().to_owned()
        };
        assert_eq!(pasted("bs=2\r\n\tarm~norm\n"), "abs=2 arm~normb");
        assert_eq!(pasted("\x1b[31m\x07é\0"), "a[31méb");
        assert_eq!(pasted(&"x".repeat(1 << 20)).chars().count(), 2 + MOST);
    }
}
