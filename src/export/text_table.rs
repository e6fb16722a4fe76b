//! Rows of words as lines of equal columns.

use crate::domain::printable::printable;

/// Room between columns.
const GAP: &str = "  ";
/// Stands for what was cut off.
const CUT: char = '…';

/// A header line, then one line per row. A title comes with whether its column is right-aligned. The last column is cut
/// where a line is wider than `width`.
pub fn text_table(titles: &[(&str, bool)], rows: &[Vec<String>], width: Option<usize>) -> String {
    // the text may come from a file
    let one_line = |cell: &String| printable(cell).replace('\n', " ");
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(one_line).collect()).collect();
    let widths: Vec<usize> = titles
        .iter()
        .enumerate()
        .map(|(place, (title, _))| {
            let cells = rows.iter().filter_map(|row| row.get(place)).map(|cell| cell.chars().count());
            cells.max().unwrap_or(0).max(title.chars().count())
        })
        .collect();
    let header: Vec<String> = titles.iter().map(|(title, _)| (*title).to_owned()).collect();
    let mut text = String::new();
    for row in std::iter::once(&header).chain(&rows) {
        let cells = row.iter().zip(&widths).zip(titles).map(|((cell, width), (_, right))| {
            // not by a format's width, which ends at 65,535
            let padding = " ".repeat(width.saturating_sub(cell.chars().count()));
            if *right { padding + cell } else { cell.clone() + &padding }
        });
        text += &fitted(cells.collect::<Vec<_>>().join(GAP).trim_end(), width);
        text.push('\n');
    }
    text
}

fn fitted(line: &str, width: Option<usize>) -> String {
    match width {
        Some(width) if line.chars().count() > width => {
            line.chars().take(width.saturating_sub(1)).chain([CUT]).collect()
        }
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_may_be_as_long_as_it_likes() {
        let rows = [vec!["a".repeat(70_000), "b".into()], vec!["c".into(), "d".into()]];
        let text = text_table(&[("name", false), ("says", true)], &rows, None);
        assert!(text.lines().all(|line| line.chars().count() == 70_006));
    }

    #[test]
    fn columns_line_up_and_long_lines_are_cut() {
        let rows =
            [vec!["a".into(), "10".into(), "fine".into()], vec!["word".into(), "2".into(), "much longer".into()]];
        let titles = [("name", false), ("n", true), ("says", false)];
        assert_eq!(text_table(&titles, &rows, None), "name   n  says\na     10  fine\nword   2  much longer\n");
        let obeyed = [vec!["a\n\u{1b}[2J".into(), "\u{202e}1".into(), "x".into()]];
        let shown = text_table(&titles, &obeyed, None);
        assert!(
            shown.contains("a \\u{1b}[2J") && shown.contains("\\u{202e}1") && shown.lines().count() == 2,
            "{shown}"
        );
        assert_eq!(text_table(&titles, &rows, Some(15)), "name   n  says\na     10  fine\nword   2  much…\n");
    }
}
