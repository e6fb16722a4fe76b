//! The separator of a text table, detected from its header because file extensions are often wrong.

/// In the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    Comma,
    Semicolon,
    Tab,
    Bar,
}

use Separator::{Bar, Comma, Semicolon, Tab};

/// Small numbers as words.
const COUNTS: [&str; 10] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

impl Separator {
    const ALL: [Separator; 4] = [Comma, Semicolon, Tab, Bar];

    pub fn byte(self) -> u8 {
        match self {
            Comma => b',',
            Semicolon => b';',
            Tab => b'\t',
            Bar => b'|',
        }
    }

    pub fn plural(self) -> &'static str {
        match self {
            Comma => "commas",
            Semicolon => "semicolons",
            Tab => "tabs",
            Bar => "bars",
        }
    }

    fn counted(self, count: usize) -> String {
        let name = self.plural();
        let name = if count <= 1 { name.trim_end_matches('s') } else { name };
        COUNTS.get(count).map_or_else(|| format!("{count} {name}"), |count| format!("{count} {name}"))
    }

    /// The usual separator if the header contains it, else the most frequent one, with a note.
    pub fn of(text: &str, usual: Separator) -> (Self, Option<String>) {
        let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let count = |separator: Separator| outside_quotes(header).filter(|byte| *byte == separator.byte()).count();
        if count(usual) > 0 {
            return (usual, None);
        }
        // the first in case of a tie
        let most = Self::ALL.into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(usual);
        match count(most) {
            0 => (usual, None),
            found => {
                let (none, some, plural) = (usual.counted(0), most.counted(found), most.plural());
                (most, Some(format!("the header has {none} but {some}: reading it as separated by {plural}")))
            }
        }
    }

    /// The separator named by Excel's first line (`sep=;`), and the text after it.
    pub fn named(text: &str) -> Option<(Self, &str)> {
        let (first, rest) = text.split_once('\n')?;
        let name = first.trim_end_matches('\r').trim_matches('"').strip_prefix("sep=")?;
        let separator = Self::ALL.into_iter().find(|separator| name.as_bytes() == [separator.byte()])?;
        Some((separator, rest))
    }
}

fn outside_quotes(line: &str) -> impl Iterator<Item = u8> {
    let mut is_quoted = false;
    line.bytes().filter(move |byte| {
        is_quoted ^= *byte == b'"';
        !is_quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_is_detected_from_the_header() {
        assert_eq!(Separator::of("a,b;c,d\n", Comma), (Comma, None));
        assert_eq!(Separator::of("\n\"a;b\"\t\"c\"\n1,2\n", Comma).0, Tab);
        assert_eq!(Separator::of("alone\n1,2\n", Comma), (Comma, None));
        let (separator, said) = Separator::of("sentence1;sentence2;label\n", Comma);
        assert_eq!(separator, Semicolon);
        assert_eq!(said.unwrap(), "the header has no comma but two semicolons: reading it as separated by semicolons");
        assert_eq!(
            Separator::of("a,b\n", Tab).1.unwrap(),
            "the header has no tab but one comma: reading it as separated by commas"
        );
    }

    #[test]
    fn excels_first_line_names_it() {
        assert_eq!(Separator::named("sep=;\r\na;b\n"), Some((Semicolon, "a;b\n")));
        assert_eq!(Separator::named("separator;b\n"), None);
    }
}
