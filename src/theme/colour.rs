//! Colours as numbers: reading, mixing, contrast, and the space in which they are interpolated.

/// Red, green and blue of sRGB.
pub type Rgb = (u8, u8, u8);

pub const WHITE: Rgb = (255, 255, 255);
pub const BLACK: Rgb = (0, 0, 0);

/// `#rrggbb`.
pub fn parse(text: &str) -> Option<Rgb> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && !digits.starts_with('+'))?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    Some(((number >> 16) as u8, (number >> 8) as u8, number as u8))
}

/// `#rrggbb`, as HTML and SVG write it.
pub fn hex((red, green, blue): Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Mixes a share of `ink` into `ground`.
pub fn mix(ground: Rgb, ink: Rgb, share: f64) -> Rgb {
    let part = |ground: u8, ink: u8| (f64::from(ground) * (1.0 - share) + f64::from(ink) * share).round() as u8;
    (part(ground.0, ink.0), part(ground.1, ink.1), part(ground.2, ink.2))
}

/// Contrast of two colours, from 1 to 21 (WCAG 2.1, section 1.4.11: lines want 3).
pub fn contrast(one: Rgb, other: Rgb) -> f64 {
    let luminance = |colour| {
        let [red, green, blue] = linear(colour);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Linear light intensities from 0 to 1 (IEC 61966-2-1).
pub(super) fn linear((red, green, blue): Rgb) -> [f64; 3] {
    [red, green, blue].map(|value| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
}

/// The nearest sRGB colour.
pub(super) fn from_linear(light: [f64; 3]) -> Rgb {
    let [red, green, blue] = light.map(|value| {
        let value = value.clamp(0.0, 1.0);
        let value = if value <= 0.0031308 { 12.92 * value } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 };
        (255.0 * value).round() as u8
    });
    (red, green, blue)
}

/// Lightness, green to red, blue to yellow, in which equal steps look about equal (Ottosson 2020).
pub(super) fn oklab(colour: Rgb) -> [f64; 3] {
    let light = linear(colour);
    let cones = times(&LIGHT_TO_CONES, light).map(f64::cbrt);
    times(&CONES_TO_OKLAB, cones)
}

pub(super) fn from_oklab(colour: [f64; 3]) -> Rgb {
    let cones = times(&OKLAB_TO_CONES, colour).map(|value| value.powi(3));
    from_linear(times(&CONES_TO_LIGHT, cones))
}

pub(super) type Matrix3 = [[f64; 3]; 3];

pub(super) fn times(matrix: &Matrix3, vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
}

const LIGHT_TO_CONES: Matrix3 = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
];
const CONES_TO_OKLAB: Matrix3 = [
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
];
const OKLAB_TO_CONES: Matrix3 =
    [[1.0, 0.3963377774, 0.2158037573], [1.0, -0.1055613458, -0.0638541728], [1.0, -0.0894841775, -1.2914855480]];
const CONES_TO_LIGHT: Matrix3 = [
    [4.0767416621, -3.3077115913, 0.2309699292],
    [-1.2684380046, 2.6097574011, -0.3413193965],
    [-0.0041960863, -0.7034186147, 1.7076147010],
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn colours_are_read_written_and_mixed() {
        assert_eq!((parse("#1f232b"), parse("1f232b")), (Some((31, 35, 43)), None));
        assert_eq!((parse("#1f23"), parse("#+f232b")), (None, None));
        assert_eq!(hex((31, 35, 43)), "#1f232b");
        assert_eq!(mix(WHITE, (55, 155, 255), 0.5), (155, 205, 255));
    }

    #[test]
    fn contrast_matches_the_guidelines() {
        assert!((contrast(BLACK, WHITE) - 21.0).abs() < 1e-9 && contrast(WHITE, WHITE) == 1.0);
        // the lightest grey allowed for text on white by the guidelines
        assert!((contrast((0x76, 0x76, 0x76), WHITE) - 4.54).abs() < 0.005);
    }

    proptest! {
        #[test]
        fn every_colour_survives_the_round_trip_through_oklab(colour: Rgb) {
            prop_assert_eq!(from_oklab(oklab(colour)), colour);
            prop_assert_eq!(from_linear(linear(colour)), colour);
        }
    }
}
