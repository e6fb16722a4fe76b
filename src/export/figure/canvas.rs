//! What a picture is drawn on: words, lines and shapes in colours.

use super::font::Font;
use super::layout::Rect;
use super::svg::{Svg, SvgNumber, path};
use crate::theme::{Rgb, hex};

pub struct Canvas {
    pub svg: Svg,
    pub font: Font,
}

#[derive(Clone, Copy)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    fn name(self) -> &'static str {
        match self {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        }
    }
}

/// How words are written.
#[derive(Clone, Copy)]
pub struct Words {
    pub size: f64,
    pub colour: Rgb,
    pub anchor: Anchor,
}

/// How a line is drawn.
#[derive(Clone, Copy)]
pub struct Stroke<'d> {
    pub colour: Rgb,
    pub width: f64,
    pub opacity: f64,
    /// lengths of strokes and gaps, in turn; none: unbroken
    pub dashes: &'d [f64],
}

impl Stroke<'_> {
    pub fn solid(colour: Rgb, width: f64) -> Self {
        Self { colour, width, opacity: 1.0, dashes: &[] }
    }
}

impl Canvas {
    /// Words with their baseline at a place.
    pub fn words(&mut self, words: &str, (x, y): (f64, f64), style: Words) {
        self.svg.words(
            "text",
            &[
                ("x", &SvgNumber(x)),
                ("y", &SvgNumber(y)),
                ("font-size", &SvgNumber(style.size)),
                ("text-anchor", &style.anchor.name()),
                ("fill", &hex(style.colour)),
            ],
            words,
        );
    }

    /// Words from below to above, with their middle at a place.
    pub fn vertical_text(&mut self, words: &str, (x, y): (f64, f64), size: f64, colour: Rgb) {
        let turn = format!("translate({} {}) rotate(-90)", SvgNumber(x), SvgNumber(y));
        let attributes: [(&'static str, &dyn std::fmt::Display); 4] =
            [("transform", &turn), ("font-size", &SvgNumber(size)), ("text-anchor", &"middle"), ("fill", &hex(colour))];
        self.svg.words("text", &attributes, words);
    }

    pub fn rect(&mut self, rect: Rect, colour: Rgb, opacity: f64) {
        self.svg.add(
            "rect",
            &[
                ("x", &SvgNumber(rect.left)),
                ("y", &SvgNumber(rect.top)),
                ("width", &SvgNumber(rect.width)),
                ("height", &SvgNumber(rect.height)),
                ("fill", &hex(colour)),
                ("fill-opacity", &SvgNumber(opacity)),
            ],
        );
    }

    /// The pieces of one line, as one path.
    pub fn line(&mut self, pieces: &[Vec<(f64, f64)>], stroke: Stroke<'_>) {
        if pieces.is_empty() {
            return;
        }
        let d = path(pieces, false);
        let (width, opacity, colour) = (SvgNumber(stroke.width), SvgNumber(stroke.opacity), hex(stroke.colour));
        let lengths: Vec<String> = stroke.dashes.iter().map(|length| SvgNumber(*length).to_string()).collect();
        let lengths = lengths.join(" ");
        let mut attributes: Vec<super::svg::Attribute<'_>> = vec![
            ("d", &d),
            ("fill", &"none"),
            ("stroke", &colour),
            ("stroke-width", &width),
            ("stroke-linejoin", &"round"),
        ];
        if stroke.opacity < 1.0 {
            attributes.push(("stroke-opacity", &opacity));
        }
        if !lengths.is_empty() {
            attributes.push(("stroke-dasharray", &lengths));
        }
        self.svg.add("path", &attributes);
    }

    /// Shapes of one colour, as one path.
    pub fn fill(&mut self, outlines: &[Vec<(f64, f64)>], colour: Rgb, opacity: f64) {
        if !outlines.is_empty() {
            let d = path(outlines, true);
            let attributes: [(&'static str, &dyn std::fmt::Display); 3] =
                [("d", &d), ("fill", &hex(colour)), ("fill-opacity", &SvgNumber(opacity))];
            self.svg.add("path", &attributes);
        }
    }

    /// A dot with a rim, if one is given.
    pub fn dot(&mut self, at: (f64, f64), radius: f64, colour: Rgb, rim: Option<(Rgb, f64)>) {
        let (rim_colour, rim_width) = rim.unwrap_or((colour, 0.0));
        self.circle(at, radius, colour, &[("stroke", &hex(rim_colour)), ("stroke-width", &SvgNumber(rim_width))]);
    }

    /// A dot that does not hide what is behind it.
    pub fn translucent_dot(&mut self, at: (f64, f64), radius: f64, colour: Rgb, opacity: f64) {
        self.circle(at, radius, colour, &[("fill-opacity", &SvgNumber(opacity))]);
    }

    fn circle(&mut self, (x, y): (f64, f64), radius: f64, colour: Rgb, more: &[super::svg::Attribute<'_>]) {
        let (x, y, radius, colour) = (SvgNumber(x), SvgNumber(y), SvgNumber(radius), hex(colour));
        let mut attributes: Vec<super::svg::Attribute<'_>> =
            vec![("cx", &x), ("cy", &y), ("r", &radius), ("fill", &colour)];
        attributes.extend(more);
        self.svg.add("circle", &attributes);
    }
}
