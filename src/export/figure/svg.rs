//! A small writer of SVG: elements with attributes, numbers as short as their pixels need.

use std::fmt::{self, Display, Write};

/// An attribute's name and value.
pub type Attribute<'v> = (&'static str, &'v dyn Display);

/// A document that is being written.
#[derive(Debug, Default)]
pub struct Svg {
    text: String,
    open: Vec<&'static str>,
}

impl Svg {
    /// An element with what is written until it is closed.
    pub fn open(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.start(name, attributes);
        self.text += ">\n";
        self.open.push(name);
    }

    pub fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.text += &format!("</{name}>\n");
        }
    }

    /// An element without content.
    pub fn add(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.start(name, attributes);
        self.text += "/>\n";
    }

    /// An element with words.
    pub fn words(&mut self, name: &'static str, attributes: &[Attribute<'_>], words: &str) {
        self.start(name, attributes);
        self.text += &format!(">{}</{name}>\n", Escaped(words));
    }

    fn start(&mut self, name: &str, attributes: &[Attribute<'_>]) {
        self.text += "<";
        self.text += name;
        for (name, value) in attributes {
            self.text += &format!(" {name}=\"{}\"", Escaped(&value.to_string()));
        }
    }

    /// The whole, with all that is open closed.
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }
}

/// A hundredth of a pixel is finer than visible.
#[derive(Clone, Copy)]
pub struct SvgNumber(pub f64);

impl Display for SvgNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.2}", self.0);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        formatter.write_str(if text == "-0" { "0" } else { text })
    }
}

/// Lines through points as the `d` of a path; a single point is a line of no length.
pub fn path(pieces: &[Vec<(f64, f64)>], is_closed: bool) -> String {
    let mut d = String::new();
    for piece in pieces {
        for (place, (x, y)) in piece.iter().enumerate() {
            // writing into a string does not fail
            let _ = write!(d, "{}{},{}", if place == 0 { "M" } else { " " }, SvgNumber(*x), SvgNumber(*y));
        }
        if is_closed {
            d.push('Z');
        }
    }
    d
}

/// Words for XML 1.0, which has no way to write most control characters.
struct Escaped<'w>(&'w str);

impl Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => formatter.write_str("&amp;")?,
                '<' => formatter.write_str("&lt;")?,
                '>' => formatter.write_str("&gt;")?,
                '"' => formatter.write_str("&quot;")?,
                letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {
                    formatter.write_char('\u{fffd}')?;
                }
                letter => formatter.write_char(letter)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_nest_and_words_are_escaped() {
        let mut svg = Svg::default();
        svg.open("g", &[("id", &"a\"b")]);
        svg.add("path", &[("d", &path(&[vec![(0.0, 1.5), (2.004, -0.001)], vec![(9.0, 9.0)]], false))]);
        svg.words("text", &[("x", &SvgNumber(1.0))], "a < b & \u{1b}[31m");
        assert_eq!(
            svg.finish(),
            "<g id=\"a&quot;b\">\n<path d=\"M0,1.5 2,0M9,9\"/>\n<text x=\"1\">a &lt; b &amp; \u{fffd}[31m</text>\n</g>\n"
        );
        assert_eq!(path(&[vec![(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]], true), "M0,0 1,0 1,1Z");
    }
}
