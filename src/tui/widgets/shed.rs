//! Shortening of lines that do not fit: whole parts are dropped, least important first.

use ratatui::text::{Line, Span};

/// A part of a line with its rank; low ranks are dropped last.
pub type RankedSpans<'t> = (u8, Vec<Span<'t>>);

/// The most important parts that fit, in their order.
pub fn fitting(parts: Vec<RankedSpans<'_>>, width: u16) -> Line<'_> {
    let mut by_rank: Vec<usize> = (0..parts.len()).collect();
    by_rank.sort_by_key(|place| parts[*place].0);
    let (mut left, mut kept) = (usize::from(width), vec![false; parts.len()]);
    for place in by_rank {
        let needed: usize = parts[place].1.iter().map(Span::width).sum();
        if needed <= left {
            left -= needed;
            kept[place] = true;
        }
    }
    let parts = parts.into_iter().zip(kept).filter(|(_, kept)| *kept);
    parts.flat_map(|((_, spans), _)| spans).collect()
}

/// A text cut to this width, with an ellipsis.
pub fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).take(width).collect()
}

/// A name cut to this width in the middle: names usually differ at their ends.
pub fn middle_shortened(text: &str, width: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= width {
        return text.to_owned();
    }
    let Some(kept) = width.checked_sub(1) else { return String::new() };
    let (head, tail) = (kept.div_ceil(2), kept / 2);
    letters[..head].iter().chain(&['…']).chain(&letters[letters.len() - tail..]).collect()
}

/// Names cut to this width; if two would become equal, they are numbered.
pub fn distinct(names: &[&str], width: usize) -> Vec<String> {
    let short: Vec<String> = names.iter().map(|name| middle_shortened(name, width)).collect();
    let is_alike = |place: usize| short.iter().enumerate().any(|(other, name)| other != place && *name == short[place]);
    let named = names.iter().enumerate().map(|(place, name)| match is_alike(place) {
        true => {
            let number = format!("{}:", place + 1);
            let room = width.saturating_sub(number.chars().count());
            format!("{number}{}", middle_shortened(name, room))
        }
        false => short[place].clone(),
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_most_stays_in_its_place() {
        let parts =
            || [(2, "batchscope "), (0, "4 of 10 "), (1, "left")].map(|(rank, words)| (rank, vec![words.into()]));
        let said = |width| fitting(parts().into(), width);
        assert_eq!(said(23).to_string(), "batchscope 4 of 10 left");
        assert_eq!(said(22).to_string(), "4 of 10 left");
        assert_eq!(said(11).to_string(), "4 of 10 ");
        assert_eq!(said(3).to_string(), "");
    }

    #[test]
    fn names_keep_their_ends_and_never_look_alike() {
        assert_eq!(middle_shortened("no-dropout-equal-updates", 12), "no-dro…dates");
        let names = ["long-arm-of-sixteen-a-updates", "long-arm-of-sixteen-b-updates", "short"];
        assert_eq!(distinct(&names, 12), ["1:long-…ates", "2:long-…ates", "short"]);
        assert_eq!(distinct(&names, 0), ["1:", "2:", "3:"], "a number stays where nothing else has room");
    }

    #[test]
    fn words_that_are_cut_say_so() {
        assert_eq!(["whole", "half"].map(|words| shortened(words, 4)), ["who…", "half"]);
        assert_eq!(shortened("nothing", 0), "");
    }
}
