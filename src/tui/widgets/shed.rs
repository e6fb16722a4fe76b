//! A line that gives way where it does not fit: whole parts go, never halves of words.

use ratatui::text::{Line, Span};

/// A part of a line; those of the lowest rank stay longest.
pub type Part<'t> = (u8, Vec<Span<'t>>);

/// As many parts as fit, the most important first, in their order.
pub fn fitting<'t>(parts: Vec<Part<'t>>, width: u16) -> Line<'t> {
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

/// Words cut to so many columns, with a sign that they are.
pub fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).take(width).collect()
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
    fn words_that_are_cut_say_so() {
        assert_eq!(["whole", "half"].map(|words| shortened(words, 4)), ["who…", "half"]);
        assert_eq!(shortened("nothing", 0), "");
    }
}
