//! A sequential palette: batch sizes are ordered, and so are their colours.

use super::colour::{Rgb, from_oklab, oklab};

/// `count` evenly spaced colours from the first anchor to the last; a single colour is the middle. Colours between anchors
/// are interpolated in OKLab.
pub fn sample(anchors: &[Rgb], count: usize) -> Vec<Rgb> {
    let share = |place: usize| if count < 2 { 0.5 } else { place as f64 / (count - 1) as f64 };
    (0..count).filter_map(|place| at(anchors, share(place))).collect()
}

fn at(anchors: &[Rgb], share: f64) -> Option<Rgb> {
    let place = share * anchors.len().checked_sub(1)? as f64;
    let before = place as usize;
    let (one, other) = (anchors[before], anchors[(before + 1).min(anchors.len() - 1)]);
    let part = place - before as f64;
    if part == 0.0 {
        return Some(one);
    }
    let (one, other) = (oklab(one), oklab(other));
    Some(from_oklab(std::array::from_fn(|axis| one[axis] * (1.0 - part) + other[axis] * part)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::vision::least_difference;
    use crate::theme::{Colour, SeriesColours, ThemeColours, WHITE, contrast, hex};

    /// The ramps of the built-in themes with their backgrounds.
    fn ramps() -> Vec<(&'static str, Vec<Rgb>, Vec<Rgb>)> {
        let ramp = |name| {
            let theme = ThemeColours::named(name).unwrap();
            let (SeriesColours::Ramp(anchors), Colour::Rgb(ground)) = (theme.series, theme.background) else {
                panic!("{name} has no ramp on a known ground");
            };
            (anchors, ground)
        };
        let ((dark, dark_ground), (light, light_ground)) = (ramp("dark"), ramp("light"));
        vec![("dark", dark, vec![dark_ground]), ("light", light, vec![light_ground, WHITE])]
    }

    fn least(colours: &[Rgb]) -> f64 {
        let pairs = colours.iter().enumerate().flat_map(|(n, one)| colours[..n].iter().map(move |other| (one, other)));
        pairs.map(|(one, other)| least_difference(*one, *other)).fold(f64::MAX, f64::min)
    }

    /// From a difference of 15 on, two thin lines are not confused. Up to five sizes reach it for every kind of colour
    /// vision. More cannot: contrast to the background limits lightness, and each kind of vision keeps only one direction
    /// of hue. For these the test fixes what the ramp attains.
    #[test]
    fn batch_sizes_are_distinguishable_with_every_colour_vision() {
        for (name, anchors, _) in ramps() {
            for (counts, apart) in
                [(2..=5, 15.0), (6..=6, 12.0), (7..=7, 10.5), (8..=8, 9.0), (9..=12, 4.8), (13..=16, 3.0)]
            {
                for count in counts {
                    let found = least(&sample(&anchors, count));
                    assert!(found >= apart, "{name}: two of {count} differ by {found:.2}");
                }
            }
        }
    }

    #[test]
    fn every_colour_of_a_ramp_stands_out_from_the_ground() {
        for (name, anchors, grounds) in ramps() {
            for colour in (1..=16).flat_map(|count| sample(&anchors, count)) {
                for ground in &grounds {
                    let found = contrast(colour, *ground);
                    assert!(found >= 3.0, "{name}: {} on {} has {found:.2}", hex(colour), hex(*ground));
                }
            }
        }
    }

    /// The order is readable in greyscale print too.
    #[test]
    fn lightness_only_grows_along_a_ramp() {
        for (name, anchors, _) in ramps() {
            let lightness: Vec<f64> = sample(&anchors, 16).into_iter().map(|colour| oklab(colour)[0]).collect();
            assert!(lightness.windows(2).all(|pair| pair[1] > pair[0] + 0.005), "{name}: {lightness:?}");
        }
    }

    #[test]
    fn good_bad_and_attention_are_distinguishable_and_readable() {
        for name in ["dark", "light"] {
            let theme = ThemeColours::named(name).unwrap();
            let rgb = |colour| match colour {
                Colour::Rgb(rgb) => rgb,
                other => panic!("{name}: {other:?}"),
            };
            let [good, bad, accent] = [theme.good, theme.bad, theme.accent].map(rgb);
            assert!(least(&[good, bad, accent]) >= 15.0, "{name}: {:.2}", least(&[good, bad, accent]));
            let (ground, selection) = (rgb(theme.background), rgb(theme.selection));
            for colour in [good, bad, accent, rgb(theme.text), rgb(theme.title), rgb(theme.dim)] {
                assert!(contrast(colour, ground) >= 4.5, "{name}: {} {:.2}", hex(colour), contrast(colour, ground));
                assert!(contrast(colour, selection) >= 3.0, "{name}: {} on the selection", hex(colour));
            }
            assert!(contrast(rgb(theme.text), selection) >= 7.0);
        }
    }

    #[test]
    fn ends_are_the_anchors_and_one_colour_is_the_middle() {
        let anchors = [(0, 0, 0), (200, 0, 0), (255, 255, 255)];
        assert_eq!(sample(&anchors, 3), anchors);
        assert_eq!(sample(&anchors, 2), [anchors[0], anchors[2]]);
        assert_eq!(sample(&anchors, 1), [anchors[1]]);
        assert!(sample(&anchors, 0).is_empty() && sample(&[], 3).is_empty());
        assert_eq!(sample(&anchors[..1], 3), [anchors[0]; 3]);
    }
}
