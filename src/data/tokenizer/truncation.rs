//! Longest-first: of a pair that is too long, tokens leave the longer sentence until both are equally long, then each in
//! turn. The rule of tokenizers 0.23.3, by which transformers 5.24 cuts.

/// How many tokens remain of a pair of sentences with so many, where there is room for `room`. Of an odd room that both
/// fill, the one token more is the first sentence's if that is the longer one, else the second's.
pub fn longest_first(first: usize, second: usize, room: usize) -> (usize, usize) {
    let (shorter, longer) = (first.min(second), first.max(second));
    let half = room / 2;
    let (shorter, longer) = match shorter {
        _ if shorter + longer <= room => (shorter, longer),
        _ if shorter <= half => (shorter, room - shorter),
        _ => (half, room - half),
    };
    if first > second { (longer, shorter) } else { (shorter, longer) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The rule as stated: token by token.
    fn one_by_one(first: usize, second: usize, room: usize) -> (usize, usize) {
        let (mut a, mut b) = (first, second);
        while a + b > room {
            // a tie is broken in favour of the sentence that was longer
            let cut_first = if a == b { first <= second } else { a > b };
            if cut_first { a -= 1 } else { b -= 1 }
        }
        (a, b)
    }

    #[test]
    fn an_odd_room_is_the_longer_sentences() {
        assert_eq!(longest_first(37, 32, 29), (15, 14));
        assert_eq!(longest_first(32, 37, 29), (14, 15));
        assert_eq!(longest_first(32, 32, 29), (14, 15));
    }

    proptest! {
        #[test]
        fn it_is_what_cutting_token_by_token_leaves(first in 0usize..80, second in 0usize..80, room in 0usize..120) {
            prop_assert_eq!(longest_first(first, second, room), one_by_one(first, second, room));
        }

        #[test]
        fn the_room_is_filled_and_no_sentence_grows(first: u16, second: u16, room: u16) {
            let (first, second, room) = (usize::from(first), usize::from(second), usize::from(room));
            let (a, b) = longest_first(first, second, room);
            prop_assert!(a <= first && b <= second);
            prop_assert_eq!(a + b, room.min(first + second));
            // neither is cut below the other's length, but for an odd token
            prop_assert!(a == first || a + 1 >= b);
            prop_assert!(b == second || b + 1 >= a);
        }
    }
}
