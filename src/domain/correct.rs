//! Which examples of a set a run gets right.

use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// One bit an example, in the order of the set. Written as their number and hexadecimal digits of four examples each, the first
/// in the lowest bit: `6:51` is right on the first, the third and the fifth of six.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Correct(Vec<bool>);

impl Correct {
    /// More examples than these are not kept: a result stays small.
    pub const MOST: usize = 1_000_000;

    /// `None` for none and for too many.
    pub fn new(bits: Vec<bool>) -> Option<Self> {
        (1..=Self::MOST).contains(&bits.len()).then_some(Self(bits))
    }

    pub fn bits(&self) -> &[bool] {
        &self.0
    }

    /// The share that is right.
    pub fn accuracy(&self) -> f64 {
        self.0.iter().filter(|right| **right).count() as f64 / self.0.len().max(1) as f64
    }
}

impl From<Correct> for String {
    fn from(correct: Correct) -> Self {
        let mut text = format!("{}:", correct.0.len());
        for four in correct.0.chunks(4) {
            let digit = four.iter().rev().fold(0, |digit, right| 2 * digit + u8::from(*right));
            let _ = write!(text, "{digit:x}");
        }
        text
    }
}

impl TryFrom<String> for Correct {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong =
            || format!("`{}` is no list of right and wrong examples", text.chars().take(20).collect::<String>());
        let (count, digits) = text.split_once(':').ok_or_else(wrong)?;
        let count: usize = count.parse().map_err(|_| wrong())?;
        if !(1..=Self::MOST).contains(&count) || digits.len() != count.div_ceil(4) {
            return Err(wrong());
        }
        let mut bits = Vec::with_capacity(4 * digits.len());
        for digit in digits.chars() {
            let four = digit.to_digit(16).ok_or_else(wrong)?;
            bits.extend((0..4).map(|place| (four >> place) & 1 == 1));
        }
        if bits.drain(count..).any(|right| right) {
            return Err(wrong());
        }
        Ok(Self(bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_read_as_they_were_written() {
        for count in [1, 3, 4, 5, 8, 303] {
            let bits: Vec<bool> = (0..count).map(|example| example % 3 == 0 || example % 7 == 2).collect();
            let correct = Correct::new(bits).unwrap();
            let text = serde_json::to_string(&correct).unwrap();
            assert_eq!(serde_json::from_str::<Correct>(&text).unwrap(), correct, "{text}");
        }
        let six = Correct::new(vec![true, false, true, false, true, false]).unwrap();
        assert_eq!(String::from(six.clone()), "6:51");
        assert_eq!(six.accuracy(), 0.5);
    }

    #[test]
    fn what_is_no_list_of_bits_is_refused() {
        for text in ["", "6", "6:5", "6:511", "6:59", "0:", "6:5g", "99999999999999999999:0", "4000000:0", "x:51"] {
            assert!(Correct::try_from(text.to_owned()).is_err(), "{text}");
        }
        assert!(Correct::new(Vec::new()).is_none());
    }
}
